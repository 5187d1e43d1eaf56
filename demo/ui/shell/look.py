"""The one stylesheet of the Streamlit half, and the four pixels that stand for the app (look.css says what is meant)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from demo.visitor import session

ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'><path fill='%230f6b85' "
    "d='M0 0h2v2h2v2h-2v-2h-2z'/><path fill='%238ec5d6' d='M2 0h2v2h-2zM0 2h2v2h-2z'/></svg>"
)
"""Four pixels. A named icon would be fetched from a server outside."""


@lru_cache(maxsize=1)
def style() -> str:
    """The stylesheet as HTML."""
    return f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def dress() -> None:
    """Puts the stylesheet into the page, once in a script run, before anything is drawn.

    What Streamlit draws over the page (sheets, lists) stands outside the element that it gives the theme's colour scheme.
    """
    st.html(style() + f"<style>:root {{ color-scheme: {session.theme()}; }}</style>")
