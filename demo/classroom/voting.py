"""A question put to the whole class: every browser answers, the teacher sees the tally live, then shows it to all."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.classroom.votes import Ballot
from core.vocabulary.errors import LabError
from demo.charts import export, figure
from demo.charts.figure import Figure
from demo.charts.theme import LETTERS, LETTERS_TEACHING, ROOM
from demo.classroom import verdict
from demo.classroom.question import Question
from demo.text import plain, speaker
from demo.ui import choices
from demo.visitor import session

say = speaker("classroom")
TALLY_SECONDS = 1.0
LETTERS_A_LINE, LARGE_LETTERS_A_LINE = 40, 44
"""Of an answer above its bar: so many fit a telephone, and the projector."""
BAR, LINE, GAP, BETWEEN = 1.4, 1.25, 0.25, 0.7
"""In letters: the heights of a bar, of a line of words, of the gap between them, and of the space between two answers."""
ROOM_FOR_AXIS = 5
"""In letters, below the bars."""
ROOM_FOR_SHARE = 6
"""Letters kept free at the right of the scale, for the number behind a bar of 100 percent."""
BARS, RIGHT = "#7d8f9b", "#0f86aa"
"""A bar, and the right one: both stand out from white and from black (at least 3:1)."""
CHECK, CHECK_WIDTH = "\N{CHECK MARK}", 1.2
"""The mark of the right option, and its width in letters."""
SCALE = 100
"""Percent: a bar stands for its share of all answers, and the scale never moves."""
AXIS = {
    "values": [0, 25, 50, 75, SCALE], "labelExpr": "datum.label + '%'", "labelFlush": True, "grid": False, "domain": True, "ticks": True,
}  # fmt: skip


def revealed(question: Question) -> bool:
    """Whether the teacher has shown the class the answer."""
    return session.classroom().ballot(question.words, session.visitor()).revealed


def ask(question: Question, key: str, late: bool = False) -> None:
    """What stands below a question while the class is open: the options or the tally, then the answer.

    `late`: nobody may answer any more, though the answer is not shown yet.
    """
    now = session.classroom().ballot(question.words, session.visitor())
    if now.revealed:
        _shown(question, now, key)
        return
    session.set_state("asked", question.words)
    if session.teaching():
        _tally(question, key)
    else:
        _answer(question, now, key, late)


# --- a browser of the class -----------------------------------------------------------------------------------------


def _answer(question: Question, now: Ballot, key: str, late: bool) -> None:
    """One's own answer: what is marked is what the server has counted."""
    choices.buttons(
        question.options, f"{key}.class", lambda option: _vote(question.words, option), now.mine, large=True, disabled=late
    )
    if problem := session.notice("vote"):
        st.warning(plain(problem), icon=":material/info:")
    st.caption(say("late" if late else "wait" if now.mine else "first"))


def _vote(question: str, option: str) -> None:
    session.set_notice("", "vote")
    try:
        session.classroom().vote(question, session.visitor(), option)
    except LabError as refusal:
        session.set_notice(str(refusal), "vote")


def _shown(question: Question, now: Ballot, key: str) -> None:
    """The right answer, why, and what the class thought. Whoever has seen this has seen the answer, also after the class."""
    remembered = f"guessed.{question.words}"
    mine = str(now.mine or session.answer(remembered) or "")
    if mine != session.answer(remembered):
        session.keep_answer(remembered, mine)
    answer, teaching = question.answer(), session.teaching()
    if not teaching:
        verdict.in_class(question, answer, mine)
    right = verdict.right(answer)
    figure.show(ballot_figure(question, now, right, large=teaching), key=f"{key}.shown")
    st.markdown(verdict.why(question, answer))
    with st.container(horizontal=True, vertical_alignment="center"):
        if not now.answered:
            st.caption(say("nobody"))
        export.take(ballot_figure(question, now, right, large=False), key=f"{key}.shown")
        if teaching:
            _clear_button(question.words, key)


# --- the teacher ----------------------------------------------------------------------------------------------------


def _tally(question: Question, key: str) -> None:
    """The answers as they come."""
    room, visitor = session.classroom(), session.visitor()

    @st.fragment(run_every=TALLY_SECONDS)
    def view() -> None:
        now = room.ballot(question.words, visitor)
        if now.revealed or not room.opened:  # in another window of the teacher's
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(say("answered", answered=now.answered, here=max(now.answered, room.here(visitor))), width="content")
            if st.button(say("reveal"), key=f"{key}.reveal", type="primary"):
                room.reveal(question.words, visitor)
                st.rerun()
            _clear_button(question.words, key)
            hidden = st.toggle(say("hide"), key=f"{key}.hide", help=say("hide_help"))
        if not hidden:
            figure.show(ballot_figure(question, now, large=True), key=f"{key}.tally")

    view()


