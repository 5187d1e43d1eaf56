"""The section "Two ways": the loss of a real network in a plane of its weights, and how SGD and Adam went through it."""

from __future__ import annotations

import streamlit as st

from core.pretrained import landscape
from demo.classroom import asking
from demo.components import learning
from demo.server import services
from demo.text import speaker
from demo.ui import stage
from demo.ui.formatting import percent, whole
from demo.visitor import navigation

say = speaker("learning")


def render() -> None:
    """The landscape with both ways, and what is seen of them."""
    found = landscape.read(services.pretrained_folder())
    if found is None:
        asking.missing(f"python -m core pretrain {landscape.NAME}")
        return
    view, column = st.columns(stage.SHARES, gap="medium")
    with view:
        learning.ways(found, "learning.ways.view")
    with column, st.container(key="stage_column_more", gap="small"):
        st.header(say("ways_title"), anchor=False)
        sgd, adam = found.ways["sgd"], found.ways["adam"]
        numbers = {
            "count": whole(found.parameters), "network": sgd.recipe.network, "sgd": percent(sgd.share), "adam": percent(adam.share),
            "epochs": sgd.recipe.epochs, "sgd_rate": f"{sgd.recipe.learning_rate:g}", "momentum": f"{sgd.recipe.momentum:g}",
            "adam_rate": f"{adam.recipe.learning_rate:g}",
        }  # fmt: skip
        st.markdown(say("ways_text", **numbers))
        st.button(say("to_kernel"), key="learning.to_kernel", type="primary", on_click=navigation.to_section, args=("kernel",))
        st.markdown(say("ways_share", **numbers))
        with st.expander(say("ways_how"), icon=":material/info:"):
            st.markdown(say("ways_made", **numbers))
            st.code(f"python -m core pretrain {landscape.NAME}", language="sh")
