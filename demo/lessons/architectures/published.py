"""Architectures beside the published numbers: one row for each test accuracy that the report or the paper prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.pretrained.cards import Card
from core.studies import architectures_comparison as beside
from demo.charts.dumbbell import dumbbell
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.lessons.architectures.shared import REPORT_RUNS, cards, say, waiting
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.visitor import session

NEAR = 0.02
"""A distance from a printed number that the headline calls near."""
HEIGHT = 440
SETS = tuple(beside.PAPER_SETS)


def screen() -> Screen:
    """How near ours are to what is printed."""
    dataset = session.get_state("architectures.dataset", SETS[0])
    ways = (Way(say("to_depth"), section="results"),)
    rows = compared(cards(), dataset)
    if not rows:
        return waiting(say("beside"), say("published_intro"), REPORT_RUNS, ways)
    off = [abs(row["ours"] - row["theirs"]) / 100 for row in rows]
    farthest = max(rows, key=lambda row: abs(row["ours"] - row["theirs"]))

    def beside_it() -> None:
        distance = farthest["ours"] - farthest["theirs"]
        finding.numbers([
            Number(say("points", points=f"{100 * sum(off) / len(off):.1f}"), say("mean_distance")),
            Number(say("points", points=f"{abs(distance):.1f}"), say("most_above" if distance > 0 else "most_below", where=farthest["name"])),
        ], say("published_note"))  # fmt: skip
        key = session.bind_widget("architectures.dataset", dataset)
        st.segmented_control(say("dataset"), SETS, key=key, required=True, format_func=lambda name: beside.PAPER_SETS[name][1],
                             on_change=lambda: session.set_state("architectures.dataset", session.typed(key)))  # fmt: skip

    near = sum(distance <= NEAR for distance in off)
    headline = say("finding_published", near=near, of=len(rows), points=f"{100 * NEAR:g}")
    return Screen("architectures.published", headline, say("published_intro"), _figure(rows, beside.PAPER_SETS[dataset][1]), beside_it, ways)


def _figure(rows: list[dict[str, Any]], dataset: str) -> Figure:
    found = dumbbell(say("figure_published", dataset=dataset), rows, "name", "ours", "theirs", Axis("ours", say("test_axis"), "d"))
    return Figure(found.title, {**found.spec, "height": HEIGHT}, found.columns)


def compared(found: Mapping[str, Card], dataset: str) -> list[dict[str, Any]]:
    """A row for each printed test accuracy that there is one of ours for, both in percent."""
    rows: list[tuple[str, float, float | None]] = []
    if dataset == "fashion-mnist":
        rows += [(say("by_report", title=row.title), row.test_accuracy, row.report_test) for row in beside.report_rows(found)]
        rows += [(say("by_paper", title=f"Arc1 {row.optimizer}"), beside.our_mean(row), row.paper_test) for row in beside.optimizer_rows(found) if row.tested]
    rows += [(say("by_paper", title=row.title), row.test_accuracy, row.paper_test) for row in beside.paper_rows(found) if row.dataset == dataset]
    return [{"name": name, "ours": 100 * ours, "theirs": 100 * printed} for name, ours, printed in rows if printed is not None]
