"""The pictures of a collection on one wall, a row a class: HTML, CSS and JavaScript in client/wall/, texts in collector.md.

Marking pictures asks nothing of the server; removing what is marked does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from demo import text
from demo.components.collector import Thumb
from demo.components.window import read
from demo.visitor import session

_view = st.components.v2.component("lab_wall", html=read("wall/wall.html"), css=read("wall/wall.css"), js=read("numbers.js", "wall/wall.js"))


@dataclass(frozen=True, slots=True)
class Row:
    """A class: how many pictures it has, and those that are shown, the newest first."""

    name: str
    count: int
    pictures: Sequence[Thumb]


def show(rows: Sequence[Row], key: str, removed: Callable[[list[int]], None] | None = None) -> None:
    """Draws the wall. `removed(ids)` is called when pictures are to be removed; None: nobody here may."""

    def on_removed() -> None:
        if removed and (sent := session.typed(key)["removed"]):
            removed([int(id) for id in sent["ids"]])

    data = {"words": text.everything("collector"), "rows": [asdict(row) for row in rows], "may_remove": removed is not None}
    _view(key=key, data=data, on_removed_change=on_removed)
