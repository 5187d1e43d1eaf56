"""The page "Audit": can the printed numbers be true? The learner looks first; then each check is computed, ours beside."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import streamlit as st

from demo.classroom import asking
from demo.lessons.audit import checklist, columns, confusion_matrix, last_batch, means, spot_it
from demo.text import speaker
from demo.visitor import navigation

say = speaker("audit")
SECTIONS: dict[str, Callable[[], None]] = {
    "spot": spot_it.render,
    "matrix": confusion_matrix.render,
    "sixteenths": last_batch.render,
    "means": means.render,
    "columns": columns.render,
    "words": means.words,
    "checklist": checklist.render,
}


def render() -> None:
    """The whole page; only the chosen section is computed."""
    with asking.opening(say):
        _section()


def _section() -> None:
    """The chosen one, and the way to the next."""
    chosen = asking.sections(say, tuple(SECTIONS))
    SECTIONS[chosen]()
    following = dict(pairwise(SECTIONS)).get(chosen)
    if following:
        st.divider()
        if st.button(say("next", name=say(f"section_{following}")), key="audit.next", icon=":material/arrow_forward:"):
            navigation.go("audit", section=following)
