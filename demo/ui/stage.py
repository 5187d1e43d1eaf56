"""The one frame of every lesson: at the left the live view, always in sight; at the right a column that goes on.

    with stage.frame(say("title"), "convolution") as (view, column): ...

`view` is there from the first second and stays while the column scrolls; on a telephone it comes first. In the column
stand the question and its verdict (demo/classroom/asking.py draws them); then, each where the lesson wants it, `now_try`,
`remember` with the next lesson, and in folds `more` and `source`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from demo.text import Say, speaker
from demo.ui import header
from demo.visitor import navigation, session

common = speaker("lesson")
titles = speaker("studio")
SHARES = (62, 38)
"""Of the width: the view and the column."""
STYLE = """
.stMain .stMainBlockContainer:has(.st-key-stage_column) { padding-bottom: 1.5rem; }
.stColumn:has(> .stVerticalBlock > [data-testid="stLayoutWrapper"] > .st-key-stage_view) {
  position: sticky; top: calc(var(--lab-header, 56px) + var(--lab-above, 0rem) + 1.1rem); align-self: flex-start;
}
.st-key-stage_column .stHeading h1 { font-size: 1.45rem; }
.st-key-stage_head .stHeading h1 { font-size: 1.45rem; padding: 0; white-space: nowrap; }
:is(.st-key-stage_column, .st-key-stage_column_more) .stHeading h3 { font-size: 1rem; }
.st-key-stage_column [class*="st-key-question-"] h3 { font-size: 1.333rem; line-height: 1.3; text-wrap: pretty; }
.st-key-stage_column [class*="st-key-question-"] { padding-top: 0.3rem; }
.st-key-stage_tries button { min-height: 2.3rem; border-radius: 1.2rem; padding: 0.1rem 0.9rem; }
.st-key-stage_tries { gap: 0.5rem; }
.st-key-stage_wide { min-height: 42rem; }
@media (min-width: 900px) {
  .stMain:has(.st-key-stage_wide) :is([class*="st-key-options-"], [class*="st-key-marked-"]) { display: grid; grid-template-columns: 1fr 1fr; }
}
@media (max-width: 640px) {
  .stMain:has(.st-key-stage_wide) .st-key-stage_column > :has(> [class*="st-key-marked-"]) { order: 1; }
  .stMain:has(.st-key-stage_wide) .st-key-stage_column > [class*="-again"] { order: 2; }
  .st-key-stage_view > :has(> .st-key-stage_controls) { order: 1; }
  .stColumn:has(> .stVerticalBlock > [data-testid="stLayoutWrapper"] > .st-key-stage_view) { position: static; }
}
"""
PUPIL = """
@media (max-width: 640px) {
  :has(> .st-key-warmup_note) { display: none; }
  .st-key-stage_column :is(.stElementContainer:has(h1), .stElementContainer:has(.lab-overline)) {
    position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden;
  }
}
"""
PUPIL_TOLD = PUPIL + "@media (max-width: 640px) { .stColumn:has(.st-key-stage_column) { order: -1; } }"


@dataclass(frozen=True, slots=True)
class Try:
    """A chip of "Now try": its words, and what sets the view."""

    name: str
    words: str
    set: Callable[[], None]


@contextmanager
def frame(title: str, lesson: str, told: bool = False) -> Iterator[tuple[DeltaGenerator, DeltaGenerator]]:
    """The view and the column of a lesson, the column with the lesson's number, the progress and the title in it.

    A telephone of a class has the picture, the question and the options; once the answer is `told`, that comes first.
    """
    pupil = session.classroom().opened and not session.teaching()
    st.html(f"<style>{STYLE}{(PUPIL_TOLD if told else PUPIL) if pupil else ''}</style>")
    left, right = st.columns(SHARES, gap="medium")
    if told:
        answered(lesson)
    view, column = left.container(key="stage_view", gap="small"), right.container(key="stage_column", gap="small")
    with column:
        _overline(lesson)
        st.title(title, anchor=False)
    yield view, column


@dataclass(frozen=True, slots=True)
class Wide:
    """The places of a lesson whose view needs the whole width."""

    head: DeltaGenerator
    """One row: the lesson's number, its title, and what the lesson puts behind it."""
    view: DeltaGenerator
    left: DeltaGenerator
    right: DeltaGenerator
    """Two columns below the view; above it while a class is asked."""


