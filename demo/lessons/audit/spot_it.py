"""Spot it yourself: three printed tables, the learner's marks, and how many of them a check confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.studies import audit, audit_last_batch
from core.studies.rows import as_dicts
from demo.text import speaker
from demo.ui.formatting import percent, table
from demo.ui.tables import Column
from demo.visitor import navigation, session

say = speaker("audit")
SHOWN = "Arc2 Adam"
"""The run whose three scores are asked about class by class."""


@dataclass(frozen=True, slots=True)
class Task:
    """A printed table, what may be marked in it (name -> label), and what a check finds; `closer` is the section of it."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    columns: Mapping[str, Column]
    options: Mapping[str, str]
    wrong: Sequence[str]
    closer: str


def render() -> None:
    """The three tasks, one below the other."""
    st.markdown(say("spot"))
    for task in (_columns(), _scores(), _classes()):
        with st.container(border=True):
            _task(task)


def _columns() -> Task:
    rows = audit.implied(SHOWN, {})
    printed = [
        {"class": row.label, **{name: audit.printed(name, "accuracy_percent")[place] / 100 for name in audit.RUNS}}
        for place, row in enumerate(rows)
    ]
    columns = {"class": Column(say("class")), **{name: Column(name, "percent") for name in audit.RUNS}}
    return Task("columns", printed, columns, {name: name for name in audit.RUNS}, audit.copies(), "columns")


def _scores() -> Task:
    scores = ("accuracy", "precision", "f1")
    rows = [{**row.as_dict(), "cell": say(row.cell)} for row in audit_last_batch.printed_values()]
    columns = {"cell": Column(say("cell")), **{score: Column(say(score), "printed") for score in scores}}
    return Task("scores", rows, columns, {score: say(score) for score in scores}, audit_last_batch.same_scores(), "sixteenths")


def _classes() -> Task:
    rows = audit.implied(SHOWN, {})
    columns = {
        "class": Column(say("class")), "accuracy": Column(say("accuracy_percent"), "percent"),
        "precision": Column(say("precision"), "printed"), "f1": Column(say("f1"), "printed"),
    }  # fmt: skip
    return Task("classes", as_dicts(rows), columns, {row.label: row.label for row in rows}, audit.impossible(SHOWN), "columns")


def _task(task: Task) -> None:
    st.markdown(f"#### {say(f'spot_{task.name}')}")
    st.markdown(_table(task))
    done = session.get_state(f"audit.marked.{task.name}")
    if done is None:
        _mark(task)
    else:
        _verdict(task, done)


def _table(task: Task) -> str:
    """All of it at once, also on a telephone: who has to scroll a table sideways cannot read along its rows."""
    rows = [[_written(row[name], column) for name, column in task.columns.items()] for row in task.rows]
    return table([column.title for column in task.columns.values()], rows)


def _written(value: Any, column: Column) -> str:
    """A share in percent; anything else as it is printed."""
    return f"{100 * value:.1f}" if column.kind == "percent" else str(value)


def _mark(task: Task) -> None:
    marked = st.pills(
        say(f"mark_{task.name}"), list(task.options), selection_mode="multi", key=f"audit.marks.{task.name}",
        format_func=task.options.__getitem__,
    )  # fmt: skip
    with st.expander(say("hint")):
        st.markdown(say(f"hint_{task.name}"))
    if st.button(say("check"), key=f"audit.check.{task.name}", type="primary"):
        session.set_state(f"audit.marked.{task.name}", tuple(marked))
        st.rerun()


def _verdict(task: Task, marked: Sequence[str]) -> None:
    """What was marked, what a check finds, and the learner's own precision and recall."""
    score = audit.marks(marked, task.wrong)
    st.markdown(say("check_finds", found=_names(task, task.wrong), count=len(task.wrong), of=len(task.options)))
    if marked:
        st.markdown(say(
            "your_marks", marked=_names(task, marked), precision=percent(score.precision), recall=percent(score.recall),
            found=len(score.found), marks=len(marked), wrong=len(task.wrong),
        ))  # fmt: skip
    else:
        st.markdown(say("no_marks"))
    st.info(say(f"why_{task.name}"), icon=":material/lightbulb:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(say("closer"), key=f"audit.closer.{task.name}", icon=":material/arrow_forward:"):
            navigation.go("audit", section=task.closer)
        if st.button(say("mark_again"), key=f"audit.again.{task.name}", type="tertiary"):
            session.set_state(f"audit.marked.{task.name}", None)
            st.rerun()


def _names(task: Task, names: Sequence[str]) -> str:
    return ", ".join(task.options[name] for name in names)
