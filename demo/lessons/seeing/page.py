"""The page "Seeing at low resolution": what smaller images lose, and how long one still knows what they show."""

from __future__ import annotations

import streamlit as st

from demo.classroom import asking, questions
from demo.lessons.seeing import class_results, game, image_quality
from demo.server import preload
from demo.text import speaker

say = speaker("seeing")
SECTIONS = {"lost": image_quality.render, "game": game.render, "people": class_results.render}


def render() -> None:
    """The question, the sections, the one that is chosen, and the end: not while one guesses, for it would give the answer away."""
    st.title(say("title"), anchor=False)
    preload.preload("core.images.quality")
    if not asking.ask(questions.seeing(), before=say("intro")):
        return
    chosen = asking.sections(say, tuple(SECTIONS))
    if SECTIONS[chosen]():
        class_results.end()
