"""Where one visitor hands in pictures for a collection: HTML, CSS and JavaScript in client/collector/, texts in collector.md.

A drawing belongs to the class that was asked for when it was begun. Pictures are sent one at a time; what was sent stands
there as it is kept, and can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from core.images.decoding import Bytes
from demo import text
from demo.components import drawing_pad
from demo.components.flow import sent_pixels
from demo.components.window import read
from demo.visitor import session

PAD_SIDE = 224
"""Pixels along a side of the square to draw on."""
_view = st.components.v2.component(
    "lab_collector", html=read("collector/collector.html").replace("<!-- pad -->", drawing_pad.markup(PAD_SIDE, "#000", "#fff")),
    css=read("pad/pad.css", "collector/collector.css"), js=read("numbers.js", "pad/pad.js", "collector/collector.js"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thumb:
    """A picture that was handed in, as it is kept."""

    id: int
    address: str
    """A PNG as a data: address."""
    name: str
    """What it is called where it cannot be seen."""


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that somebody hands in."""

    pixels: Bytes
    """uint8 (H, W, 1) of a drawing, (H, W, 3) of a photograph."""
    label: int
    number: int
    """Of this visitor's pictures; it grows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a collection asks of this visitor."""

    classes: Sequence[tuple[str, int]]
    """Each class and how many pictures of it there are."""
    label: int | None
    """The class that the next picture is for; None: the visitor chooses."""
    drawn: bool
    """Whether one draws rather than photographs."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the last picture."""

    taken: int = 0
    """Its number."""
    note: str = ""
    refused: bool = False


def show(asked: Asked, mine: Sequence[Thumb], total: int, last: Answered, key: str, given: Callable[[Given], None], taken_back: Callable[[int], None]) -> None:
    """Draws the place. `mine`: the visitor's newest of `total`; `given` and `taken_back` (by its id) are called when he acts."""

    def on_given() -> None:
        sent = session.typed(key)["given"]
        if sent and (pixels := sent_pixels(sent, 1 if sent.get("channels") == 1 else 3)) is not None:
            given(Given(pixels, int(sent["label"]), int(sent["number"])))

    def on_taken_back() -> None:
        if sent := session.typed(key)["taken_back"]:
            taken_back(int(sent["id"]))

    data = {
        "words": text.everything("collector"), "classes": [{"name": name, "count": count} for name, count in asked.classes], "asked": asked.label,
        "drawn": asked.drawn, "mine": [asdict(thumb) for thumb in mine], "total": total, **asdict(last),
    }  # fmt: skip
    _view(key=key, data=data, on_given_change=on_given, on_taken_back_change=on_taken_back)
