"""The page "A whole network": every layer on one image, and from a class's score back to a single product."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions import lessons as facts
from core.explain import walkthrough
from core.explain.activations import attributions, forward_pass, products, softmax
from demo.classroom import asking, questions
from demo.lessons.network import choice, forward, gradcam, receptive_field
from demo.lessons.network import softmax as network_softmax
from demo.lessons.network.choice import Shown
from demo.server import preload
from demo.text import speaker
from demo.ui import stage
from demo.ui.formatting import whole

say = speaker("network")
SECTIONS = {"way": forward, "softmax": network_softmax, "field": receptive_field, "looked": gradcam}


def render() -> None:
    """The whole page. torch is imported while the question is read."""
    st.title(say("title"), anchor=False)
    preload.preload("core.explain.activations")
    if not asking.ask(questions.network(), before=say("intro")):
        return
    with st.spinner(say("loading")):
        shown = choice.choose()
    if shown is None:
        return
    SECTIONS[asking.sections(say, list(SECTIONS))].render(shown)
    _end(shown)


def _end(shown: Shown) -> None:
    from core.vocabulary.networks import multiplications

    recipe = shown.network.recipe
    own = multiplications(recipe.network, shown.network.shape)
    happened = say("happened", count=whole(facts.network().numbers["count"]), network=shown.network.name, own=whole(own))
    code = (forward_pass, attributions, products, walkthrough.convolution_step, softmax)
    stage.end(say, happened, code, say("in_torch"))
