"""Two runs side by side with one scrubber: their pictures, kernels and matrices move together (differing.py says what differs)."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.runs.snapshot import Snapshot
from demo.text import speaker
from demo.timeline import view as timeline
from demo.timeline.view import Shown
from demo.visitor import run_names

say = speaker("runs")


def render(runs: Sequence[Snapshot]) -> None:
    """Nothing unless there are two."""
    if len(runs) != 2:
        return
    st.markdown(f"#### {say('in_step')}")
    timeline.show([Shown(now, now.result.confusion if now.result else None, title=run_names.titled(now)) for now in runs], key="runs.timeline")
