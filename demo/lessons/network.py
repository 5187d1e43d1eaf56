"""The page "A whole network": every layer on one picture, and from a class's score back to a single product."""

from __future__ import annotations

import streamlit as st

from core import walkthrough
from core.overview import look, products, shares, softmax
from core.questions import lessons as facts
from demo import ahead, lesson, questions, study
from demo.lessons import network_choice, network_field, network_looked, network_softmax, network_way
from demo.lessons.network_choice import Shown
from demo.text import speaker
from demo.widgets import whole

say = speaker("network")
SECTIONS = {"way": network_way, "softmax": network_softmax, "field": network_field, "looked": network_looked}


def render() -> None:
    """The whole page. torch is imported while the question is read."""
    st.title(say("title"), anchor=False)
    ahead.soon("core.overview")
    if not study.ask(questions.network(), before=say("intro")):
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
    happened = say("happened", count=whole(facts.network().numbers["count"]), network=shown.classifier.name, own=whole(own))
    code = (look, shares, products, walkthrough.convolution_step, softmax)
    lesson.end(say, happened, code, say("in_torch"))
