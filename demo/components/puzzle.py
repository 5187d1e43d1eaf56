"""A printed table in which columns or rows are marked by a click, a tap or the keyboard, and what a check finds in it.

Marking costs no request to the server; what a check finds goes to the browser only after somebody asked for it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from demo.components.window import read
from demo.visitor import session

_view = st.components.v2.component(
    "lab_puzzle", html=read("puzzle/puzzle.html"), css=read("puzzle/puzzle.css"), js=read("numbers.js", "puzzle/puzzle.js")
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as it is printed: `names` are what is marked, one a column behind the first, or one a row."""

    title: str
    by: Literal["columns", "rows"]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Note:
    """What a check says of one column or row."""

    text: str
    kind: Literal["right", "wrong", ""] = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was marked and what a check finds: the cells (row, column) that are lit, a note for some names, and a sentence."""

    marked: Sequence[str]
    lit: Sequence[tuple[int, int]]
    notes: Mapping[str, Note]
    head: str
    """Of the column that the notes of rows stand in."""
    said: str


def show(printed: Printed, words: Mapping[str, str], key: str, checked: Checked | None, marked: Callable[[list[str] | None], None]) -> None:
    """`marked(names)` is called when somebody checks, `marked(None)` to mark again; `words`: check, again, how."""

    def on_checked() -> None:
        if sent := session.typed(key)["checked"]:
            marks = sent["marks"]
            marked(None if marks is None else [name for name in marks if name in printed.names])

    data = {**dataclasses.asdict(printed), "words": dict(words), "checked": checked and dataclasses.asdict(checked)}
    _view(key=key, data=data, on_checked_change=on_checked)
