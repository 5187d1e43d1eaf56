"""A whole network on one picture, from left to right: HTML, CSS and JavaScript in client/flow/, texts in flow.md.

The browser gets every map as bytes, what each adds to each score, and what the products between two maps add up to: pointing,
unfolding and another class in focus ask nothing of the server. Another picture does, and a map that is opened.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.explain import activations
from core.explain.activations import ForwardPass, Stage
from core.images.decoding import Bytes
from demo import text
from demo.components import drawing_pad, window
from demo.components.window import read
from demo.visitor import session

OWN = ("paint", "layout", "network", "columns", "edges", "softmax", "panels", "pad", "flow")
SCRIPTS = (*window.SCRIPTS, "pad/pad.js", *(f"flow/{name}.js" for name in OWN))
"""One after the other, they are one module: the window's, then our own."""
PAD_SIDE = 112
"""Pixels along a side of the square to draw on."""
MOST_PIXELS = 512
"""Along a side of a picture that the browser sends."""

_view = st.components.v2.component(
    "lab_flow", html=read("flow/flow.html").replace("<!-- window -->", read("window/window.html")).replace("<!-- pad -->", drawing_pad.markup(PAD_SIDE, "#000", "#fff")),
    css=read("window/window.css", "pad/pad.css", "flow/flow.css"), js=read(*SCRIPTS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, uint8 (C, H, W), and what it is called."""

    pixels: Bytes
    name: str

    def packed(self) -> dict[str, Any]:
        """As the browser takes it."""
        channels, height, width = self.pixels.shape
        return {"bytes": _text(self.pixels), "width": width, "height": height, "channels": channels, "name": self.name}


@dataclass(frozen=True, slots=True)
class Opened:
    """The window of a map that was asked for."""

    stage: int
    number: int
    view: dict[str, Any]
    """Of demo.components.window."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser may ask for, and what is then called."""

    chosen: Callable[[int, int], None]
    """The picture with this number, and what `drawn` numbers: 0, or that of the square with nothing on it any more."""
    drawn: Callable[[Bytes, int], None]
    """A drawing or a picture of one's own, uint8 (H, W, C), and its number: the newest counts."""
    opened: Callable[[int, int], None]
    """A map: its stage and number."""


def packed(found: ForwardPass, picture: Picture) -> dict[str, Any]:
    """A forward pass as the browser takes it."""
    shares = activations.shares(found)
    before = [found.image.shape[0], *(len(stage.outputs) for stage in found.stages)]
    stages = [_stage(found, stage, shares[number] if number < len(shares) else None, before[number]) for number, stage in enumerate(found.stages)]
    return {
        "network": found.network, "classes": list(found.classes), "scores": found.scores.tolist(), "best": found.best,
        "picture": picture.packed(), "stages": stages,
    }  # fmt: skip


def _stage(found: ForwardPass, stage: Stage, shares: Any, inputs: int) -> dict[str, Any]:
    height, width = stage.outputs.shape[1:] if stage.outputs.ndim == 3 else (1, 1)
    pairs = activations.between(stage, inputs)
    made: dict[str, Any] = {
        "kind": stage.kind, "title": _title(stage), "each": stage.kind in ("pooling", "normalisation"), "units": not stage.has_maps, "count": len(stage.outputs), "height": height, "width": width, "inputs": inputs, "shares": None, "bytes": None,
        "edges": None if pairs is None else _text(activations.in_bytes(pairs)[0]),
    }  # fmt: skip
    if shares is not None:
        made |= {"shares": _text(shares), "bytes": _text(activations.in_bytes(stage.outputs)[0])}
    if stage.has_maps:
        lie = activations.lies(found, stage)
        made |= {"field": lie.size, "jump": lie.jump, "start": lie.start}
    return made


def _title(stage: Stage) -> str:
    """The key of a layer's name in flow.md."""
    if stage.kind != "pooling" or stage.pool == "max":
        return stage.kind
    return "global" if stage.size == stage.inputs.shape[-1] else "average"


def show(data: dict[str, Any], form: str, pictures: Sequence[Picture], current: int, window_of: Opened | None, note: str, key: str, asked: Asked) -> None:
    """Draws the network. `data`: of `packed`; another `form`, another network or picture; `current`: which of `pictures` it is, or -1."""

    def chosen() -> None:
        if sent := session.typed(key)["chosen"]:
            asked.chosen(int(sent["number"]), int(sent.get("asked", 0)))

    def drawn(kind: str, channels: int) -> Callable[[], None]:
        def taken() -> None:
            if (sent := session.typed(key)[kind]) and (pixels := sent_pixels(sent, channels)) is not None:
                asked.drawn(pixels, int(sent["asked"]))

        return taken

    def opened() -> None:
        if sent := session.typed(key)["opened"]:
            asked.opened(int(sent["stage"]), int(sent["number"]))

    shown = {"words": text.everything("flow"), "form": form, "thumbs": [picture.packed() for picture in pictures], "current": current, "note": note}
    shown["asked"] = session.get_state(f"{key}.asked", 0)
    shown["window"] = window_of and {"stage": window_of.stage, "number": window_of.number, "view": window_of.view}
    _view(key=key, data=data | shown, on_chosen_change=chosen, on_drawn_change=drawn("drawn", 1),
          on_uploaded_change=drawn("uploaded", 3), on_opened_change=opened)  # fmt: skip


def sent_pixels(sent: Any, channels: int) -> Bytes | None:
    """uint8 (H, W, C) out of what a browser sent; None where it is no such thing."""
    try:
        width, height = int(sent["width"]), int(sent["height"])
        if not (1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS):
            return None
        return np.frombuffer(base64.b64decode(sent["bytes"]), np.uint8).reshape(height, width, channels)
    except (KeyError, TypeError, ValueError):
        return None


def _text(values: Any) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
