"""What to state in a report of one's own, and how this lab states it of its runs."""

from __future__ import annotations

import streamlit as st

from core.studies import architectures, resolution
from core.vocabulary.recipe import Recipe
from demo.classroom import asking
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent, whole
from demo.visitor import session

say = speaker("audit")
POINTS = ("batch", "filter", "split", "seed", "epoch", "averaging", "matrix", "once", "code")
FIRST, SECOND = "cifar10-32", "fashion-arc2-adam"
"""The runs whose recipes are the examples."""


def screen() -> Screen:
    """The points with a box to tick each, and how many a report of one's own states."""
    ways = [Way(say("to_train"), page="train"), Way(say("back", name=say("section_spot")), "spot")]
    return Screen("audit.checklist", say("checklist_head"), say("checklist"), _boxes, _beside, ways)


def _boxes() -> None:
    """Why a point matters, and how this lab states it, stands behind the question mark."""
    values = _values(resolution.plan()[FIRST].recipe, architectures.plan()[SECOND].recipe)
    for name in POINTS:
        more = f"{say(f'point_{name}_why')}\n\n*{say('here')}* {say(f'point_{name}_here', **values)}"
        st.checkbox(say(f"point_{name}"), key=session.bind_widget(f"audit.tick.{name}", _ticked(name)), on_change=_tick, args=(name,), help=more)


def _beside() -> None:
    ticked = sum(_ticked(name) for name in POINTS)
    finding.numbers([Number(say("of", part=ticked, whole=len(POINTS)), say("ticked"), "#1d8ba8")])
    st.progress(ticked / len(POINTS))
    st.download_button(
        say("take_checklist"), _markdown(), "checklist.md", "text/markdown", icon=":material/download:", key="audit.take",
        on_click="ignore",
    )  # fmt: skip


def points() -> None:
    """Every point with its reason, and how this lab states it."""
    values = _values(resolution.plan()[FIRST].recipe, architectures.plan()[SECOND].recipe)
    for name in POINTS:
        st.markdown(f"**{say(f'point_{name}')}**  \n{say(f'point_{name}_why')}  \n*{say('here')}* {say(f'point_{name}_here', **values)}")
    there = {**asking.cards("resolution"), **asking.cards("architectures")}
    runs = [name for name in (FIRST, SECOND) if name in there]
    if runs:
        tables.runs_behind(runs)


def _ticked(name: str) -> bool:
    return bool(session.answer(f"audit.ticked.{name}"))


def _tick(name: str) -> None:
    session.keep_answer(f"audit.ticked.{name}", bool(session.typed(f"audit.tick.{name}")))


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
