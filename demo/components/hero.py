"""The game of the first page: a picture of few pixels, and who knows it from which size on. HTML, CSS and JavaScript in client/hero/.

Pictures and answers come with the page, so that nothing is asked of the server while somebody plays; only the way to
another page comes back.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from core.pretrained.showcase import CLASSES, SIDES, Showcase
from demo.components.window import read

_view = st.components.v2.component(
    "lab_hero", html=read("hero/hero.html"), css=read("hero/hero.css"), js=read("numbers.js", "hero/pixels.js", "hero/hero.js")
)


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another page of the app."""

    page: str
    href: str
    """The page's address with its query, for a new window."""
    label: str
    query: Mapping[str, str] = field(default_factory=dict)


def show(game: Showcase, ways: Sequence[Way], words: Mapping[str, str], key: str) -> Way | None:
    """Draws the game, and `ways` as buttons below it; the way that was just taken, or None."""
    data = {
        "pixels": base64.b64encode(game.images.tobytes()).decode(), "labels": game.labels, "classes": CLASSES, "sides": SIDES,
        "answers": game.answers, "trained_at": game.trained_at, "words": dict(words), "ways": [dataclasses.asdict(way) for way in ways],
    }  # fmt: skip
    taken = _view(key=key, data=data, on_way_change=lambda: None).way
    return next((way for way in ways if taken and way.page == taken["page"]), None)
