"""The page "Seeing at low resolution": what smaller pictures lose, and how long one still knows what they show."""

from __future__ import annotations

import streamlit as st

from demo import ahead, questions, study
from demo.lessons import seeing_game as game
from demo.lessons import seeing_lost as lost
from demo.lessons import seeing_people as people
from demo.text import speaker

say = speaker("seeing")
SECTIONS = {"lost": lost.render, "game": game.render, "people": people.render}


def render() -> None:
    """The question, the sections, the one that is chosen, and the end: not while one guesses, for it would give the answer away."""
    st.title(say("title"), anchor=False)
    ahead.soon("core.smaller")
    if not study.ask(questions.seeing(), before=say("intro")):
        return
    chosen = study.sections(say, tuple(SECTIONS))
    if SECTIONS[chosen]():
        people.end()
