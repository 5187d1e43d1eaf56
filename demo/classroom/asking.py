"""A question before the answer: what a page asks first, and what it shows where runs are missing.

Tapping an option is answering. The guess is kept for the visitor; nothing below a question is drawn before the visitor
guessed or asked to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from core.pretrained.cards import Card, read_cards
from core.studies.registry import cards_of
from demo.classroom import verdict, voting
from demo.classroom.question import Question
from demo.components.page_scripts import sight
from demo.server import services
from demo.text import Say, speaker
from demo.ui import choices
from demo.visitor import links, navigation, session

common = speaker("figures")


def cards(study: str) -> dict[str, Card]:
    """The runs of a study that are under pretrained/, by their planned name."""
    return cards_of(study, read_cards(services.pretrained_folder()))


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


def ask(question: Question, before: str = "", subject: Callable[[], None] | None = None) -> bool:
    """Asks; True once the visitor guessed or skipped, who is then told at once whether it was right, and why.

    While a class is open it is put to the whole class, and True once the teacher has shown the answer. `before` is an
    introduction: it stands above the question, but below it once that is answered and in a class, so that a telephone
    shows the options and then the answer. `subject` draws what the question is about: above it until it is answered.
    """
    opened = session.classroom().opened
    guess = _guessed(question)
    answered = is_answered(question)
    if subject and not answered:
        subject()
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
    if not opened:
        sight.show("verdict-", f"{question.name} {guess}")
    if subject and answered:
        subject()
    if before and (opened or answered):
        st.markdown(before)
    return answered


def is_answered(question: Question) -> bool:
    """Whether the answer may be shown: the visitor has guessed or skipped, or a link has opened what lies behind the question;
    in a class the teacher has shown it."""
    if session.classroom().opened:
        return voting.revealed(question)
    return links.opened() or session.answer(_kept(question)) is not None


def _guessed(question: Question) -> str:
    """The option that the visitor chose; "" for none."""
    return str(session.answer(_kept(question)) or "")


def _kept(question: Question) -> str:
    return f"guessed.{question.words}"


def _guess(question: Question) -> None:
    """The options, each a button, and the way to see it without a guess."""
    key = f"ask.{question.name}"
    choices.buttons(question.options, key, lambda option: _settle(question, option))
    st.button(common("skip"), key=f"{key}.skip", on_click=_settle, args=(question, ""))


def _answered(question: Question, guess: str) -> None:
    """The options with their marks, the verdict, and the way to guess again."""
    answer = question.answer()
    choices.marked(question.options, f"ask.{question.name}", verdict.right(answer), guess)
    verdict.own(question, answer, guess)
    st.button(common("again"), key=f"ask.{question.name}.again", on_click=_settle, args=(question, None))


def _settle(question: Question, guess: str | None) -> None:
    links.close()
    session.keep_answer(_kept(question), guess)


def sections(say: Say, names: Sequence[str]) -> str:
    """A row of sections, `say(f"section_{name}")` each; the chosen one. Only what is chosen is computed."""
    key = session.bind_widget(f"section.{names[0]}", navigation.section(names))
    chosen = st.segmented_control(
        say("sections"), names, key=key, required=True, label_visibility="collapsed",
        format_func=lambda name: say(f"section_{name}"), on_change=lambda: navigation.to_section(session.typed(key)),
    )  # fmt: skip
    return chosen or names[0]


def missing(command: str) -> None:
    """What to do where the runs of a table are not there."""
    st.info(common("nothing"), icon=":material/hourglass_empty:")
    st.code(command, language="sh")
