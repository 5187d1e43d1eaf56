"""The button that copies the address of what is seen; it says whether it is copied (client/link/)."""

from __future__ import annotations

import streamlit as st

from demo import text
from demo.components.window import read

_view = st.components.v2.component("lab_link", html=read("link/copy.html"), css=read("link/copy.css"), js=read("link/copy.js"))


def button() -> None:
    """The button, where the page's menu has its place for it."""
    _view(key="menu.link", data=text.everything("link"))
