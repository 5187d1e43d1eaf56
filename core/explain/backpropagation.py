"""How the warm-up's tiny network learns: forward pass, loss, every derivative as a product, one step of gradient descent.

The network of core/explain/worksheet.py (convolution, bias, ReLU, the maximum of the feature map) with one output behind
it that can be trained: score = output weight x maximum + output bias. The loss is half the squared distance of the score
from its target, 1 for class 1 and 0 for class 2. One way leads from each parameter to the loss, because the maximum
takes one place alone; so each derivative is one product of the factors along that way. The tests compare every number
with autograd's; demo/components/client/learning/arithmetic.js computes the same in the browser and is compared too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.explain import worksheet
from core.explain.walkthrough import Numbers, window

KERNEL_SIDE = 3
TARGETS: Mapping[str, float] = {"class 1": 1.0, "class 2": 0.0}
"""Class -> the score that its images should get."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What training changes: twelve numbers."""

    kernel: Numbers
    """(3, 3)."""
    bias: float
    weight: float
    """Of the output: the maximum is multiplied by it."""
    output_bias: float


@dataclass(frozen=True, slots=True)
class Forward:
    """Everything that the network computes for one image."""

    sums: Numbers
    """(2, 2): products and bias, before ReLU."""
    activations: Numbers
    """(2, 2): after ReLU."""
    place: tuple[int, int]
    """Row and column of the maximum, the first where several are equal."""
    maximum: float
    score: float
    loss: float


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a derivative, and what it stands for: `error`, `weight`, `maximum`, `passed`, `open`, `pixel` or `one`."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Gradients:
    """The derivative of the loss by every number on the way."""

    score: float
    maximum: float
    activations: Numbers
    """(2, 2)."""
    sums: Numbers
    """(2, 2)."""
    parameters: Parameters


def start() -> Parameters:
    """The lesson's network before its first step: small weights without an order, so that its score is wrong."""
    kernel = np.array([[0.3, -0.2, 0.3], [0.1, -0.3, 0.2], [-0.2, 0.4, 0.1]])
    return Parameters(kernel, bias=0.1, weight=-0.5, output_bias=0.3)


def target(image: str) -> float:
    """The score that an image of the warm-up should get.

    >>> target("class 1 a"), target("class 2 b")
    (1.0, 0.0)
    """
    return TARGETS[worksheet.class_of(image)]


def forward(image: Numbers, parameters: Parameters, wanted: float) -> Forward:
    """An image (4, 4) through the network; `wanted` is its target."""
    sums = np.empty((2, 2))
    for row in range(2):
        for column in range(2):
            pixels = window(image[None], row, column, KERNEL_SIDE)[0]
            sums[row, column] = (pixels * parameters.kernel).sum() + parameters.bias
    activations = np.maximum(sums, 0.0)
    place = divmod(int(activations.argmax()), 2)
    maximum = float(activations[place])
    score = parameters.weight * maximum + parameters.output_bias
    return Forward(sums, activations, place, maximum, score, (score - wanted) ** 2 / 2)


def factors(name: str, row: int, column: int, image: Numbers, parameters: Parameters, wanted: float) -> tuple[Factor, ...]:
    """The factors whose product is the derivative of the loss by one number, from the loss back to it.

    `name`: score, output_bias, weight, maximum, activation, sum, bias or kernel; `row` and `column` count for the last
    ones of a grid: activation, sum and kernel.
    """
    now = forward(image, parameters, wanted)
    error = Factor("error", now.score - wanted)
    ends = {"score": (error,), "output_bias": (error, Factor("one", 1.0)), "weight": (error, Factor("maximum", now.maximum))}
    if name in ends:
        return ends[name]
    way: tuple[Factor, ...] = (error, Factor("weight", parameters.weight))
    if name == "maximum":
        return way
    place = (row, column) if name in ("activation", "sum") else now.place
    way += (Factor("passed", float(place == now.place)),)
    if name == "activation":
        return way
    way += (Factor("open", float(now.sums[place] > 0)),)
    if name == "kernel":
        way += (Factor("pixel", float(window(image[None], *place, KERNEL_SIDE)[0, row, column])),)
    return way if name in ("sum", "kernel") else (*way, Factor("one", 1.0))


def derivative(name: str, row: int, column: int, image: Numbers, parameters: Parameters, wanted: float) -> float:
    """The product of `factors`."""
    return float(np.prod([factor.value for factor in factors(name, row, column, image, parameters, wanted)]))


def backward(image: Numbers, parameters: Parameters, wanted: float) -> Gradients:
    """Every derivative of the loss at these parameters."""

    def grid(name: str, side: int) -> Numbers:
        return np.array([[derivative(name, row, column, image, parameters, wanted) for column in range(side)] for row in range(side)])

    def single(name: str) -> float:
        return derivative(name, 0, 0, image, parameters, wanted)

    own = Parameters(grid("kernel", KERNEL_SIDE), single("bias"), single("weight"), single("output_bias"))
    return Gradients(single("score"), single("maximum"), grid("activation", 2), grid("sum", 2), own)


def step(parameters: Parameters, gradients: Parameters, rate: float) -> Parameters:
    """One step of gradient descent: each parameter minus the learning rate times its derivative."""
    return Parameters(
        parameters.kernel - rate * gradients.kernel, parameters.bias - rate * gradients.bias,
        parameters.weight - rate * gradients.weight, parameters.output_bias - rate * gradients.output_bias,
    )  # fmt: skip


def in_torch() -> str:
    """The lines of PyTorch that give `loss.item()` and each derivative; `F` is torch.nn.functional."""
    return (
        "maps = torch.relu(F.conv2d(image[None, None], kernel[None, None], bias))\n"
        "score = weight * F.max_pool2d(maps, 2).squeeze() + output_bias\n"
        "loss = (score - target) ** 2 / 2\n"
        "loss.backward()  # kernel.grad, bias.grad, weight.grad, output_bias.grad"
    )
