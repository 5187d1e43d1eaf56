"""The section "Results" of the page "Resolution study": the three protocols in numbers, beside the published ones."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import metrics
from core.published import kannojia, report_recall, report_score
from core.studies.resolution import FILTER, PROTOCOLS, SIDES, answering
from core.studies.resolution import row as cell
from demo import charts, figures, study
from demo.lessons import resolution_figures as drawn
from demo.lessons import resolution_parts as parts
from demo.lessons import resolution_words as words
from demo.lessons.resolution_parts import Made
from demo.study import Column
from demo.text import speaker

say = speaker("resolution")
SCORES = {"accuracy": "accuracy", "precision": "macro_precision", "f1": "macro_f1"}
"""A score as the report names it -> as our rows do."""


def render(made: Made) -> None:
    """The question, the answer in words, then every table and figure."""
    if not study.ask(say, "ask_results", ("totv", "tvtv", "same")):
        return
    dataset = parts.dataset()
    rows = cells(made, dataset)
    if all(row["run"] is None for row in rows):
        parts.wait_for(made, parts.runs_of(dataset, PROTOCOLS))
        return
    words.answer(made, dataset)
    _figures(dataset, rows)
    _scores(dataset, rows)
    parts.wait_for(made, parts.runs_of(dataset, PROTOCOLS))
    _recall(made, dataset)
    _confusion(made, dataset)
    words.mixed(made, dataset)
    if dataset == "cifar10":
        words.paper_at_24(made)
    words.expected(made, dataset)


def cells(made: Made, dataset: str) -> list[dict[str, Any]]:
    """One row for each protocol and side: ours (None where the run is not there) and what was published."""
    rows = []
    for protocol in PROTOCOLS:
        for side in SIDES[dataset]:
            card = made.get(answering(made, dataset, protocol, side))
            matrix = card.matrix(side, FILTER) if card else None
            ours = cell(dataset, side, card, matrix) if card and matrix else {"run": None}
            paper = kannojia(dataset, protocol, side) or (None, None, None)
            printed = protocol != "mixed" and dataset == "cifar10"
            report = {f"report_{score}": report_score(protocol, score, side) if printed else None for score in SCORES}
            rows.append({
                **ours, **report, **{f"paper_{score}": value for score, value in zip(SCORES, paper, strict=True)},
                "protocol": protocol, "protocol_name": say(f"protocol_{protocol}"), "side": side,
            })  # fmt: skip
    return rows


# --- accuracy, precision, F1 --------------------------------------------------------------------------------------


def _figures(dataset: str, rows: list[dict[str, Any]]) -> None:
    st.subheader(say("compared"), anchor=False)
    for column, (score, ours) in zip(st.columns(len(SCORES)), SCORES.items(), strict=True):
        points = [
            {"side": row["side"], "protocol": row["protocol_name"], "source": say(f"source_{source}"), "value": 100 * row[field]}
            for row in rows
            for source, field in (("ours", ours), ("report", f"report_{score}"), ("paper", f"paper_{score}"))
            if row.get(field) is not None
        ]
        title = say(f"figure_{score}", data=say(f"dataset_{dataset}"))
        with column:
            figures.show(drawn.protocols(title, say(f"axis_{score}"), points, SIDES[dataset]), key=f"resolution.{dataset}.{score}")
    study.runs_behind(list(dict.fromkeys(row["run"] for row in rows if row["run"])))


def _scores(dataset: str, rows: list[dict[str, Any]]) -> None:
    st.markdown(f"#### {say('scores')}")
    st.caption(say("scores_text"))
    columns = {"protocol_name": Column(say("column_protocol"), help=say("protocol_help")), "side": Column(say("side_axis"), "count"),
               "run": Column(study.common("run"), "run"), "preset": Column(say("column_recipe"), help=say("recipe_help"))}  # fmt: skip
    for score, ours in SCORES.items():
        columns[ours] = Column(say(f"short_{score}"), "percent", say(f"help_{score}"))
        if dataset == "cifar10":
            columns[f"report_{score}"] = Column(say("by_report", score=say(f"short_{score}")), "percent", say("report_help"))
        columns[f"paper_{score}"] = Column(say("by_paper", score=say(f"short_{score}")), "percent", say("paper_help"))
    study.table(rows, columns, key=f"resolution.{dataset}.scores", alt=say("scores"))


# --- by class -----------------------------------------------------------------------------------------------------


def _recall(made: Made, dataset: str) -> None:
    st.markdown(f"#### {say('recall')}")
    st.caption(say("recall_text"))

    @st.fragment
    def view() -> None:
        there = _there(made, dataset)
        protocol = parts.protocol("recall", list(dict.fromkeys(protocol for protocol, _ in there)))
        sides = [side for one, side in there if one == protocol]
        rows, columns = _recall_rows(made, dataset, protocol, sides)
        study.table(rows, columns, key=f"resolution.{dataset}.recall.{protocol}", alt=say("recall"))
        study.runs_behind(list(dict.fromkeys(answering(made, dataset, protocol, side) for side in sides)))

    view()


def _recall_rows(made: Made, dataset: str, protocol: str, sides: list[int]) -> tuple[list[dict[str, Any]], dict[str, Column]]:
    """A row for each class: its recall at each side, the report's beside it where it prints one."""
    classes = made[answering(made, dataset, protocol, sides[0])].facts["classes"]
    rows: list[dict[str, Any]] = [{"class": name} for name in classes]
    columns = {"class": Column(say("column_class"))}
    for side in sides:
        matrix = made[answering(made, dataset, protocol, side)].matrix(side, FILTER) or []
        printed = report_recall(protocol, side) if dataset == "cifar10" and protocol != "mixed" else None
        columns[f"ours_{side}"] = Column(say("recall_at", side=side), "percent")
        if printed:
            columns[f"report_{side}"] = Column(say("by_report", score=say("recall_at", side=side)), "percent", say("report_help"))
        for row, recall in zip(rows, metrics.recall(matrix).tolist(), strict=True):
            row |= {f"ours_{side}": recall, f"report_{side}": printed and printed.get(row["class"])}
    return rows, columns


def _confusion(made: Made, dataset: str) -> None:
    st.markdown(f"#### {say('confusion')}")

    @st.fragment
    def view() -> None:
        there = _there(made, dataset)
        with st.container(horizontal=True, gap="medium"):
            protocol = parts.protocol("confusion", list(dict.fromkeys(protocol for protocol, _ in there)))
            sides = [side for one, side in there if one == protocol]
            side = parts.choice("confusion.side", sides, say("side_axis"))
            numbers = parts.choice("confusion.numbers", ("counts", "shares"), say("numbers"), lambda one: say(f"numbers_{one}"))
        name = answering(made, dataset, protocol, side)
        what = say("confusion_of", protocol=say(f"protocol_{protocol}"), side=side, data=say(f"dataset_{dataset}"))
        matrix = made[name].matrix(side, FILTER) or []
        figure = charts.confusion(matrix, made[name].facts["classes"], what, numbers)
        figures.show(figure, key="resolution.matrix")
        study.runs_behind([name])

    view()


def _there(made: Made, dataset: str) -> list[tuple[str, int]]:
    """The cells that can be shown."""
    cells = [(protocol, side) for protocol in PROTOCOLS for side in SIDES[dataset]]
    return [(p, side) for p, side in cells if (name := answering(made, dataset, p, side)) in made and made[name].matrix(side, FILTER)]
