"""Feature maps as small images, and the scores of the classes; both can be chosen by a click or the keyboard.

Pixels go to the browser as one byte each; it paints them in the colours of signed numbers (numbers.js). Only the choice
comes back.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.explain import activations
from demo.components.window import read
from demo.visitor import session

_view = st.components.v2.component(
    "lab_maps", html=read("maps/maps.html"), css=read("maps/maps.css"), js=read("numbers.js", "maps/maps.js")
)

Group = dict[str, Any]
"""What the browser draws under one heading: made by `tiles`, `strip` or `scores`."""
SMALL, LARGE = 2.4, 4.6
"""The side of a tile, in the page's letters."""
ACROSS, DOT = 64, 0.55
"""Units of a dense layer in one row, and the side of one."""


def tiles(
    title: str, note: str, maps: npt.NDArray[np.float32], names: Sequence[str], *, numbers: Sequence[int] | None = None,
    captions: Sequence[str] | None = None, kernels: npt.NDArray[np.float32] | None = None, side: float = SMALL, clickable: bool = True,
) -> Group:  # fmt: skip
    """Signed maps (N, H, W), one colour scale for all; `names` are read aloud, `captions` stand below.

    `numbers` is what a click tells, else the place; `kernels` (N, K, K) stand beside the maps, on a scale of their own.
    """
    group = {"kind": "tiles", "title": title, "note": note, "names": list(names), "tile": side, "clickable": clickable}
    group |= {"captions": captions and list(captions), "numbers": list(numbers if numbers is not None else range(len(maps)))}
    return group | {"maps": _pixels(maps), "kernels": None if kernels is None else _pixels(kernels)}


def in_colours(title: str, note: str, images: npt.NDArray[np.uint8], names: Sequence[str], side: float) -> Group:
    """Images (N, 3, H, W) as they are."""
    packed = {**_packed(images), "coloured": True}
    return {"kind": "tiles", "title": title, "note": note, "names": list(names), "tile": side, "clickable": False, "captions": None,
            "numbers": [], "maps": packed, "kernels": None}  # fmt: skip


def strip(title: str, note: str, values: npt.NDArray[np.float32], name: str) -> Group:
    """The numbers of a dense layer (units,), row by row."""
    rows = -(-len(values) // ACROSS)
    across = min(ACROSS, len(values))
    laid = np.zeros(rows * across, np.float32)
    laid[: len(values)] = values
    return {"kind": "strip", "title": title, "note": note, "names": [name], "tile": DOT, "numbers": [],
            "maps": _pixels(laid.reshape(1, rows, across))}  # fmt: skip


def scores(title: str, heads: Sequence[str], rows: Sequence[dict[str, Any]], best: int) -> Group:
    """A row a class: `label`, `share` (0 to 1), `colour`, `score` and `chance` as they are written, `name` as it is read aloud."""
    columns = {many: [row[one] for row in rows] for one, many in
               (("label", "labels"), ("share", "shares"), ("colour", "colours"), ("score", "scores"), ("chance", "chances"), ("name", "names"))}  # fmt: skip
    return {"kind": "scores", "title": title, "note": "", "heads": list(heads), "best": best, "numbers": list(range(len(rows))), **columns}


def show(
    groups: Sequence[Group], key: str, chosen: Callable[[int, int], None] | None = None, current: tuple[int, int] | None = None,
    answer: str = "",
) -> None:  # fmt: skip
    """Draws the groups. `chosen(group, number)` is called when somebody chooses a tile; `current` is marked.

    `answer`: the key of the container that then tells more, which is scrolled into view.
    """

    def on_chosen() -> None:
        if chosen is not None and (sent := session.typed(key)["chosen"]):
            chosen(int(sent["group"]), int(sent["number"]))

    data = {"groups": list(groups), "current": current, "answer": answer.replace(".", "-")}
    _view(key=key, data=data, on_chosen_change=on_chosen)


def _pixels(maps: npt.NDArray[np.float32]) -> dict[str, Any]:
    return _packed(activations.in_bytes(maps)[0])


def _packed(pixels: npt.NDArray[Any]) -> dict[str, Any]:
    return {"bytes": base64.b64encode(pixels.tobytes()).decode(), "height": pixels.shape[-2], "width": pixels.shape[-1], "coloured": False}
