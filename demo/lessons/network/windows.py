"""The page "A whole network": what the window of a map moves over, with which numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.explain.activations import Place, Stage
from core.explain.walkthrough import Numbers
from demo.components.window import ImageView, Slide, Start


@dataclass(frozen=True, slots=True, eq=False)
class MapWindow:
    """A map as a convolution: the image or maps that it lies on, its kernel (C, K, K), how it moves, where it starts."""

    image: ImageView
    kernel: Numbers
    bias: float
    slide: Slide
    start: Start


def of(stage: Stage, number: int, place: Place, first: bool) -> MapWindow:
    """The window of a map of a convolution or of a normalisation, at a place. `first`: it lies on the picture itself.

    A normalisation is a kernel of one number on the one map of the same number before it.
    """
    assert stage.weights is not None and stage.biases is not None
    bias = float(stage.biases[number])
    if stage.kind == "normalisation":
        one = stage.inputs[number][None].astype(float)
        return MapWindow(ImageView(one, low=-1.0, signed=not first), np.array([[[float(stage.weights[number])]]]), bias, Slide(), Start(*place))
    assert stage.window is not None
    strongest = int(np.abs(stage.step(number, place).channel_sums).argmax())
    image = ImageView(stage.inputs.astype(float), low=-1.0, signed=not first)
    slide = Slide(stage.window.stride, stage.window.padding, stage.window.dilation)
    return MapWindow(image, stage.weights[number].astype(float), bias, slide, Start(*place, channel=strongest))