def _clear_button(question: str, key: str) -> None:
    if st.button(say("clear"), key=f"{key}.clear", help=say("clear_help")):
        session.classroom().reset(session.visitor(), question)
        st.rerun()


# --- the figure -----------------------------------------------------------------------------------------------------


def ballot_figure(question: Question, now: Ballot, right: str | None = None, *, large: bool) -> Figure:
    """A bar an answer, in the order of the question: its share of all answers, on a scale from 0 to 100 percent.

    Its words stand above it, its share and number behind it. `right`: the option that is marked by a check mark, the
    accent and bold letters. One's own answer is marked in words. `large`: on the projector, where more letters fit a line.
    """
    votes = [now.counts.get(option, 0) for option in question.options]
    shares = [SCALE * count / max(1, now.answered) for count in votes]
    options = {option: verdict.unmarked(words) for option, words in question.options.items()}
    words = [say("yours", answer=own) if option == now.mine else own for option, own in options.items()]
    wrapped = [textwrap.wrap(line, LARGE_LETTERS_A_LINE if large else LETTERS_A_LINE) for line in words]
    most = max(map(len, wrapped))
    columns: dict[str, Sequence[Any]] = {
        "answer": words,
        "lines": ["\n".join([*[""] * (most - len(own)), *own]) for own in wrapped],
        "votes": votes,
        "percent": shares,
        "share": [f"{share:.0f}% ({count})" for share, count in zip(shares, votes, strict=True)],
        "right": [option == right for option in question.options],
    }
    return Figure(f"{say('figure')}: {question.words}", _spec(words, most, large), columns)


def _spec(answers: list[str], lines: int, large: bool) -> dict[str, Any]:
    """Each answer a row: its words in so many lines, and right below them its bar. All sizes follow the page's letters."""
    middle = f"height / {2 * len(answers)} - {(BETWEEN + BAR) / 2} * letters"  # of the bar, from the middle of its row
    last = f"{middle} - {BAR / 2 + GAP + LINE / 2} * letters"  # of the words
    share = {"field": "percent", "type": "quantitative", "title": say("axis"), "axis": AXIS, "scale": {"domain": [0, SCALE], "nice": False}}
    start = {"datum": 0, "type": "quantitative"}
    layers: list[dict[str, Any]] = []
    for marked, colour, weight in ((False, BARS, "normal"), (True, RIGHT, "bold")):
        text = {"type": "text", "align": "left", "baseline": "middle", "fontWeight": weight}
        words = {**text, "lineBreak": "\n", "lineHeight": _letters(LINE), "dx": _letters(CHECK_WIDTH * marked),
                 "dy": {"expr": f"{last} - {LINE * (lines - 1)} * letters"}}  # fmt: skip
        part = [
            ({"type": "bar", "color": colour, "height": _letters(BAR), "yOffset": {"expr": middle}}, {"x": share}),
            (words, {"x": start, "text": {"field": "lines", "type": "nominal"}}),
            ({**text, "dx": _letters(0.5), "dy": {"expr": middle}}, {"x": share, "text": {"field": "share", "type": "nominal"}}),
        ]
        if marked:
            part.append(({**text, "dy": {"expr": last}, "color": colour}, {"x": start, "text": {"value": CHECK}}))
        layers += [{"transform": [{"filter": "datum.right" if marked else "!datum.right"}], "mark": mark, "encoding": encoding} for mark, encoding in part]
    tips = [{"field": "answer", "type": "nominal", "title": say("answer")}, {"field": "share", "type": "nominal", "title": say("axis")}]
    rows = {"field": "answer", "type": "nominal", "sort": answers, "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}
    row = LINE * lines + GAP + BAR + BETWEEN
    return {
        "height": round(LETTERS * (row * len(answers) + ROOM_FOR_AXIS)), "encoding": {"y": rows, "tooltip": tips}, "layer": layers,
        "padding": {**ROOM, "right": ROOM_FOR_SHARE * (LETTERS_TEACHING if large else LETTERS)},
    }  # fmt: skip


def _letters(size: float) -> dict[str, str]:
    """A size in letters of the page, in Vega."""
    return {"expr": f"{size} * letters"}
