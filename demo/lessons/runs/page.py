"""The page "Runs": every run of the lab and those that come with it, what can be done with the chosen ones, and
their curves compared.

The table looks again by itself; what is chosen is kept by the runs' ids, so that a run that appears above never
moves a choice to its neighbour.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from core.runs.snapshot import Snapshot
from core.runs.store import LONGEST_NAME
from core.runs.summaries import RunSummary, utc
from core.vocabulary.errors import LabError
from core.vocabulary.records import as_dict
from demo.charts import curves, figure
from demo.lessons.runs import board, compared, differing, in_step, pretrained, queue, table
from demo.text import plain, speaker
from demo.timeline import doors
from demo.ui import header, take_home
from demo.visitor import navigation, run_names, session

say = speaker("runs")
titles = speaker("studio")
WHILE_ACTIVE, WHILE_IDLE = 2.0, 5.0
"""Seconds between two looks at the runs."""
UNREADABLE_SHOWN = 5
RESUMABLE = ("paused", "stopped", "interrupted")


def render() -> None:
    """The whole page."""
    header.header(titles("runs"), say("title"), mosaic="runs")
    problem = session.notice()
    if problem:
        st.warning(plain(problem), icon=":material/info:")
    queue.render()
    own = session.manager().list()
    if own:
        _overview(own)
        board.render(own)
    else:
        _nothing_yet()
    _unreadable()
    shown = pretrained.render(_chosen(), _choose)
    chosen = _chooser([*own, *shown]) if own or shown else []
    if len(chosen) == 1:
        _actions(chosen[0])
    if chosen:
        differing.render(chosen)
        compared.render(chosen)
        _compare(chosen)
    doors.render()


def _nothing_yet() -> None:
    """What to do first; looks now and then whether somebody did."""

    @st.fragment(run_every=WHILE_IDLE)
    def view() -> None:
        if session.manager().list():
            st.rerun()
        words, sketch = st.columns([3, 2], gap="large", vertical_alignment="center")
        with words:
            st.markdown(say("empty"))
            if st.button(say("to_train"), key="runs.first", type="primary", icon=":material/model_training:"):
                navigation.go("train")
        with sketch:
            header.empty(say("sketch"), "runs")

    view()


def _unreadable() -> None:
    """Names the runs that are left out, and why: the others are not harmed."""
    left_out = session.manager().unreadable()
    if left_out:
        reasons = [say("unreadable_run", run=plain(run), reason=plain(reason.partition(";")[0])) for run, reason in list(left_out.items())[:UNREADABLE_SHOWN]]
        st.warning("  \n".join([say("unreadable", count=len(left_out)), *reasons]), icon=":material/warning:")


# --- which runs --------------------------------------------------------------------------------------------------


def _chosen() -> tuple[str, ...]:
    ids: tuple[str, ...] = session.get_state("runs.chosen", ())
    return ids


def _choose(ids: Sequence[str], redraw: bool = False) -> None:
    """From now on these runs are chosen; `redraw` where a table does not know it yet."""
    session.set_state("runs.chosen", tuple(ids))
    if redraw:
        session.set_state("runs.turn", session.get_state("runs.turn", 0) + 1)


def _overview(snapshots: Sequence[RunSummary]) -> None:
    """The table of all runs. It goes on looking, because somebody else may start one."""
    drawn = _state(snapshots)
    every = WHILE_ACTIVE if any(s.active for s in snapshots) else WHILE_IDLE

    @st.fragment(run_every=every)
    def view() -> None:
        now = session.manager().list()
        if _state(now) != drawn:  # what stands below the table, and how often it looks, depends on it
            st.rerun()
        _table(now)

    view()
    rows = table.rows(snapshots, session.visitor().name)
    with st.container(horizontal=True):
        st.download_button(
            say("download_table"), table.as_csv(rows), "runs.csv", "text/csv", icon=":material/download:", key="runs.csv"
        )  # fmt: skip
        if session.teaching():
            _stop_all_button(sum(snapshot.active for snapshot in snapshots))


def _stop_all_button(active: int) -> None:
    """For the teacher, who would otherwise stop the runs of a filled queue one by one."""
    if st.button(
        say("stop_all"), key="runs.stop_all", icon=":material/stop_circle:", disabled=not active, help=say("stop_all_help")
    ):
        _confirm_stop_all(active)


def _confirm_stop_all(active: int) -> None:
    @st.dialog(say("stop_all_title"))
    def view() -> None:
        st.markdown(say("stop_all_question", count=active))
        with st.container(horizontal=True):
            if st.button(say("stop_all_yes"), key="runs.stop_all_yes", type="primary", icon=":material/stop_circle:"):
                _stop_all()
            if st.button(say("stop_all_no"), key="runs.stop_all_no"):
                st.rerun()

    view()


def _stop_all() -> None:
    try:
        session.manager().stop_all(session.visitor())
    except LabError as refusal:
        session.set_notice(str(refusal))
    st.rerun()


def _state(snapshots: Sequence[RunSummary]) -> tuple[object, ...]:
    """What the page outside the table shows, so that it is drawn again when that has changed."""
    return _chosen(), tuple((snapshot.run, snapshot.status) for snapshot in snapshots)


def _table(snapshots: Sequence[RunSummary]) -> None:
    table.choosable(snapshots, table.rows(snapshots, session.visitor().name), "runs.table", _chosen(), _choose)


def _chooser(snapshots: Sequence[RunSummary]) -> list[RunSummary]:
    """The chosen runs; the same choice as in the tables, by name."""
    by_id = {snapshot.run: snapshot for snapshot in snapshots}
    key = session.bind_widget("runs.chooser", [run for run in by_id if run in _chosen()])
    ids = st.multiselect(
        say("choose"), list(by_id), key=key, format_func=lambda run: table.name(by_id[run]), help=say("choose_help"),
        placeholder=say("choose_empty"), on_change=lambda: _choose(session.typed(key), redraw=True),
    )  # fmt: skip
    return [by_id[run] for run in ids]


# --- what can be done with one -------------------------------------------------------------------------------------


def _actions(now: RunSummary) -> None:
    """Always the same buttons in the same places; what is not possible is disabled."""
    manager = session.manager()
    mine = manager.may(now.run, session.visitor())
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(say("open"), key="runs.open", icon=":material/open_in_new:", type="primary"):
            navigation.go("train", run=now.run)
        resumable = mine and now.status in RESUMABLE
        if st.button(say("resume"), key="runs.resume", icon=":material/play_arrow:", disabled=not resumable):
            _resume(now.run)
        _delete_button(now, mine)
        st.download_button(
            say("download_run"), lambda: as_json(manager.snapshot(now.run)), f"run-{now.run}.json", "application/json", key="runs.json",
            icon=":material/download:", help=say("download_run_help"),
        )  # fmt: skip
        take_home.button(now, "runs")
    if mine:
        _name(now)
    if now.message:
        st.caption(plain(now.message))
    if not mine:
        st.caption(say("of_the_app" if now.pretrained else "not_yours"))


def _name(now: RunSummary) -> None:
    """A field for the run's name; empty, it is called by what differs from its owner's runs before it."""
    key = session.bind_widget(f"runs.name.{now.run}", now.name)
    st.text_input(say("column_name"), key=key, placeholder=run_names.default(now), max_chars=LONGEST_NAME, width=420, icon=":material/edit:",
                  on_change=lambda: _rename(now.run, session.typed(key)))  # fmt: skip


def _rename(run: str, name: str) -> None:
    session.set_notice("")
    try:
        session.manager().rename(run, name, session.visitor())
    except LabError as refusal:
        session.set_notice(str(refusal))


def _resume(run: str) -> None:
    try:
        session.manager().resume(run, session.visitor())
    except LabError as refusal:
        session.set_notice(str(refusal))
    st.rerun()


def _delete_button(now: RunSummary, mine: bool) -> None:
    reason = say("delete_active") if now.active else None
    pressed = st.button(
        say("delete"),
        key="runs.delete",
        icon=":material/delete:",
        disabled=now.active or not mine,
        help=reason,
    )
    if pressed:
        _confirm(now)


def _confirm(now: RunSummary) -> None:
    """Asks before a run and its weights are gone for good."""

    @st.dialog(say("delete_title", run=now.run))
    def view() -> None:
        st.markdown(say("delete_question", name=table.name(now)))
        with st.container(horizontal=True):
            if st.button(say("delete_yes"), key="runs.delete_yes", type="primary", icon=":material/delete:"):
                _delete(now.run)
            if st.button(say("delete_no"), key="runs.delete_no"):
                st.rerun()

    view()


def _delete(run: str) -> None:
    try:
        session.manager().delete(run, session.visitor())
        _choose([other for other in _chosen() if other != run], redraw=True)
    except LabError as refusal:
        session.set_notice(str(refusal))
    st.rerun()


def as_json(now: Snapshot) -> str:
    """All that is known of a run: recipe, facts, every epoch and the test."""
    known = {
        "run": now.run, "name": now.name, "status": now.status, "message": now.message, "created": utc(now.created),
        "recipe": now.recipe.as_dict(), "facts": now.facts.as_dict(), "epochs": list(map(as_dict, now.epochs)),
        "result": as_dict(now.result) if now.result else None,
    }  # fmt: skip
    more = {"tick": as_dict(now.tick)} if now.tick else {"evaluations": now.evaluations} if now.evaluations else {}
    return json.dumps(known | more, indent=1)


# --- curves --------------------------------------------------------------------------------------------------------


def _compare(chosen: Sequence[RunSummary]) -> None:
    ids = [snapshot.run for snapshot in chosen]

    @st.fragment(run_every=WHILE_ACTIVE if any(snapshot.active for snapshot in chosen) else None)
    def view() -> None:
        now = [session.manager().snapshot(run) for run in ids]
        if not any(len(snapshot.epochs) > 1 for snapshot in now):
            st.caption(say("no_curves"))
            return
        left, right = st.columns(2)
        with left:
            figure.show(curves.compare(now, "accuracy"), key="runs.accuracy")
        with right:
            figure.show(curves.compare(now, "loss"), key="runs.loss")
        st.caption(say("strokes"))
        in_step.render(now)

    view()
