"""The page "Classify": the Gradio classifier inside the lab. Its own address, /classify, is no page of Streamlit's."""

from __future__ import annotations

import streamlit as st

from demo.components import frame
from demo.text import speaker
from demo.visitor import navigation, session

say = speaker("draw")


def render() -> None:
    """The whole page. Nothing here imports Gradio."""
    address = f"{navigation.root()}/classify/"
    st.title(say("title"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("intro"))
        st.link_button(
            say("own_window"), f"{address}?__theme={session.theme()}", icon=":material/open_in_new:", width="content"
        )
    frame.show(address, say("title"), "draw.frame")
