"""A question put to the whole class: every browser answers, the teacher sees the tally live, then shows it to all."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classroom import Ballot
from core.errors import LabError
from demo import charts, figures, session
from demo.charts import Figure
from demo.text import plain, speaker

say = speaker("classroom")
TALLY_SECONDS = 1.0
LETTERS_A_LINE = 30
"""Of an answer beside its bar, so that half of a telephone is left to the bars."""
BAR, LARGE_BAR = 48, 66
"""Pixels an answer takes, for a reader and on the projector."""
LETTERS, LARGE_LETTERS = 13, 18
AROUND = 110
"""Pixels of the figure that title and axis take."""
ROOM_FOR_SHARE = 1.45
"""The ground's length, in longest bars."""
GROUND, INK = "#d9e2e7", "#101418"


def ask(question: str, options: Mapping[str, str], key: str, late: bool = False) -> bool:
    """What stands below a question while the class is open; True once the teacher has shown the answer.

    `options`: an answer's name -> its words. `late`: nobody may answer any more, though it is not shown yet.
    """
    now = session.classroom().ballot(question, session.who())
    if now.revealed:
        _shown(question, options, now, key)
        return True
    session.remember("asked", question)
    if session.teaching():
        _tally(question, options, key)
    else:
        _answer(question, options, now, key, late)
    return False


# --- a browser of the class -----------------------------------------------------------------------------------------


def _answer(question: str, options: Mapping[str, str], now: Ballot, key: str, late: bool) -> None:
    """One's own answer: what is chosen is what the server has counted."""
    radio = session.bound(f"{key}.class", now.mine)
    st.radio(
        say("choose"), list(options), index=None, key=radio, format_func=lambda option: options[option], disabled=late,
        on_change=lambda: _vote(question, session.typed(radio)),
    )  # fmt: skip
    if problem := session.problem("vote"):
        st.warning(plain(problem), icon=":material/info:")
    st.caption(say("late" if late else "wait" if now.mine else "first"))


def _vote(question: str, option: str) -> None:
    session.tell("", "vote")
    try:
        session.classroom().vote(question, session.who(), option)
    except LabError as refusal:
        session.tell(str(refusal), "vote")


def _shown(question: str, options: Mapping[str, str], now: Ballot, key: str) -> None:
    """What the class thought. Whoever has seen this has seen the answer, also after the class."""
    remembered = f"guessed.{question}"
    session.remember(remembered, now.mine or session.remembered(remembered) or "")
    if now.answered:
        figures.show(figure(question, options, now, session.teaching()), f"{key}.shown")
    else:
        st.caption(say("nobody"))
    if session.teaching():
        _clear_button(question, key)


# --- the teacher ----------------------------------------------------------------------------------------------------


def _tally(question: str, options: Mapping[str, str], key: str) -> None:
    """The answers as they come."""
    room, who = session.classroom(), session.who()

    @st.fragment(run_every=TALLY_SECONDS)
    def view() -> None:
        now = room.ballot(question, who)
        if now.revealed or not room.opened:  # in another window of the teacher's
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(say("answered", answered=now.answered, here=max(now.answered, room.here(who))), width="content")
            if st.button(say("reveal"), key=f"{key}.reveal", type="primary"):
                room.reveal(question, who)
                st.rerun()
            _clear_button(question, key)
            hidden = st.toggle(say("hide"), key=f"{key}.hide", help=say("hide_help"))
        if not hidden:
            charts.show(figure(question, options, now, large=True), key=f"{key}.tally")

    view()


def _clear_button(question: str, key: str) -> None:
    if st.button(say("clear"), key=f"{key}.clear", help=say("clear_help")):
        session.classroom().reset(session.who(), question)
        st.rerun()


# --- the figure -----------------------------------------------------------------------------------------------------


def figure(question: str, options: Mapping[str, str], now: Ballot, large: bool) -> Figure:
    """A bar an answer, in the order of the question, with its number and share; one's own answer is marked in words."""
    marked = {option: say("yours", answer=words) if option == now.mine else words for option, words in options.items()}
    names = {option: "\n".join(textwrap.wrap(words.replace("*", ""), LETTERS_A_LINE)) for option, words in marked.items()}
    votes = [now.counts.get(option, 0) for option in options]
    columns = {
        "answer": [names[option] for option in options],
        "votes": votes,
        "share": [f"{count} ({100 * count / max(1, now.answered):.0f} %)" for count in votes],
        "ground": [ROOM_FOR_SHARE * max(1, *votes)] * len(votes),
    }
    return Figure(f"{say('figure')}: {question}", _spec(list(columns["answer"]), large), columns)


def _spec(names: list[str], large: bool) -> dict[str, Any]:
    """Bars that lie, so that their answers can be read, on a pale ground that bears the numbers in both themes."""
    letters = LARGE_LETTERS if large else LETTERS
    size = {"labelFontSize": letters, "titleFontSize": letters}
    lines = {**size, "labelExpr": "split(datum.label, '\\n')", "labelLimit": 0, "labelOverlap": False, "domain": False, "ticks": False}
    whole = {"tickMinStep": 1, "format": "d", "grid": False, **size}
    votes = {"field": "votes", "type": "quantitative", "title": say("axis"), "scale": {"zero": True, "nice": False}, "axis": whole}
    end = {**votes, "field": "ground"}
    bar = {"type": "bar", "height": {"band": 0.7}}
    share = {"type": "text", "align": "right", "dx": -8, "fontSize": letters, "color": INK}
    return {
        "title": {"text": say("figure"), "fontSize": letters}, "height": len(names) * (LARGE_BAR if large else BAR) + AROUND,
        "encoding": {
            "y": {"field": "answer", "type": "nominal", "sort": names, "title": None, "axis": lines},
            "tooltip": [{"field": "answer", "type": "nominal", "title": say("answer")}, {"field": "share", "type": "nominal", "title": say("axis")}],
        },
        "layer": [
            {"mark": {**bar, "color": GROUND}, "encoding": {"x": end}},
            {"mark": {**bar, "color": charts.TRAINING}, "encoding": {"x": votes}},
            {"mark": share, "encoding": {"x": end, "text": {"field": "share", "type": "nominal"}}},
        ],
    }  # fmt: skip
