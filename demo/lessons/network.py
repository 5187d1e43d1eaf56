"""The page "A whole network": every layer on one picture, and from a class's score back to a single product."""

from __future__ import annotations

import streamlit as st

from core import walkthrough
from core.overview import look, products, shares, softmax
from demo import ahead, lesson, study
from demo.lessons import network_choice, network_field, network_looked, network_softmax, network_way
from demo.lessons.network_choice import Shown
from demo.text import speaker
from demo.widgets import whole

say = speaker("network")
ANSWERS = ("few", "many", "millions", "billions")
ASKED, ASKED_SHAPE = "mnist-cnn", (1, 28, 28)
"""What the question is about: the network for handwritten digits."""
SECTIONS = {"way": network_way, "softmax": network_softmax, "field": network_field, "looked": network_looked}


def render() -> None:
    """The whole page. torch is imported while the question is read."""
    st.title(say("title"), anchor=False)
    st.markdown(say("intro"))
    ahead.soon("core.overview")
    if not study.ask(say, "question", ANSWERS):
        return
    with st.spinner(say("loading")):
        shown = network_choice.choose()
    if shown is None:
        return
    SECTIONS[study.sections(say, list(SECTIONS))].render(shown)
    _end(shown)


def _end(shown: Shown) -> None:
    from core.networks import multiplications

    recipe = shown.classifier.recipe
    own = multiplications(recipe.network, shown.classifier.shape)
    happened = say("happened", count=whole(multiplications(ASKED, ASKED_SHAPE)), network=shown.classifier.name, own=whole(own))
    code = (look, shares, products, walkthrough.convolution_step, softmax)
    lesson.end(say, happened, code, say("in_torch"))
