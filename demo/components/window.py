"""The view of a window that moves over an image: HTML, CSS and JavaScript in client/window/, texts in view.md.

The server computes the output (core/explain/walkthrough.py) and sends it with the image and the kernel; what happens in each
window is then shown by the browser alone. Only an edited kernel comes back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.explain import walkthrough
from core.explain.walkthrough import FeatureMap, Kind, Numbers, Pooled
from demo import text
from demo.visitor import session

CLIENT = Path(__file__).parent / "client"
SCRIPTS = ("numbers.js", *(f"window/{name}.js" for name in ("grid", "cells", "formula", "performance", "window", "showing")))
"""One after the other, they are the window; with mount.js behind them, the component."""


def read(*names: str) -> str:
    """These files, one after the other."""
    return "\n".join((CLIENT / name).read_text(encoding="utf-8") for name in names)


_view = st.components.v2.component(
    "lab_window", html=read("window/window.html"), css=read("window/window.css"), js=read("link/linked.js", *SCRIPTS, "window/mount.js")
)


@dataclass(frozen=True, slots=True)
class ImageView:
    """What the window moves over: (C, H, W), and the values that are drawn black and white.

    `signed` images (feature maps) are drawn in the two colours of signed numbers instead.
    """

    values: Numbers
    low: float = 0.0
    high: float = 1.0
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Where the window stands first, which channel of many is shown, and whether near, at the numbers of the window."""

    row: int
    column: int
    channel: int = 0
    near: bool = True


@dataclass(frozen=True, slots=True)
class Performance:
    """What the view does by itself, and what it keeps back; without motion where that is not wanted."""

    tour: tuple[tuple[int, int], ...] = ()
    """The window goes along these places of the output, there and back, until somebody takes it."""
    count: bool = False
    """It goes over every place once, and counts them."""
    hidden: bool = False
    """Only outputs where the window has been are shown."""
    sealed: bool = False
    """No output is shown, and not how many there are."""
    bare: bool = False
    """The image and the output alone."""


@dataclass(frozen=True, slots=True)
class Slide:
    """How the window moves."""

    stride: int = 1
    padding: int = 0
    dilation: int = 1


def convolution(
    image: ImageView, kernel: Numbers, bias: float, activation: str, slide: Slide, key: str,
    edited: Callable[[Numbers], None] | None = None, start: Start | None = None, performance: Performance | None = None,
) -> FeatureMap:  # fmt: skip
    """Shows a convolution with a kernel (C, K, K), whose cells may be edited where `edited` is given; what came out.

    Raises LabError as core.explain.walkthrough.convolution.
    """
    found, data = convolution_view(image, kernel, bias, activation, slide, start)
    _mount(data | {"editable": edited is not None, "performance": performance and dataclasses.asdict(performance)}, key, edited, kernel.shape)
    return found


@dataclass(frozen=True, slots=True)
class Before:
    """What an image (1, H, W) and its output (1, H, W) were before: shown first, and then what has changed stands out."""

    values: Numbers
    outputs: Numbers


def convolution_view(
    image: ImageView, kernel: Numbers, bias: float, activation: str, slide: Slide, start: Start | None = None
) -> tuple[FeatureMap, dict[str, Any]]:
    """What comes out of a convolution, and what its view is given, also as a part of another. Raises LabError as `convolution`."""
    found = walkthrough.convolution(image.values, kernel, bias, activation, slide.stride, slide.padding, slide.dilation)
    ground = walkthrough.padded(image.values, slide.padding)
    more = {"kernel": _flat(kernel), "totals": _flat(found.totals), "bias": bias, "activation": activation, "editable": False}
    return found, _data("convolution", image, ground, kernel.shape[1], slide, found.outputs, start) | more


def pooling(
    image: ImageView, size: int, kind: Kind, stride: int, padding: int, key: str, start: Start | None = None,
    performance: Performance | None = None, before: Before | None = None,
) -> Pooled:  # fmt: skip
    """Shows the pooling of an image (1, H, W); what came out. Raises LabError as core.explain.walkthrough.pooling."""
    found, data = pooling_view(image, size, kind, stride, padding, start)
    border = -np.inf if kind == "max" else 0.0
    was = before and {"values": _flat(walkthrough.padded(before.values, padding, border)), "outputs": _flat(before.outputs)}
    _mount(data | {"performance": performance and dataclasses.asdict(performance), "before": was}, key)
    return found


def pooling_view(
    image: ImageView, size: int, kind: Kind, stride: int, padding: int, start: Start | None = None
) -> tuple[Pooled, dict[str, Any]]:
    """What comes out of a pooling, and what its view is given, also as a part of another. Raises LabError as `pooling`."""
    found = walkthrough.pooling(image.values, size, kind, stride, padding)
    ground = walkthrough.padded(image.values, padding, -np.inf if kind == "max" else 0.0)
    more = {"kernel": None, "totals": None, "bias": 0, "activation": "none", "editable": False}
    return found, _data(kind, image, ground, size, Slide(stride, padding), found.outputs[0], start) | more


def _data(kind: str, image: ImageView, ground: Numbers, size: int, slide: Slide, outputs: Numbers, start: Start | None) -> dict[str, Any]:
    channels, height, width = ground.shape
    return {
        "kind": kind, "channels": channels, "height": height, "width": width, "values": _flat(ground),
        "low": image.low, "high": image.high, "signed": image.signed, "size": size,
        "stride": slide.stride, "padding": slide.padding, "dilation": slide.dilation,
        "rows": outputs.shape[0], "columns": outputs.shape[1], "outputs": _flat(outputs), "words": text.everything("view"),
        "start": start and dataclasses.asdict(start),
    }  # fmt: skip


def _flat(values: Numbers) -> list[float | None]:
    """As JSON has it: minus infinity, the border of a maximum, is null."""
    return [value if np.isfinite(value) else None for value in values.ravel().tolist()]


def _mount(
    data: dict[str, Any], key: str, edited: Callable[[Numbers], None] | None = None, shape: tuple[int, ...] = ()
) -> None:
    def changed() -> None:
        if edited is not None and (sent := session.typed(key)["kernel"]):
            edited(np.array(sent, float).reshape(shape))

    _view(key=key, data=data, on_kernel_change=changed)

