"""The section "Results" of the page "Resolution study": the three protocols in numbers, beside the published ones."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.studies.published import kannojia, report_recall, report_score
from core.studies.resolution import FILTER, PROTOCOLS, RECIPES, SIDES, name_by, network_for_cell
from core.studies.resolution import row as cell
from core.vocabulary import metrics
from demo.charts import export
from demo.charts.confusion import confusion_matrix
from demo.classroom import asking, questions
from demo.lessons.resolution import figures as drawn
from demo.lessons.resolution import findings as words
from demo.lessons.resolution import shared as parts
from demo.lessons.resolution.shared import Made
from demo.text import speaker
from demo.ui import tables
from demo.ui.tables import Column

say = speaker("resolution")
SCORES = {"accuracy": "accuracy", "precision": "macro_precision", "f1": "macro_f1"}
"""A score as the report names it -> as our rows do."""


def render(made: Made) -> None:
    """The question, the answer in words, then every table and figure."""
    if not asking.ask(questions.protocols()):
        return
    dataset = parts.dataset()
    rows = cells(made, dataset, RECIPES[dataset][-1])
    if all(row["run"] is None for row in rows):
        parts.wait_for(made, parts.runs_of(dataset, PROTOCOLS))
        return
    words.answer(made, dataset)
    _compared(made, dataset)
    _published(dataset, rows)
    _scores(dataset, [*rows, *_others(made, dataset, rows)])
    parts.wait_for(made, parts.runs_of(dataset, PROTOCOLS))
    _recall(made, dataset)
    _confusion(made, dataset)
    words.mixed(made, dataset)
    if dataset == "cifar10":
        words.paper_at_24(made)
    words.expected(made, dataset)


def cells(made: Made, dataset: str, recipe: str) -> list[dict[str, Any]]:
    """One row for each protocol and side: ours (None where no run is there) and what was published.

    Ours is the network by `recipe`; where that is not planned or not there, another one, and `stands_in` says so.
    """
    rows = []
    for protocol in PROTOCOLS:
        for side in SIDES[dataset]:
            own = name_by(recipe, dataset, protocol, side)
            card = made.get(own if own in made else network_for_cell(made, dataset, protocol, side))
            matrix = card.matrix(side, FILTER) if card else None
            ours = cell(dataset, side, card, matrix).as_dict() if card and matrix else {"run": None}
            paper = kannojia(dataset, protocol, side) or (None, None, None)
            printed = protocol != "mixed" and dataset == "cifar10"
            report = {f"report_{score}": report_score(protocol, score, side) if printed else None for score in SCORES}
            rows.append({
                **ours, **report, **{f"paper_{score}": value for score, value in zip(SCORES, paper, strict=True)},
                "protocol": protocol, "protocol_name": say(f"protocol_{protocol}"), "side": side,
                "stands_in": card is not None and card.recipe.preset != recipe,
            })  # fmt: skip
    return rows


# --- accuracy, precision, F1 --------------------------------------------------------------------------------------


def _compared(made: Made, dataset: str) -> None:
    """The headline: the protocols by one recipe, so that nothing but the protocol differs."""
    recipe = RECIPES[dataset][0]
    rows = cells(made, dataset, recipe)
    st.subheader(say("compared"), anchor=False)
    if not any(row["stands_in"] for row in rows):
        st.markdown(say("compared_text", recipe=recipe))
    title = _title("compared", dataset, recipe, rows)
    figure = drawn.protocols(title, say("axis_accuracy"), _points(rows, {"ours": "accuracy"}), SIDES[dataset])
    export.show(figure, key=f"resolution.{dataset}.compared")
    _stand_ins(rows, recipe)
    tables.runs_behind(_runs(rows))


def _published(dataset: str, rows: list[dict[str, Any]]) -> None:
    """The protocols that were published, by the recipe that comes nearest, with the printed numbers over the bars."""
    st.subheader(say("published"), anchor=False)
    recipe = RECIPES[dataset][-1]
    st.markdown(say(f"published_{recipe}"))
    rows = [row for row in rows if row["protocol"] != "mixed"]
    for column, (score, ours) in zip(st.columns(len(SCORES)), SCORES.items(), strict=True):
        fields = {"ours": ours, "report": f"report_{score}", "paper": f"paper_{score}"}
        title = _title(score, dataset, recipe, rows)
        figure = drawn.protocols(title, say(f"axis_{score}"), _points(rows, fields), SIDES[dataset])
        with column:
            export.show(figure, key=f"resolution.{dataset}.{score}")
    _stand_ins(rows, recipe)
    tables.runs_behind(_runs(rows))


def _title(figure: str, dataset: str, recipe: str, rows: list[dict[str, Any]]) -> str:
    """Two lines: what is drawn, and by which recipe."""
    hatched = any(row["stands_in"] for row in rows)
    by = say("by_recipe_but" if hatched else "by_recipe", recipe=recipe)
    return f"{say(f'figure_{figure}', data=say(f'dataset_{dataset}'))}\n{by}"


def _points(rows: list[dict[str, Any]], fields: dict[str, str]) -> list[dict[str, Any]]:
    """A bar or a mark for each source and cell that has a number, in percent."""
    return [
        {"side": row["side"], "protocol": row["protocol_name"], "source": say(f"source_{source}"), "value": 100 * row[field],
         "run": row["run"] if source == "ours" else None, "hatched": source == "ours" and row["stands_in"]}
        for row in rows for source, field in fields.items() if row.get(field) is not None
    ]  # fmt: skip


def _stand_ins(rows: list[dict[str, Any]], recipe: str) -> None:
    """Which bars are hatched, and why."""
    for protocol in dict.fromkeys(row["protocol_name"] for row in rows if row["stands_in"]):
        others = [row for row in rows if row["stands_in"] and row["protocol_name"] == protocol]
        st.caption(say("hatched", protocol=protocol, sides=parts.listed(row["side"] for row in others), recipe=recipe,
                       other=parts.listed(row["preset"] for row in others)))  # fmt: skip


def _runs(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["run"] for row in rows if row["run"]))


def _others(made: Made, dataset: str, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells of the headline whose runs have no row yet; what was published stands in the first row of a cell."""
    there = {(row["protocol"], row["side"], row["run"]) for row in shown}
    rows = [row for row in cells(made, dataset, RECIPES[dataset][0]) if (row["protocol"], row["side"], row["run"]) not in there]
    return [{key: value for key, value in row.items() if not key.startswith(("report_", "paper_"))} for row in rows]


