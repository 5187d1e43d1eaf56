"""What to state in a report of one's own, and how this lab states it of its runs."""

from __future__ import annotations

import streamlit as st

from core.studies import architectures, resolution
from core.vocabulary.recipe import Recipe
from demo.classroom import asking
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, whole
from demo.visitor import session

say = speaker("audit")
POINTS = ("batch", "filter", "split", "seed", "epoch", "averaging", "matrix", "once", "code")
FIRST, SECOND = "cifar10-32", "fashion-arc2-adam"
"""The runs whose recipes are the examples."""


def render() -> None:
    """The points with a box to tick each, how this lab states them, and the list to take home."""
    st.markdown(say("checklist"))
    values = _values(resolution.plan()[FIRST].recipe, architectures.plan()[SECOND].recipe)
    ticked = 0
    for name in POINTS:
        ticked += st.checkbox(f"**{say(f'point_{name}')}**", key=session.bind_widget(f"audit.tick.{name}", _ticked(name)), on_change=_tick, args=(name,))
        st.markdown(f"{say(f'point_{name}_why')}  \n*{say('here')}* {say(f'point_{name}_here', **values)}")
    st.progress(ticked / len(POINTS), text=say("ticked", count=ticked, of=len(POINTS)))
    st.download_button(
        say("take_checklist"), _markdown(), "checklist.md", "text/markdown", icon=":material/download:", key="audit.take",
        on_click="ignore",
    )  # fmt: skip
    there = {**asking.cards("resolution"), **asking.cards("architectures")}
    runs = [name for name in (FIRST, SECOND) if name in there]
    if runs:
        tables.runs_behind(runs)


def _ticked(name: str) -> bool:
    return bool(session.get_state(f"audit.ticked.{name}", False))


def _tick(name: str) -> None:
    session.set_state(f"audit.ticked.{name}", session.typed(f"audit.tick.{name}"))


def _markdown() -> str:
    lines = [f"- [{'x' if _ticked(name) else ' '}] **{say(f'point_{name}')}** {say(f'point_{name}_why')}" for name in POINTS]
    return f"# {say('take_title')}\n\n" + "\n".join(lines) + "\n"


def _values(first: Recipe, second: Recipe) -> dict[str, str]:
    """What the recipes say, for the sentences of the checklist."""
    return {
        "batch": str(first.batch_size), "filter": first.filter, "split": second.split, "seed": str(first.seed),
        "held_out": percent(second.validation), "first_held_out": percent(first.validation), "keep": second.keep,
        "first_keep": first.keep, "split_seed": str(second.split_seed), "epochs": whole(first.epochs),
    }  # fmt: skip
