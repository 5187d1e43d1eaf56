"""The page "Dropout" (study 3): what it does to training and test accuracy, how it does it, and what is counted how."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.pretrained.cards import Card
from core.studies import dropout as study_3
from demo.classroom import asking
from demo.lessons.dropout import below_test, evidence, masks, published, results
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Screen

say = speaker("dropout")
SCREENS: dict[str, Callable[[Mapping[str, Card]], Screen]] = {
    "results": results.screen,
    "shown": lambda _: masks.screen(),
    "time": results.by_epoch,
    "below": below_test.screen,
    "published": published.screen,
}
SECTIONS = tuple(SCREENS)


def render() -> None:
    """The chosen question; only that is computed."""
    with finding.overline(say("overline"), "dropout"):
        chosen = asking.sections(say, SECTIONS)
    cards = asking.cards("dropout")
    if not cards and chosen != "shown":
        st.title(say("title"), anchor=False)
        asking.missing(evidence.COMMAND)
        finding.drawer(evidence.tables())
        return
    planned = len(study_3.plan())
    if 0 < len(cards) < planned:
        st.info(say("partly", made=len(cards), planned=planned), icon=":material/hourglass_empty:")
    finding.show(SCREENS[chosen](cards), evidence.tables())
