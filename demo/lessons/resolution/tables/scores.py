"""Tables of the resolution study: the three protocols in numbers, class by class and mistake by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.studies.published import report_recall
from core.studies.resolution import PROTOCOLS, RECIPES, Cell, cells, planned_runs
from core.studies.resolution_findings import NOTHING, SCORES, BesidePublished, Score, beside_published
from demo.charts import class_pictures
from demo.charts.confusion import Numbers, confusion_matrix
from demo.classroom import asking
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.timeline import matrix
from demo.ui import tables
from demo.ui.tables import Column
from demo.visitor import links

say = speaker("resolution")
NUMBERS: tuple[Numbers, ...] = ("counts", "shares")
"""What a confusion matrix can be written in."""
KEYS: dict[Score, str] = {"accuracy": "accuracy", "precision": "macro_precision", "f1": "macro_f1"}
"""A score -> the key of ours in the table."""


def scores(cards: Cards) -> None:
    """Every cell with its scores, the published ones beside them."""
    dataset = shared.dataset_of_tables()
    rows = beside_published(cards, dataset, RECIPES[dataset][-1])
    _scores(dataset, [*rows, *_others(cards, dataset, rows)])
    _stand_ins(rows, RECIPES[dataset][-1])
    shared.wait_for(cards, planned_runs(dataset, PROTOCOLS))


def _stand_ins(rows: Iterable[BesidePublished], recipe: str) -> None:
    """Which cells were trained by another recipe than the published ones."""
    cells = [row.cell for row in rows if row.stands_in]
    for protocol in dict.fromkeys(cell.protocol for cell in cells):
        others = [cell for cell in cells if cell.protocol == protocol]
        st.caption(say("stands_in", protocol=say(f"protocol_{protocol}"), sides=shared.listed(cell.side for cell in others), recipe=recipe,
                       other=shared.listed(cell.preset for cell in others)))  # fmt: skip


def _others(cards: Cards, dataset: str, shown: Iterable[BesidePublished]) -> list[BesidePublished]:
    """The cells of the headline whose runs have no row yet; what was published stands in the first row of a cell."""
    there = {(row.cell.protocol, row.cell.side, row.run) for row in shown}
    rows = beside_published(cards, dataset, RECIPES[dataset][0])
    return [replace(row, report=NOTHING, paper=NOTHING) for row in rows if (row.cell.protocol, row.cell.side, row.run) not in there]


def _scores(dataset: str, rows: Iterable[BesidePublished]) -> None:
    st.caption(say("scores_text"))
    columns = {"protocol_name": Column(say("column_protocol"), help=say("protocol_help")), "side": Column(say("side_axis"), "count"),
               "run": Column(asking.common("run"), "run"), "preset": Column(say("column_recipe"), help=say("recipe_help"))}  # fmt: skip
    for score, ours in KEYS.items():
        columns[ours] = Column(say(f"short_{score}"), "percent", say(f"help_{score}"))
        if dataset == "cifar10":
            columns[f"report_{score}"] = Column(say("by_report", score=say(f"short_{score}")), "percent", say("report_help"))
        columns[f"paper_{score}"] = Column(say("by_paper", score=say(f"short_{score}")), "percent", say("paper_help"))
    tables.table([_score_row(row) for row in rows], columns, key=f"resolution.{dataset}.scores", alt=say("scores"), csv=True)


def _score_row(row: BesidePublished) -> dict[str, Any]:
    shown = {"protocol_name": say(f"both_{row.cell.protocol}"), "side": row.cell.side, "run": row.run,
             "preset": row.cell.preset if row.run else None}  # fmt: skip
    ours = {KEYS[score]: value for score, value in row.ours.items()}
    printed = {f"{source}_{score}": its[score] for source, its in (("report", row.report), ("paper", row.paper)) for score in SCORES}
    return {**shown, **ours, **printed}


# --- by class -----------------------------------------------------------------------------------------------------


def recall(cards: Cards) -> None:
    """The recall of each class in each cell of a protocol, the report's beside it."""
    dataset = shared.dataset_of_tables()
    st.caption(say("recall_text"))

    @links.fragment
    def view() -> None:
        tested = cells(cards).tested(dataset)
        protocol = shared.protocol("recall", list(dict.fromkeys(cell.protocol for cell in tested)))
        shown = [cell for cell in tested if cell.protocol == protocol]
        rows, columns = _recall_rows(shown)
        tables.table(rows, columns, key=f"resolution.{dataset}.recall.{protocol}", alt=say("recall"), csv=True)
        shared.mixes(shown)
        tables.runs_behind(list(dict.fromkeys(cell.run for cell in shown)))

    view()


def _recall_rows(shown: Sequence[Cell]) -> tuple[list[dict[str, Any]], dict[str, Column]]:
    """A row for each class: its recall in each cell, the report's beside it where it prints one."""
    rows: list[dict[str, Any]] = [{"class": name} for name in _classes(shown[0])]
    columns = {"class": Column(say("column_class"))}
    for cell in shown:
        side = cell.side
        printed = report_recall(cell.protocol, side) if cell.dataset == "cifar10" and cell.protocol != "mixed" else None
        columns[f"ours_{side}"] = Column(say("recall_at", side=side), "percent")
        if printed:
            columns[f"report_{side}"] = Column(say("by_report", score=say("recall_at", side=side)), "percent", say("report_help"))
        for row, recall in zip(rows, cell.scores.recall if cell.scores else (), strict=True):
            row |= {f"ours_{side}": recall, f"report_{side}": printed and printed.get(row["class"])}
    return rows, columns


def _classes(cell: Cell) -> list[str]:
    return list(cell.card.facts.classes) if cell.card else []


def confusion(cards: Cards) -> None:
    """The confusion matrix of a cell."""
    dataset = shared.dataset_of_tables()

    @links.fragment
    def view() -> None:
        tested = cells(cards).tested(dataset)
        with st.container(horizontal=True, gap="medium"):
            protocol = shared.protocol("confusion", list(dict.fromkeys(cell.protocol for cell in tested)))
            by_side = {cell.side: cell for cell in tested if cell.protocol == protocol}
            side = shared.choice("confusion.side", list(by_side), say("side_axis"))
            numbers = shared.choice("confusion.numbers", NUMBERS, say("numbers"), lambda one: say(f"numbers_{one}"))
        cell = by_side[side]
        what = say("confusion_of", protocol=say(f"protocol_{protocol}"), side=side, data=say(f"dataset_{dataset}"))
        figure = confusion_matrix(cell.matrix or [], _classes(cell), what, numbers, class_pictures.of(dataset))
        matrix.show(figure, cell.matrix or [], cell.run, side, what, numbers, key="resolution.matrix")
        tables.runs_behind([cell.run])

    view()
