"""The section "Sweep" of the page "Resolution study": accuracy at every side, by filter and protocol."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.studies import resolution_findings as answers
from core.studies.resolution import FILTER, SIDES, curve, name_of, network_for_cell
from core.vocabulary.recipe import FILTERS
from demo.charts import export
from demo.lessons.resolution import figures as drawn
from demo.lessons.resolution import shared as parts
from demo.lessons.resolution.shared import Made
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent
from demo.visitor import session

say = speaker("resolution")
LINES = ("totv", "mixed")


def render(made: Made) -> None:
    """The curves, and what they say."""
    st.markdown(say("sweep_text"))
    dataset = parts.dataset()
    filters = _filters()
    rows = [row for protocol in LINES for filter in filters for row in _curve(made, dataset, protocol, filter)]
    if not rows:
        parts.wait_for(made, parts.runs_of(dataset, LINES))
        return
    title = say("figure_sweep", data=say(f"dataset_{dataset}"))
    export.show(drawn.sweep(title, [*rows, *(_points(made, dataset) if FILTER in filters else [])], filters), key="resolution.sweep")
    tables.runs_behind([name for name in parts.runs_of(dataset, ("totv", "mixed", "tvtv")) if name in made])
    parts.mixes(made, {side: network_for_cell(made, dataset, "tvtv", side) for side in SIDES[dataset]})
    _words(made, dataset)
    parts.wait_for(made, parts.runs_of(dataset, ("totv", "mixed", "tvtv")))


def _filters() -> list[str]:
    """Those that are shown; none chosen means all, so that the figure is never empty."""
    key = session.bind_widget("resolution.filters", session.get_state("resolution.filters", list(FILTERS)))
    st.pills(
        say("filters"), FILTERS, key=key, selection_mode="multi",
        on_change=lambda: session.set_state("resolution.filters", session.typed(key)),
    )  # fmt: skip
    return session.typed(key) or list(FILTERS)


def _curve(made: Made, dataset: str, protocol: str, filter: str) -> list[dict[str, Any]]:
    card = made.get(name_of(dataset, protocol, SIDES[dataset][0]))
    found = curve(card, filter) if card else []
    shared = {"filter": filter, "protocol": say(f"protocol_{protocol}")}
    return [{"side": row["side"], "value": 100 * row["accuracy"], **shared} for row in found]


def _points(made: Made, dataset: str) -> list[dict[str, Any]]:
    """TVTV: each network at the one side that it was trained for, with the filter that it was trained with."""
    found = {side: answers.accuracy(made, network_for_cell(made, dataset, "tvtv", side), side) for side in SIDES[dataset]}
    shared = {"filter": FILTER, "own": say("protocol_tvtv")}
    return [{"side": side, "value": 100 * value, **shared} for side, value in found.items() if value is not None]


def _words(made: Made, dataset: str) -> None:
    """Where the filter matters most for TOTV, and from where on `mixed` is ahead."""
    found = answers.widest(made, name_of(dataset, "totv", SIDES[dataset][0]))
    if found:
        st.markdown("- " + say("widest", side=found.side, best=found.best, worst=found.worst,
                               high=percent(found.high), low=percent(found.low)))  # fmt: skip
    totv, mixed = (made.get(name_of(dataset, protocol, SIDES[dataset][0])) for protocol in LINES)
    if totv and mixed:
        ahead = answers.ahead_below(curve(mixed, FILTER), curve(totv, FILTER))
        recipes = {"mixed": mixed.recipe.preset, "totv": totv.recipe.preset, "filter": FILTER}
        st.markdown("- " + (say("ahead", side=ahead, **recipes) if ahead else say("never_ahead", **recipes)))
