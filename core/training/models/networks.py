"""Networks as PyTorch modules: each step of a row of core/vocabulary/networks.py becomes its layers."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import nn

from core.training.models.layers import BatchNorm1d, BatchNorm2d, Dropout, Flatten
from core.vocabulary.layers import EPSILON, LEAK, BatchNorm, Conv, Drop, GlobalPool, Pool, Shape, Step
from core.vocabulary.networks import walk

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "ReLU": nn.ReLU, "LeakyReLU": lambda: nn.LeakyReLU(LEAK), "Sigmoid": nn.Sigmoid, "Tanh": nn.Tanh,
}  # fmt: skip
"""The name in a step -> what makes the module."""


def build(name: str, shape: Shape, classes: int = 10, dropout: float | None = None) -> nn.Sequential:
    """The network `name`, or that of a list of layers, for float images `(N, *shape)`; it answers with logits
    `(N, classes)`, no softmax.

    `shape` is `(C, H, W)`. `dropout` None keeps each layer's own rate, a number in [0, 1) replaces them all.
    The weights start as PyTorch draws them, from the global generator: seed it first for the same start.
    Raises LabError for an unknown name, a shape that cannot pass, or an impossible `classes` or `dropout`;
    nothing has been drawn then.
    """
    passed = walk(name, shape, classes, dropout)
    return nn.Sequential(*(module for step, inputs in passed for module in modules_of(step, inputs)))


def modules_of(step: Step, shape: Shape) -> list[nn.Module]:
    """The layers of one step, which gets an output of `shape`: (C, H, W) or (features,)."""
    if isinstance(step, Pool):
        return [nn.MaxPool2d(step.size, step.stride) if step.kind == "max" else nn.AvgPool2d(step.size, step.stride)]
    if isinstance(step, GlobalPool):
        return [nn.AdaptiveAvgPool2d(1)]
    if isinstance(step, Drop):
        return [Dropout(step.rate)]  # also at rate 0, so that the weights keep their names
    activation = [ACTIVATIONS[step.activation]()] if step.activation else []
    if isinstance(step, Conv):
        return [nn.Conv2d(shape[0], step.filters, step.size, step.stride, step.padding, step.dilation), *activation]
    if isinstance(step, BatchNorm):
        return [(BatchNorm2d if len(shape) > 1 else BatchNorm1d)(shape[0], EPSILON), *activation]
    flatten = [Flatten()] if len(shape) > 1 else []
    return [*flatten, nn.Linear(math.prod(shape), step.outputs), *activation]
