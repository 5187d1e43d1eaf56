"""The page "Audit": can the printed numbers be true? The learner looks first; then each check is computed, ours beside."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import streamlit as st

from demo import session, study
from demo.lessons import audit_batch, audit_checklist, audit_columns, audit_matrix, audit_means, audit_spot
from demo.text import speaker

say = speaker("audit")
SECTIONS: dict[str, Callable[[], None]] = {
    "spot": audit_spot.render,
    "matrix": audit_matrix.render,
    "sixteenths": audit_batch.render,
    "means": audit_means.render,
    "columns": audit_columns.render,
    "words": audit_means.words,
    "checklist": audit_checklist.render,
}


def render() -> None:
    """The whole page; only the chosen section is computed."""
    with study.opening(say):
        _section()


def _section() -> None:
    """The chosen one, and the way to the next."""
    chosen = study.sections(say, tuple(SECTIONS))
    SECTIONS[chosen]()
    following = dict(pairwise(SECTIONS)).get(chosen)
    if following:
        st.divider()
        if st.button(say("next", name=say(f"section_{following}")), key="audit.next", icon=":material/arrow_forward:"):
            session.go("audit", section=following)
