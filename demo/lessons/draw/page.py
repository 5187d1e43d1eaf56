"""The page "Classify": the Gradio classifier inside the lab. Its own address, /classify, is no page of Streamlit's."""

from __future__ import annotations

import streamlit as st

from demo.components import frame
from demo.text import speaker
from demo.ui import header
from demo.visitor import navigation, session

say = speaker("draw")


def render() -> None:
    """The whole page. Nothing here imports Gradio."""
    address = f"{navigation.root()}/classify/"
    header.header(say("overline"), say("title"), mosaic="draw")
    st.caption(say("intro"))
    frame.show(address, say("title"), "draw.frame")
    st.link_button(say("own_window"), f"{address}?__theme={session.theme()}", icon=":material/open_in_new:", width="content")
