"""What can be done about a run: Pause or Resume, Stop, and a menu, always in the same three places.

What is not possible now is disabled, never removed: a second click on Stop meets Stop again and not what has slid
under the pointer. What starts a new run or leaves this one is in the menu.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from core.runs.snapshot import Snapshot
from core.runs.store import LONGEST_NAME
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from demo.classroom import teacher_mode
from demo.text import speaker
from demo.visitor import navigation, run_names, session

say = speaker("train")
WIDTH, WIDTH_TEACHING = 120, 164
"""Pixels, fixed, so that a place stays where it is while its words change; the three fit a telephone, the wider ones
the larger letters of teacher's mode."""
NAME_WIDTH = 420
RESUMABLE = ("paused", "stopped", "interrupted")
Verb = Literal["pause", "resume", "stop"]


def render(now: Snapshot) -> None:
    """The row of buttons; below it what Stop would lose, or why nothing can be done by this visitor."""
    mine = session.manager().may(now.run, session.visitor())
    with st.container(horizontal=True, gap="xsmall"):
        _pause_or_resume(now, mine)
        _button("stop", ":material/stop:", _order("stop", now.run), say("stop_help"), disabled=not (mine and now.active))
        _menu(now)
        if not mine and _controllable(now):
            teacher_mode.key_popover("live.token")
    if not mine and _controllable(now):
        st.caption(say("not_yours"))
    elif now.active:
        st.caption(loss(now))
    elif mine:
        _name(now)


def _name(now: Snapshot) -> None:
    """A field for the run's name; empty, the run is called by what differs from the runs before it."""
    key = session.bind_widget(f"live.name.{now.run}", now.name)
    st.text_input(say("run_name"), key=key, placeholder=run_names.default(now), max_chars=LONGEST_NAME, icon=":material/edit:", width=NAME_WIDTH,
                  help=say("run_name_help"), on_change=lambda: _rename(now.run, session.typed(key)))  # fmt: skip


def _rename(run: str, name: str) -> None:
    session.set_notice("", "order")
    try:
        session.manager().rename(run, name, session.visitor())
    except LabError as refusal:
        session.set_notice(str(refusal), "order")


def _pause_or_resume(now: Snapshot, mine: bool) -> None:
    if now.status in RESUMABLE:
        _button("resume", ":material/play_arrow:", _order("resume", now.run), disabled=not mine)
    else:
        _button("pause", ":material/pause:", _order("pause", now.run), disabled=not mine or now.status != "running")


def _menu(now: Snapshot) -> None:
    """The keys name the run: the second of two quick clicks in the menu cannot reach the menu of the next run."""
    with st.popover(say("orders"), help=say("orders_help"), key=f"live.menu.{now.run}"):
        other = now.recipe.changed(seed=now.recipe.seed + 1)
        _button("reset", ":material/restart_alt:", lambda: _again(now, now.recipe), say("reset_help"), run=now.run)
        _button("new_seed", ":material/casino:", lambda: _again(now, other), say("new_seed_help"), run=now.run)
        _button("close", ":material/close:", lambda: navigation.look_at(None), say("close_help"), run=now.run)


def _controllable(now: Snapshot) -> bool:
    """Whether its owner could do anything about the run itself."""
    return now.active or now.status in RESUMABLE


def loss(now: Snapshot) -> str:
    """What Stop would lose now, in words."""
    done, tick = now.epochs_done, now.tick
    if now.status == "queued":
        return say("stop_waiting")
    if tick is not None and tick.phase == "testing":
        return say("stop_test", epoch=done)
    if tick is None or tick.epoch <= done:
        return say("stop_between", epoch=done)
    return say("stop_epoch", epoch=done + 1, done=done) if done else say("stop_first")


def _button(
    name: str, icon: str, act: Callable[[], None], explained: str | None = None, disabled: bool = False, run: str = ""
) -> None:
    """`run`: the one whose menu the button is in; "" for a button of the row."""
    key = f"live.{name}.{run}" if run else f"live.{name}"
    width: Literal["stretch"] | int = "stretch" if run else WIDTH_TEACHING if session.teaching() else WIDTH
    if st.button(say(name), key=key, icon=icon, help=explained, disabled=disabled, width=width):
        act()
        st.rerun()  # the whole page: the run that is looked at, or whether it is active, may be another now


def _order(verb: Verb, run: str) -> Callable[[], None]:
    def act() -> None:
        session.set_notice("", "order")
        manager = session.manager()
        try:
            if verb != "stop" or manager.snapshot(run).active:  # a second click on Stop has what it wants already
                {"pause": manager.pause, "resume": manager.resume, "stop": manager.stop}[verb](run, session.visitor())
        except LabError as refusal:
            session.set_notice(str(refusal), "order")

    return act


def _again(now: Snapshot, recipe: Recipe) -> None:
    """A new run; the one that is looked at is stopped first where that is the visitor's to do."""
    manager, visitor = session.manager(), session.visitor()
    try:
        if now.active and manager.may(now.run, visitor):
            manager.stop(now.run, visitor)
        navigation.look_at(manager.submit(recipe, visitor))
    except LabError as refusal:
        session.set_notice(str(refusal), "order")
