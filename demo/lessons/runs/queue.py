"""What only the teacher sees on the page "Runs": the queue, its order, and the bounds for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

import streamlit as st

from core.runs.manager import JobManager
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor
from demo.text import plain, speaker
from demo.ui.formatting import roughly, table, whole
from demo.visitor import run_names, session

say = speaker("runs")
lengths = speaker("train")
SHOWN = 12
"""Waiting runs that have a row; of the others their number is told."""
LOOK_SECONDS = 2.0
BOUNDS = ("person", "waiting", "epochs", "minutes")
Act = Callable[[JobManager, Visitor], object]


def render() -> None:
    """The queue, kept up to date, and the bounds; nothing outside of teacher's mode."""
    if not session.teaching():
        return
    with st.container(border=True, key="runs_queue"):
        st.markdown(f"#### {say('queue_title')}")

        @st.fragment(run_every=LOOK_SECONDS)
        def view() -> None:
            _queue()

        view()
        _bounds()


def _queue() -> None:
    manager = session.manager()
    now = manager.queue_state()
    st.markdown(say("queue_now", at_work=len(now.at_work), places=manager.engine.places, waiting=len(now.waiting), later=len(now.later)))
    with st.container(horizontal=True, vertical_alignment="center"):
        _order("queue_go_on" if now.held else "queue_hold", ":material/play_arrow:" if now.held else ":material/pause:",
               lambda manager, teacher: manager.hold(not now.held, teacher), key="queue_hold")  # fmt: skip
        _order("queue_later", ":material/schedule:", lambda manager, teacher: manager.start_later_runs(teacher), disabled=not now.later)
        _order("queue_clear", ":material/playlist_remove:", lambda manager, teacher: manager.clear(teacher),
               disabled=not (now.waiting or now.later))  # fmt: skip
    if now.held:
        st.caption(say("queue_held"))
    if waiting := manager.waiting():
        _table(waiting)
        _chosen({run.run: run for run in waiting}, [run.run for run in waiting if run.place])


def _table(waiting: Sequence[Snapshot]) -> None:
    head = [say(f"queue_column_{name}") for name in ("place", "run", "epochs", "begins")]
    rows = [[str(run.place or "–"), plain(run_names.titled(run)), whole(run.recipe.epochs), begins(run)]
            for run in waiting[:SHOWN]]  # fmt: skip
    st.markdown(table(head, rows, left=4))
    if len(waiting) > SHOWN:
        st.caption(say("queue_more", count=len(waiting) - SHOWN))


def _chosen(waiting: Mapping[str, Snapshot], queue: Sequence[str]) -> None:
    """One waiting run, and the four things that can be done about it, always in the same places."""
    chosen = session.get_state("runs.queue_run", "")
    key = session.bind_widget("runs.queue_run.box", chosen if chosen in waiting else next(iter(waiting)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox(say("queue_run"), list(waiting), key=key, width=300, format_func=lambda run: run_names.titled(waiting[run]),
                           on_change=lambda: session.set_state("runs.queue_run", session.typed(key)))  # fmt: skip
        place = queue.index(run) if run in queue else -1
        _order("queue_first", ":material/vertical_align_top:", lambda manager, teacher: manager.put_first(run, teacher), disabled=place == 0)
        _order("queue_up", ":material/arrow_upward:", lambda manager, teacher: manager.move(run, -1, teacher), disabled=place <= 0)
        _order("queue_down", ":material/arrow_downward:", lambda manager, teacher: manager.move(run, 1, teacher),
               disabled=not 0 <= place < len(queue) - 1)  # fmt: skip
        _order("queue_stop", ":material/stop:", lambda manager, teacher: manager.stop(run, teacher))


def begins(run: Snapshot) -> str:
    """When a waiting run begins, in words."""
    if run.later:
        return say("begins_later")
    return say("begins_unknown") if run.wait is None else say("begins_in", duration=roughly(run.wait, lengths))


def _order(name: str, icon: str, act: Act, key: str = "", disabled: bool = False) -> None:
    if st.button(say(name), key=f"runs.{key or name}", icon=icon, help=say(f"{name}_help"), disabled=disabled):
        session.set_notice("")
        try:
            act(session.manager(), session.visitor())
        except LabError as refusal:  # it has begun, or ended, a moment ago
            session.set_notice(str(refusal))
        st.rerun()


def _bounds() -> None:
    """What everybody but the teacher may ask of the lab."""
    limits = session.manager().limits
    with st.expander(say("bounds"), icon=":material/rule:"):
        st.caption(say("bounds_help"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for name in BOUNDS:
                key = session.bind_widget(f"runs.bound_{name}", asdict(limits)[name])
                st.number_input(say(f"bound_{name}"), 1, 10_000 if name == "epochs" else 1_000, key=key, width=210,
                                on_change=_set_bound, args=(name, key))  # fmt: skip


def _set_bound(name: str, key: str) -> None:
    manager = session.manager()
    try:
        manager.set_limits(replace(manager.limits, **{name: session.typed(key)}), session.visitor())
    except (LabError, TypeError) as refusal:
        session.set_notice(str(refusal))
