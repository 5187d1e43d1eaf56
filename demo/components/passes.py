"""One layer in several passes, drawn by the browser: the units that were silenced, and the answer of each pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from demo.components.window import read

_view = st.components.v2.component(
    "lab_passes", html=read("passes/passes.html"), css=read("passes/passes.css"), js=read("numbers.js", "passes/passes.js")
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a layer's units sent on, which were silenced (None: dropout was off), the answer, and all of it in words."""

    values: Sequence[float]
    silenced: Sequence[bool] | None
    answers: Sequence[float]
    """The probability of each class."""
    best: int
    """The class that is answered."""
    answer: str
    share: str
    """How sure it is, as it is written."""
    said: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the view says around the passes: the ten together, the one with dropout off, each by its name, one that waits."""

    title: str
    off: str
    names: Sequence[str]
    waits: str


def show(plain: Pass, passes: Sequence[Pass | None], truth: int, draw: int, words: Words, key: str) -> None:
    """`plain` is the pass with dropout off; a pass of None is not drawn yet. A new `draw` comes pass by pass."""
    top = max([*plain.values, *(value for one in passes if one for value in one.values)], default=0.0) or 1.0
    data = {
        "plain": dataclasses.asdict(plain), "passes": [one and dataclasses.asdict(one) for one in passes],
        "units": len(plain.values), "top": top, "truth": truth, "draw": draw, **dataclasses.asdict(words),
    }  # fmt: skip
    _view(key=key, data=data)
