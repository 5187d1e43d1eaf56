"""A guess that is drawn into the figure it is about: the options as buttons beside it, and the sentence that comes after.

Alone, a tap on an option is the answer. In a class every browser votes, and the teacher shows the answer to all.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from demo.classroom import verdict, voting
from demo.classroom.question import Question, Settled
from demo.text import speaker
from demo.ui import choices
from demo.visitor import links, session

common = speaker("figures")
say = speaker("verdict")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a visitor answered to a question, and whether the answer may be shown now."""

    question: Question
    option: str
    """"" where nothing was chosen."""
    shown: bool

    def options(self) -> None:
        """The options, each a button; in a class the vote."""
        if session.classroom().opened:
            voting.ask(self.question, f"ask.{self.question.name}")
            return
        key = f"ask.{self.question.name}"
        choices.buttons(self.question.options, key, lambda option: _settle(self.question, option))
        st.button(common("skip"), key=f"{key}.skip", on_click=_settle, args=(self.question, ""))

    def sentence(self, why: str = "") -> str:
        """What was guessed and whether that was right, with why; without a guess why the right one is.

        `why`: a sentence in place of the right option's own.
        """
        answer = self.question.answer()
        guess = verdict.unmarked(self.question.options[self.option]) if self.option else ""
        if not isinstance(answer, Settled):
            return say("guessed_open", words=guess, why=answer.why) if guess else answer.why
        right = why or answer.whys[answer.right]
        if self.option not in answer.whys:
            return right
        if self.option == answer.right:
            return say("guessed_right", words=guess, why=right)
        return say("guessed_wrong", words=guess, why=answer.whys[self.option])

    def again(self) -> None:
        """The way to guess once more; in a class the answers of all."""
        if session.classroom().opened:
            with st.expander(common("class_answers")):
                voting.ask(self.question, f"ask.{self.question.name}")
        else:
            st.button(common("again"), key=f"ask.{self.question.name}.again", on_click=_settle, args=(self.question, None))


def of(question: Question) -> Guess:
    """What the visitor has answered so far."""
    guess = session.answer(f"guessed.{question.words}")
    shown = voting.revealed(question) if session.classroom().opened else links.opened() or guess is not None
    return Guess(question, guess if isinstance(guess, str) and guess in question.options else "", shown)


def _settle(question: Question, guess: str | None) -> None:
    links.close()
    session.keep_answer(f"guessed.{question.words}", guess)
