"""What the study pages share: a question before the answer, sections, tables whose numbers lead to their run.

A page asks first. The guess is kept for the visitor; nothing below it is drawn before the guess or the wish to skip it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from core.pretrained.cards import Card, read_cards
from core.studies.registry import cards_of
from demo.classroom import verdict, voting
from demo.classroom.question import Question
from demo.text import Say, speaker
from demo.visitor import session

common = speaker("figures")


def cards(study: str) -> dict[str, Card]:
    """The runs of a study that are under pretrained/, by their planned name."""
    return cards_of(study, read_cards())


# --- a question, then the answer ------------------------------------------------------------------------------------


@contextmanager
def opening(say: Say) -> Iterator[None]:
    """The title and the introduction of a page with sections, drawn inside it; in a class what is asked stands first."""
    opened = session.classroom().opened
    st.title(say("title"), anchor=False)
    if not opened:
        st.markdown(say("intro"))
    yield
    if opened:
        st.markdown(say("intro"))


def ask(question: Question, before: str = "", look: Callable[[], None] | None = None) -> bool:
    """Asks; True once the visitor guessed or skipped, who is then told at once whether it was right, and why.

    While a class is open it is put to the whole class, and True once the teacher has shown the answer. `before` is an
    introduction: it stands above the question, but below it once that is answered and in a class, so that a telephone
    shows the options and then the answer. `look` draws what the question is about: above it until it is answered.
    """
    opened = session.classroom().opened
    guess = session.get_state(f"guessed.{question.words}")
    answered = voting.revealed(question) if opened else guess is not None
    if look and not answered:
        look()
    if before and not opened and not answered:
        st.markdown(before)
    with st.container(key=f"question.{question.name}"):
        st.markdown(f"### {question.words}")
    if opened:
        voting.ask(question, f"ask.{question.name}")
    elif answered:
        _answered(question, guess)
    else:
        _guess(question)
    if look and answered:
        look()
    if before and (opened or answered):
        st.markdown(before)
    return answered


def _guess(question: Question) -> None:
    """The options, to choose one or to skip."""
    key = f"ask.{question.name}"
    guess = st.radio(
        common("guess"), list(question.options), index=None, key=key, format_func=lambda option: question.options[option]
    )
    with st.container(horizontal=True):
        if st.button(common("reveal"), key=f"{key}.reveal", type="primary", disabled=guess is None):
            _settle(question, guess or "")
        if st.button(common("skip"), key=f"{key}.skip", type="tertiary"):
            _settle(question, "")


def _answered(question: Question, guess: str) -> None:
    """The verdict, and the way to guess again."""
    verdict.own(question, question.answer(), guess)
    if st.button(common("again"), key=f"ask.{question.name}.again", type="tertiary"):
        _settle(question, None)


def _settle(question: Question, guess: str | None) -> None:
    session.set_state(f"guessed.{question.words}", guess)
    st.rerun()


def sections(say: Say, names: Sequence[str]) -> str:
    """A row of sections, `say(f"section_{name}")` each; the chosen one. Only what is chosen is computed."""
    key = session.bind_widget(f"section.{names[0]}", session.section(names))
    chosen = st.segmented_control(
        say("sections"), names, key=key, required=True, label_visibility="collapsed",
        format_func=lambda name: say(f"section_{name}"), on_change=lambda: session.to_section(session.typed(key)),
    )  # fmt: skip
    return chosen or names[0]


def missing(command: str) -> None:
    """What to do where the runs of a table are not there."""
    st.info(common("nothing"), icon=":material/hourglass_empty:")
    st.code(command, language="sh")


# --- tables ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and how its values are written ("run": the link to a run by its id; "printed": with
    the digits that a source prints)."""

    title: str
    kind: Literal["text", "percent", "points", "number", "rate", "count", "printed", "run"] = "text"
    help: str | None = None


FORMATS = {"percent": "%.1f", "points": "%.2f", "number": "%.3f", "rate": "%.1f", "count": "%d", "printed": None}


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], key: str, alt: str) -> None:
    """Rows that can be sorted, searched and downloaded (CSV). Shares are written in percent or points; None as a dash."""
    import pyarrow  # type: ignore[import-untyped]

    values = {name: [_value(row.get(name), column) for row in rows] for name, column in columns.items()}
    config = {name: _config(column) for name, column in columns.items()}
    st.dataframe(
        pyarrow.table(values), key=key, hide_index=True, column_config=config, alt=alt, placeholder="–",
        height="content" if len(rows) <= 16 else "auto",
    )  # fmt: skip


def _value(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if column.kind in ("percent", "points"):
        return 100 * value
    return run_address(value) if column.kind == "run" else value


def _config(column: Column) -> Any:
    if column.kind == "run":
        return st.column_config.LinkColumn(column.title, display_text=r"run=(.+)$", help=column.help)
    if column.kind == "text":
        return st.column_config.TextColumn(column.title, help=column.help)
    return st.column_config.NumberColumn(column.title, format=FORMATS[column.kind], help=column.help)


def run_address(run: str) -> str:
    """Where a run is looked at: its curves, its confusion matrix, its recipe and where it comes from."""
    return f"{session.root()}/train?run={run}"


def runs_behind(names: Sequence[str]) -> None:
    """The links to the runs that a figure was made from."""
    links = ", ".join(f"[{name}]({run_address(name)})" for name in names)
    st.caption(f"{common('run')}: {links}")