@contextmanager
def wide(title: str, lesson: str) -> Iterator[Wide]:
    """For a view that needs the whole width."""
    st.html(f"<style>{STYLE}</style>")
    head = st.container(horizontal=True, vertical_alignment="center", key="stage_head", gap="small")
    with head:
        _overline(lesson, "content")
        st.title(title, anchor=False, width="content")
    view = None if session.classroom().opened else st.container(key="stage_wide", gap="small")
    columns = st.columns(2, gap="large")
    left, right = (column.container(key=f"stage_column{suffix}", gap="small") for column, suffix in zip(columns, ("", "_more"), strict=True))
    yield Wide(head, view or st.container(key="stage_wide", gap="small"), left, right)


@contextmanager
def controls() -> Iterator[None]:
    """What sets the view, above it; on a telephone below it, so that the view stays where it is."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="stage_controls"):
        yield


@contextmanager
def head(title: str, lesson: str) -> Iterator[None]:
    """The head of a section of a lesson that takes the whole width; inside it the row of sections is drawn."""
    st.html(f"<style>{STYLE}</style>")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="stage_column"):
        with st.container(width="content", gap="xxsmall"):
            _overline(lesson)
            st.title(title, anchor=False)
        yield


def _overline(lesson: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """Which lesson it is, and a pixel for each, filled where the visitor has answered."""
    course = navigation.course()
    if lesson not in course:
        return
    done = learned()
    told = common("lesson_progress", done=sum(name in done for name in course), count=len(course))
    pixels = header.pixels([name in done for name in course], course.index(lesson), told, list(map(titles, course)))
    st.html(header.overline(common("lesson_number", number=course.index(lesson) + 1, count=len(course)), lesson, pixels), width=width)


def learned() -> frozenset[str]:
    """The lessons whose question this visitor has answered."""
    return frozenset(name for name in navigation.course() if session.answer(f"learned.{name}"))


def answered(lesson: str) -> None:
    """Told of a lesson whose answer is shown."""
    if not session.answer(f"learned.{lesson}"):
        session.keep_answer(f"learned.{lesson}", True)


def now_try(lesson: str, tries: Sequence[Try]) -> None:
    """The chips, each of which sets the view."""
    with st.container(key="stage_now", gap="small"):
        st.subheader(common("now_try"), anchor=False)
        with st.container(horizontal=True, key="stage_tries", gap="small"):
            for chip in tries:
                st.button(chip.words, key=f"try.{lesson}.{chip.name}", on_click=chip.set)


def remember(say: Say, lesson: str) -> None:
    """What to remember, `say("remember")`, and the way to the next lesson."""
    st.subheader(common("remember"), anchor=False)
    st.markdown(say("remember"))
    _next(lesson)


@contextmanager
def more(say: Say, **values: object) -> Iterator[None]:
    """A fold; inside it the controls that not everybody needs are drawn, below them stand the introduction and what is left to try."""
    with st.container(key="stage_more"), st.expander(common("more"), icon=":material/tune:"):
        yield
        st.markdown(f"{say('intro', **values)}\n\n**{common('next')}**\n\n{say('next')}")


def _next(lesson: str) -> None:
    course = navigation.course()
    if lesson not in course:
        return
    following = course[course.index(lesson) + 1 :]
    with st.container(key="stage_next"):
        if following:
            navigation.link(following[0], common("lesson_next", title=titles(following[0])))
        else:
            navigation.link("resolution", common("lesson_last", title=titles("resolution")))


def source(code: Sequence[Callable[..., Any]], in_torch: str) -> None:
    """The very code that ran, in a fold."""
    with st.container(key="stage_code"), st.expander(common("code"), icon=":material/code:"):
        st.markdown(common("in_torch"))
        st.code(f"import torch\nfrom torch.nn import functional as F\n\n{in_torch}", language="python")
        st.markdown(common("source"))
        for function in code:
            st.code(inspect.getsource(function), language="python")