def _scores(dataset: str, rows: list[dict[str, Any]]) -> None:
    st.markdown(f"#### {say('scores')}")
    st.caption(say("scores_text"))
    columns = {"protocol_name": Column(say("column_protocol"), help=say("protocol_help")), "side": Column(say("side_axis"), "count"),
               "run": Column(tables.common("run"), "run"), "preset": Column(say("column_recipe"), help=say("recipe_help"))}  # fmt: skip
    for score, ours in SCORES.items():
        columns[ours] = Column(say(f"short_{score}"), "percent", say(f"help_{score}"))
        if dataset == "cifar10":
            columns[f"report_{score}"] = Column(say("by_report", score=say(f"short_{score}")), "percent", say("report_help"))
        columns[f"paper_{score}"] = Column(say("by_paper", score=say(f"short_{score}")), "percent", say("paper_help"))
    tables.table(rows, columns, key=f"resolution.{dataset}.scores", alt=say("scores"))


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
        tables.table(rows, columns, key=f"resolution.{dataset}.recall.{protocol}", alt=say("recall"))
        behind = {side: network_for_cell(made, dataset, protocol, side) for side in sides}
        parts.mixes(made, behind)
        tables.runs_behind(list(dict.fromkeys(behind.values())))

    view()


def _recall_rows(made: Made, dataset: str, protocol: str, sides: list[int]) -> tuple[list[dict[str, Any]], dict[str, Column]]:
    """A row for each class: its recall at each side, the report's beside it where it prints one."""
    classes = made[network_for_cell(made, dataset, protocol, sides[0])].facts["classes"]
    rows: list[dict[str, Any]] = [{"class": name} for name in classes]
    columns = {"class": Column(say("column_class"))}
    for side in sides:
        matrix = made[network_for_cell(made, dataset, protocol, side)].matrix(side, FILTER) or []
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
        name = network_for_cell(made, dataset, protocol, side)
        what = say("confusion_of", protocol=say(f"protocol_{protocol}"), side=side, data=say(f"dataset_{dataset}"))
        matrix = made[name].matrix(side, FILTER) or []
        figure = confusion_matrix(matrix, made[name].facts["classes"], what, numbers)
        export.show(figure, key="resolution.matrix")
        tables.runs_behind([name])

    view()


def _there(made: Made, dataset: str) -> list[tuple[str, int]]:
    """The cells that can be shown."""
    cells = [(protocol, side) for protocol in PROTOCOLS for side in SIDES[dataset]]
    return [(p, side) for p, side in cells if (name := network_for_cell(made, dataset, p, side)) in made and made[name].matrix(side, FILTER)]
