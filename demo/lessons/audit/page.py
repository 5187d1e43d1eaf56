"""The page "Audit" (study 5): can the printed numbers be true? Three puzzles, and behind each of them why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from demo.lessons.audit import (
    checklist,
    columns,
    confusion_matrix,
    evidence,
    last_batch,
    means,
    spot_it,
    words,
)
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Screen
from demo.visitor import navigation, session

say = speaker("audit")
SCREENS: dict[str, Callable[[], Screen]] = {
    "spot": spot_it.spot, "scores": spot_it.scores, "classes": spot_it.classes, "checklist": checklist.screen,
    "columns": columns.equal, "sixteenths": last_batch.screen, "matrix": confusion_matrix.screen, "implied": columns.implied,
    "means": means.screen, "words": words.screen,
}  # fmt: skip
SECTIONS = tuple(SCREENS)
ROW = ("spot", "scores", "classes", "checklist")
"""The sections in the row above; the others stand behind one of them, as its why."""
BEHIND: Mapping[str, str] = {"columns": "spot", "sixteenths": "scores", "matrix": "scores", "implied": "classes", "means": "classes", "words": "classes"}


def render() -> None:
    """The row of puzzles and the chosen screen; only that is computed."""
    chosen = navigation.section(SECTIONS)
    with finding.overline(say("overline"), "audit"):
        _row(BEHIND.get(chosen, chosen))
    finding.show(SCREENS[chosen](), evidence.tables())


def _row(current: str) -> None:
    key = session.bind_widget("section.audit", current)
    st.segmented_control(
        say("sections"), ROW, key=key, required=True, label_visibility="collapsed", format_func=lambda name: say(f"section_{name}"),
        on_change=lambda: navigation.to_section(session.typed(key)),
    )  # fmt: skip
