"""The page "A whole network": every layer on one image, and from a class's score back to a single product."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions import lessons as facts
from core.explain import walkthrough
from core.explain.activations import attributions, forward_pass, products, softmax
from core.inference.plain_network import PlainNetwork
from core.vocabulary.errors import LabError
from core.vocabulary.networks import multiplications
from demo.classroom import asking, questions
from demo.lessons.network import choice, forward, gradcam, live, receptive_field
from demo.lessons.network import softmax as network_softmax
from demo.text import plain, speaker
from demo.ui import stage
from demo.ui.formatting import whole
from demo.visitor import navigation, session

say = speaker("network")
LESSON = "network"
SECTIONS = {"way": forward, "softmax": network_softmax, "field": receptive_field, "looked": gradcam}


def render() -> None:
    """The whole page: the network first, then the question about it, and what there is to look at more closely."""
    opened = session.classroom().opened
    with stage.wide(say("title"), LESSON) as places:
        with places.head:
            network = _choose()
        if network is None:
            return
        chosen = _section()
        with places.left:
            answered = asking.ask(questions.network())
        with places.right:
            if answered:
                stage.answered(LESSON)
                _end(network)
            elif not opened:
                st.markdown(say("intro"))
        with places.view:
            live.render(network, bool(chosen))
            if not opened or answered:
                _closer(network, chosen)


def _choose() -> PlainNetwork | None:
    """The network, and the other pictures."""
    network = choice.network()
    if network is None:
        asking.missing("python -m core pretrain")
        return None
    with st.popover(say("more_pictures"), icon=":material/image:"):
        choice.more(network)
    return network


def _section() -> str:
    """The section that the address asks for; "" where it asks for none."""
    return navigation.section(("", *SECTIONS))


def _closer(network: PlainNetwork, chosen: str) -> None:
    """What there is to look at more closely, one section at a time; nothing is computed before one is chosen."""
    key = session.bind_widget("network.section", chosen or None)
    st.segmented_control(
        say("sections"), list(SECTIONS), key=key, format_func=lambda name: say(f"section_{name}"),
        on_change=lambda: navigation.to_section(session.typed(key) or ""),
    )  # fmt: skip
    if not chosen:
        return
    try:
        shown = choice.look(network)
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return
    if shown is not None:
        SECTIONS[chosen].render(shown)


def _end(network: PlainNetwork) -> None:
    own = multiplications(network.recipe.network, network.shape)
    st.markdown(say("happened", count=whole(facts.network().numbers["count"]), network=network.name, own=whole(own)))
    stage.remember(say, LESSON)
    with stage.more(say):
        pass
    stage.source((forward_pass, attributions, products, walkthrough.convolution_step, softmax), say("in_torch"))
