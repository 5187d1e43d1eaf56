"""The views of the lesson "How it learns": HTML, CSS and JavaScript in client/learning/, texts in learning_view.md.

The browser computes the tiny network itself, by the formulas of core/explain/backpropagation.py (a test compares both), so
that a step, another learning rate or another weight asks nothing of the server.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.explain.backpropagation import Parameters
from core.explain.walkthrough import Numbers
from core.pretrained.landscape import Landscape
from demo import text
from demo.components.window import read

ARITHMETIC = ("numbers.js", "learning/shared.js", "learning/arithmetic.js")


def _component(name: str, *scripts: str) -> Any:
    html, css = read("learning/learning.html"), read("learning/learning.css")
    return st.components.v2.component(f"lab_learning_{name}", html=html, css=css, js=read(*scripts, f"learning/{name}.js"))


_network = _component("network", *ARITHMETIC)


@dataclass(frozen=True, slots=True)
class Tiny:
    """The tiny network on one image of the warm-up, as a view begins with it."""

    image: Numbers
    """(4, 4)."""
    target: float
    parameters: Parameters
    rate: float
    """The learning rate that is set, one of `rates`."""
    rates: Sequence[float]
    moment: int = 0
    """Another number begins anew."""

    def packed(self) -> dict[str, Any]:
        """As the browser takes it."""
        parameters = {**dataclasses.asdict(self.parameters), "kernel": self.parameters.kernel.ravel().tolist()}
        return {"image": self.image.ravel().tolist(), "target": self.target, "parameters": parameters, "rate": self.rate,
                "rates": list(self.rates), "moment": self.moment, "words": text.everything("learning_view")}  # fmt: skip


def network(tiny: Tiny, asked: tuple[str, int], sealed: bool, key: str) -> None:
    """The network with all its numbers. `asked`: the parameter that is lit, and its place in the kernel, row by row.

    `sealed`: no derivative is shown and no step is taken.
    """
    name, place = asked
    _network(key=key, data={**tiny.packed(), "asked": {"name": name, "at": place}, "sealed": sealed})


_curve = _component("curve", *ARITHMETIC)


def curve(tiny: Tiny, asked: tuple[str, int], key: str) -> None:
    """The loss along one parameter, at first `asked`, the others as they are; the step on it as an arrow."""
    name, place = asked
    _curve(key=key, data={**tiny.packed(), "asked": {"name": name, "at": place}})


_ways = _component("ways", "numbers.js", "learning/shared.js")


def ways(landscape: Landscape, key: str) -> None:
    """The loss in a plane as ground with contours, and the ways through it, which are replayed epoch by epoch."""
    data = {
        "x": _rounded(landscape.x), "y": _rounded(landscape.y), "losses": [[float(f"{loss:.4g}") for loss in row] for row in landscape.losses.tolist()],
        "ways": {name: {"points": _rounded(way.points), "losses": [float(f"{loss:.4g}") for loss in way.losses.tolist()]}
                 for name, way in landscape.ways.items()}, "words": text.everything("learning_view"),
    }  # fmt: skip
    _ways(key=key, data=data)


_kernels = _component("kernels", "numbers.js", "learning/shared.js")


def kernels(weights: Numbers, likeness: Numbers, chosen: int, digit: Numbers, key: str) -> None:
    """The kernels of a first layer, epoch by epoch: weights (E, F, 3, 3), how much each looks like an edge (E, F), the one
    that is large, and an image (H, W) from -1 to 1 that it is laid on.
    """
    data = {
        "kernels": [[np.round(kernel, 3).ravel().tolist() for kernel in epoch] for epoch in weights], "likeness": _rounded(likeness),
        "chosen": chosen, "digit": _rounded(digit), "words": text.everything("learning_view"),
    }  # fmt: skip
    _kernels(key=key, data=data)


def _rounded(values: npt.NDArray[np.floating]) -> Any:
    return np.round(values.astype(np.float64), 4).tolist()
