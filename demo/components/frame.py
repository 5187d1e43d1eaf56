"""Another page of this server inside a page, as high as it is and always in the theme around it (frame.js)."""

from __future__ import annotations

import streamlit as st

from demo.components.window import read

_view = st.components.v2.component(
    "lab_frame", html=read("frame/frame.html"), css=read("frame/frame.css"), js=read("frame/frame.js")
)


def show(address: str, title: str, key: str) -> None:
    """`address`: of a Gradio page on this server; `title` tells a screen reader what is in the frame."""
    _view(key=key, data={"address": address, "title": title})
