"""A further figure of study 1: accuracy at every side, by filter and protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.studies import resolution_findings
from core.studies.resolution import FILTER, SIDES, Cell, cells, curve, planned_runs
from core.vocabulary.recipe import FILTERS
from demo.charts import export
from demo.lessons.resolution import figures, shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent
from demo.visitor import session

say = speaker("resolution")
LINES = ("totv", "mixed")


def sweep(cards: Cards) -> None:
    """The curves, and what they say."""
    st.markdown(say("sweep_text"))
    dataset = shared.dataset_of_tables()
    filters = _filters()
    lines = [_full(cards, dataset, protocol) for protocol in LINES]
    rows = [row for cell in lines for filter in filters for row in _curve(cell, filter)]
    if not rows:
        shared.wait_for(cards, planned_runs(dataset, LINES))
        return
    title = say("figure_sweep", data=say(f"dataset_{dataset}"))
    tvtv = [cells(cards).answering(dataset, "tvtv", side) for side in SIDES[dataset]]
    export.show(figures.sweep(title, [*rows, *(_points(tvtv) if FILTER in filters else [])], filters), key="resolution.sweep")
    planned = planned_runs(dataset, ("totv", "mixed", "tvtv"))
    tables.runs_behind([name for name in planned if name in cards])
    shared.mixes(tvtv)
    _words(cards, *lines)
    shared.wait_for(cards, planned)


def _full(cards: Cards, dataset: str, protocol: str) -> Cell:
    """The first planned run of a protocol at the data set's own side: the one that was evaluated at every side."""
    return cells(cards).variants(dataset, protocol, SIDES[dataset][0])[0]


def _filters() -> list[str]:
    """Those that are shown; none chosen means all, so that the figure is never empty."""
    key = session.bind_widget("resolution.filters", session.get_state("resolution.filters", list(FILTERS)))
    st.pills(
        say("filters"), FILTERS, key=key, selection_mode="multi",
        on_change=lambda: session.set_state("resolution.filters", session.typed(key)),
    )  # fmt: skip
    return session.typed(key) or list(FILTERS)


def _curve(cell: Cell, filter: str) -> list[dict[str, Any]]:
    common = {"filter": filter, "protocol": say(f"protocol_{cell.protocol}")}
    points = curve(cell.card, filter) if cell.card else []
    return [{"side": point.side, "value": 100 * point.accuracy, **common} for point in points]


def _points(found: Iterable[Cell]) -> list[dict[str, Any]]:
    """TVTV: each network at the one side that it was trained for, with the filter that it was trained with."""
    common = {"filter": FILTER, "own": say("protocol_tvtv")}
    return [{"side": cell.side, "value": 100 * cell.accuracy, **common} for cell in found if cell.accuracy is not None]


def _words(cards: Cards, totv: Cell, mixed: Cell) -> None:
    """Where the filter matters most for TOTV, and from where on `mixed` is ahead."""
    found = resolution_findings.widest(cards, totv.run)
    if found:
        st.markdown("- " + say("widest", side=found.side, best=found.best, worst=found.worst,
                               high=percent(found.high), low=percent(found.low)))  # fmt: skip
    if totv.card and mixed.card:
        ahead = resolution_findings.ahead_below(curve(mixed.card, FILTER), curve(totv.card, FILTER))
        recipes = {"mixed": mixed.preset, "totv": totv.preset, "filter": FILTER}
        st.markdown("- " + (say("ahead", side=ahead, **recipes) if ahead else say("never_ahead", **recipes)))
