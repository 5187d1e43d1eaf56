"""Two runs side by side with one scrubber: their pictures, kernels and matrices move together, and what differs is said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.runs import naming
from core.runs.snapshot import Snapshot
from demo.text import plain, speaker
from demo.timeline import view as timeline
from demo.timeline.view import Shown

say = speaker("runs")


def render(runs: Sequence[Snapshot]) -> None:
    """Nothing unless there are two."""
    if len(runs) != 2:
        return
    first, second = runs
    st.markdown(f"#### {say('in_step')}")
    differs = naming.sentence(first.recipe, second.recipe)
    st.markdown(say("differs", what=plain(differs)) if differs else say("differs_nothing"))
    timeline.show([Shown(now, now.result.confusion if now.result else None, title=title(now)) for now in runs], key="runs.timeline")


def title(now: Snapshot) -> str:
    """A run's name with its id; the id alone where nobody named it."""
    return f"{now.name} ({now.run})" if now.name else say("run_id", run=now.run)
