"""The controls of the page "Convolution": the kernel and where it comes from, and how it moves."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from core.explain import kernels
from core.explain.kernels import FirstLayer
from core.explain.walkthrough import ACTIVATIONS, Numbers
from core.images.decoding import Bytes
from demo.components.window import ImageView, Slide
from demo.server import services
from demo.text import speaker
from demo.ui.defaults import DEFAULTS
from demo.visitor import session

say = speaker("convolution")
LEARNED = "learned"
SIZES = range(1, 6)


@dataclass(frozen=True, slots=True)
class Kernel:
    """The kernel that is chosen now; cells that the visitor changed are in it."""

    origin: Hashable
    weights: Numbers
    """(C, K, K)."""
    network: str | None = None
    bias: float = 0.0
    activation: str = "none"

    def edit(self, weights: Numbers) -> None:
        """From now on these weights, wherever this kernel is chosen."""
        session.set_state("convolution.edits", {**_edits(), self.origin: weights})


@dataclass(frozen=True, slots=True)
class Settings:
    """What else decides about an output."""

    bias: float = 0.0
    activation: str = "none"
    slide: Slide = field(default_factory=Slide)


def choose(name: str) -> None:
    """Chooses a kernel as it is in the textbook, in a callback."""
    session.bind_widget("convolution.kernel", name)
    session.bind_widget("convolution.size", 3)


def remembered() -> Settings:
    """What was drawn last."""
    found: Settings = session.get_state("convolution.settings", Settings())
    return found


def _edits() -> dict[Hashable, Numbers]:
    found: dict[Hashable, Numbers] = session.get_state("convolution.edits", {})
    return found


# --- the kernel -----------------------------------------------------------------------------------------------------


def kernel(channels: int) -> Kernel:
    """The kernel from a textbook, the warm-up, or the first layer of a pretrained network."""
    learned = kernels.learned(channels, services.pretrained_folder())
    names = [*kernels.PRESETS, *([LEARNED] if learned else [])]
    key = session.keep_widget("convolution.kernel", DEFAULTS["convolution"].setting)
    if session.typed(key) not in names:
        session.bind_widget(key, names[0])
    name = st.selectbox(say("kernel"), names, key=key, width=210, format_func=lambda name: say(f"kernel_{name}"))
    return _edited(_learned(learned) if name == LEARNED else _preset(name, channels))


def _preset(name: str, channels: int) -> Kernel:
    size = session.typed("convolution.size") or 3
    weights = kernels.resized(kernels.preset(name), size)
    return Kernel((name, channels, size), np.repeat(weights[None], channels, axis=0))


def _learned(layers: dict[str, FirstLayer]) -> Kernel:
    name = st.selectbox(say("network"), list(layers), key=f"convolution.network.{next(iter(layers.values())).kernels.shape[1]}", width=200)
    count = len(layers[name].kernels)
    number = st.number_input(say("filter", count=count), 1, count, key=f"convolution.filter.{count}", width=150)
    layer, place = layers[name], number - 1
    return Kernel((name, place), layer.kernels[place], name, float(layer.biases[place]), "ReLU")


def _edited(chosen: Kernel) -> Kernel:
    """The kernel with the visitor's own cells, and a way back."""
    own = _edits().get(chosen.origin)
    if own is None:
        return chosen
    if st.button(say("undo"), key="convolution.undo", icon=":material/undo:"):
        session.set_state("convolution.edits", {key: value for key, value in _edits().items() if key != chosen.origin})
        st.rerun()
    return Kernel(chosen.origin, own, chosen.network, chosen.bias, chosen.activation)


def as_numbers(pixels: Bytes, chosen: Kernel) -> ImageView:
    """The image as the kernel meets it: from 0 to 1, or as the network was fed, from -1 to 1."""
    if chosen.network:
        return ImageView((pixels.astype(np.float64) - 127.5) / 127.5, low=-1.0)
    return ImageView(np.round(pixels.astype(np.float64) / 255, 2))


# --- how it moves ---------------------------------------------------------------------------------------------------


def settings(chosen: Kernel) -> Settings:
    """The kernel's size, stride, padding, dilation, bias, activation."""
    of = f".{'.'.join(map(str, chosen.origin))}" if chosen.network and isinstance(chosen.origin, tuple) else ""  # a learned kernel comes with its own bias and activation
    with st.container(horizontal=True):
        if not chosen.network:
            key = session.keep_widget("convolution.size", 3)
            st.selectbox(say("size_of"), SIZES, key=key, format_func=lambda k: f"{k} × {k}", width=140)
        stride = _number("stride", 1, 4, 1)
        padding = _number("padding", 0, 4, 0)
        dilation = _number("dilation", 1, 3, 1)
        bias = st.number_input(
            say("bias"), -99.0, 99.0, chosen.bias, step=0.5, format="%.3g", key=f"convolution.bias{of}", help=say("bias_help"), width=140
        )
        activation = st.selectbox(
            say("activation"), list(ACTIVATIONS), list(ACTIVATIONS).index(chosen.activation), key=f"convolution.activation{of}",
            format_func=lambda name: say("activation_none") if name == "none" else name, help=say("activation_help"), width=150,
        )  # fmt: skip
    chosen_settings = Settings(bias, activation, Slide(stride, padding, dilation))
    session.set_state("convolution.settings", chosen_settings)
    return chosen_settings


def _number(name: str, least: int, most: int, first: int) -> int:
    return st.number_input(say(name), least, most, first, key=f"convolution.{name}", help=say(f"{name}_help"), width=140)
