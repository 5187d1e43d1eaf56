"""What lies in the drawer of the page "Audit": every check as a table, ours beside what is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from demo.lessons.audit import checklist, columns, confusion_matrix, last_batch, means, words
from demo.text import speaker
from demo.ui.finding import Evidence

say = speaker("audit")


def _faith() -> None:
    st.markdown(say("intro"))


DRAWN: Mapping[str, Callable[[], None]] = {
    "pairs": columns.pairs, "printed": last_batch.printed, "chances": last_batch.chances, "sizes": last_batch.sizes, "tried": last_batch.tried,
    "micro": confusion_matrix.why, "implied": columns.implied_table, "sums": columns.sums, "means": means.table, "best": means.headlines,
    "below": words.below, "statements": words.statements, "points": checklist.points, "faith": _faith,
}  # fmt: skip


def tables() -> dict[str, Evidence]:
    """By the name in the address."""
    return {name: Evidence(say(f"evidence_{name}"), draw) for name, draw in DRAWN.items()}
