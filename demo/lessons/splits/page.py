"""The page "Splits" (study 4): what random, stratified and k-fold splits are, and which estimate can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.pretrained.cards import Card
from core.studies import splits as study_4
from demo.classroom import asking
from demo.lessons.splits import evidence, results, simulation
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Screen, Way
from demo.visitor import navigation
from demo.visitor.address import spell, with_unresolved_device

say = speaker("splits")
EXAMPLES = {"stratified": "splits-stratified-0", "fold": "splits-k-fold-0-0"}
"""The runs whose recipes the page offers to train."""


def _which(_: Mapping[str, Card]) -> Screen:
    """What to take when."""
    return Screen(
        "splits.which", say("which_head"), say("which_text"), _table, _try, [Way(say("next_audit"), page="audit")]
    )


def _table() -> None:
    st.markdown(say("which_table"))


def _try() -> None:
    st.caption(say("which_note"))
    for name, run in EXAMPLES.items():
        navigation.link("train", say(f"try_{name}"), **spell(with_unresolved_device(study_4.plan()[run].recipe)))


SCREENS: dict[str, Callable[[Mapping[str, Card]], Screen]] = {
    "results": results.screen, "drawn": lambda _: simulation.screen(), "fold": results.fold, "which": _which,
}  # fmt: skip
SECTIONS = tuple(SCREENS)
OF_RUNS = ("results", "fold")


def render() -> None:
    """The chosen question; only that is computed."""
    with finding.overline(say("overline"), "splits"):
        chosen = asking.sections(say, SECTIONS)
    cards = asking.cards("splits")
    if chosen in OF_RUNS and not study_4.results(cards).draws:
        st.title(say("title"), anchor=False)
        asking.missing(evidence.COMMAND)
        finding.drawer(evidence.tables())
        return
    planned = len(study_4.plan())
    if 0 < len(cards) < planned:
        st.info(say("partly", made=len(cards), planned=planned), icon=":material/hourglass_empty:")
    finding.show(SCREENS[chosen](cards), evidence.tables())
