"""What stands below a question once its answer is shown: whether one was right, and why."""

from __future__ import annotations

import streamlit as st

from demo.classroom.question import Answer, Question, Settled, Unsettled
from demo.text import speaker

say = speaker("verdict")


def own(question: Question, answer: Answer, guess: str) -> None:
    """What a visitor is told who works alone: right or not, why, and the right option. `guess` "": skipped."""
    with st.container(key=f"verdict.{_kind(answer, guess)}.{question.name}"):
        if not isinstance(answer, Settled):
            guessed = f"{say('guessed', guess=question.options[guess])}\n\n" if guess in question.options else ""
            st.info(f"{guessed}{answer.why}", icon=":material/help:")
        elif guess == answer.right:
            st.success(say("right", why=answer.whys[guess]), icon=":material/check:")
        elif guess in answer.whys:
            st.warning(f"{say('wrong', why=answer.whys[guess])}\n\n{why(question, answer)}", icon=":material/close:")
        else:
            st.info(why(question, answer))


def in_class(question: Question, answer: Answer, guess: str | None) -> None:
    """What one is told above the bars of the class, of one's own guess; what is right stands below them, for all."""
    if not isinstance(answer, Settled) or guess is None or guess not in answer.whys:
        return
    with st.container(key=f"verdict.{_kind(answer, guess)}.{question.name}"):
        if guess == answer.right:
            st.success(say("right", why=answer.whys[guess]), icon=":material/check:")
        else:
            st.warning(say("wrong", why=answer.whys[guess]), icon=":material/close:")


def _kind(answer: Answer, guess: str) -> str:
    """How it looks: `right`, `wrong`, or neither."""
    if not isinstance(answer, Settled) or guess not in answer.whys:
        return "plain"
    return "right" if guess == answer.right else "wrong"


def why(question: Question, answer: Answer) -> str:
    """The right option and why, the same for everybody; or why nothing is right."""
    if not isinstance(answer, Settled):
        return answer.why
    return say("answer", answer=unmarked(question.options[answer.right]), why=answer.whys[answer.right])


def right(answer: Answer) -> str | None:
    """The right option; None where there is none."""
    return answer.right if isinstance(answer, Settled) else None


def unmarked(words: str) -> str:
    """An option without the marks of Markdown, and without the full stop that a sentence ends with.

    >>> unmarked("A fifth of **each** class.")
    'A fifth of each class'
    """
    return words.replace("*", "").removesuffix(".")


def waits() -> Unsettled:
    """The answer while the runs that decide are not there."""
    return Unsettled(say("waits"))


def undecided() -> Unsettled:
    """The answer where the data do not decide, and the question has no sentence of its own for that."""
    return Unsettled(say("undecided"))
