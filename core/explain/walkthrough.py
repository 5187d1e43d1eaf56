"""Convolution and pooling, one window after the other: the arithmetic that a lesson shows, and shows the code of.

Written to be read, not to be fast: an image is (C, H, W), a kernel (C, K, K), and loops go over the places of the
window. The tests compare every number with PyTorch's `conv2d`, `max_pool2d` and `avg_pool2d`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.vocabulary.errors import LabError
from core.vocabulary.layers import LEAK

Numbers = npt.NDArray[np.float64]
Kind = Literal["max", "average"]


# --- where a window may stand ---------------------------------------------------------------------------------------


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many places a window has along a side of `size` pixels. LabError where it does not fit even once.

    >>> output_size(28, kernel=3)
    26
    """
    reach = dilation * (kernel - 1) + 1
    room = size + 2 * padding - reach
    if room < 0:
        raise LabError(f"the window reaches over {reach} pixels, but the padded side has only {size + 2 * padding}")
    return room // stride + 1


def padded(image: Numbers, padding: int, value: float = 0.0) -> Numbers:
    """The image (C, H, W) with a border of `padding` pixels of `value` around each channel."""
    return np.pad(image, ((0, 0), (padding, padding), (padding, padding)), constant_values=value)


def window(image: Numbers, row: int, column: int, kernel: int, stride: int = 1, dilation: int = 1) -> Numbers:
    """What the output cell (row, column) looks at: (C, K, K), out of an image that is padded already."""
    top, left = row * stride, column * stride
    reach = dilation * (kernel - 1) + 1
    return image[:, top : top + reach : dilation, left : left + reach : dilation]


# --- convolution ----------------------------------------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "none": lambda x: x,
    "ReLU": lambda x: np.maximum(x, 0.0),
    "LeakyReLU": lambda x: np.where(x > 0, x, x * LEAK),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Tanh": np.tanh,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One window of a convolution, from the pixels to the number in the output."""

    window: Numbers
    """(C, K, K): the pixels under the kernel."""
    products: Numbers
    """(C, K, K): each pixel times the weight that lies on it."""
    channel_sums: Numbers
    """(C,): the products of each channel added up."""
    total: float
    """All products and the bias."""
    output: float
    """The total after the activation."""


def convolution_step(here: Numbers, kernel: Numbers, bias: float = 0.0, activation: str = "none") -> Step:
    """A window (C, K, K) and a kernel of the same shape -> one number, with everything on the way."""
    products = here * kernel
    channel_sums = products.sum(axis=(1, 2))
    total = channel_sums.sum() + bias
    return Step(here, products, channel_sums, float(total), float(ACTIVATIONS[activation](total)))


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """What one kernel makes of an image: (H_out, W_out) each."""

    totals: Numbers
    """Before the activation."""
    outputs: Numbers
    """After it."""


def convolution(
    image: Numbers, kernel: Numbers, bias: float = 0.0, activation: str = "none",
    stride: int = 1, padding: int = 0, dilation: int = 1,
) -> FeatureMap:  # fmt: skip
    """An image (C, H, W) and a kernel (C, K, K) -> a feature map. LabError where the shapes do not go together."""
    if image.shape[0] != kernel.shape[0]:
        raise LabError(f"the picture has {image.shape[0]} channels, the kernel {kernel.shape[0]}; expected the same number")
    size = kernel.shape[1]
    rows = output_size(image.shape[1], size, stride, padding, dilation)
    columns = output_size(image.shape[2], size, stride, padding, dilation)
    ground = padded(image, padding)
    found = FeatureMap(np.empty((rows, columns)), np.empty((rows, columns)))
    for row in range(rows):
        for column in range(columns):
            here = window(ground, row, column, size, stride, dilation)
            step = convolution_step(here, kernel, bias, activation)
            found.totals[row, column], found.outputs[row, column] = step.total, step.output
    return found


# --- pooling --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pooled:
    """What pooling leaves of an image (C, H, W)."""

    outputs: Numbers
    """(C, H_out, W_out)."""
    places: npt.NDArray[np.int64] | None
    """(C, H_out, W_out, 2): row and column in the image of each maximum, the first where several are equal.
    None for the average."""


def pooling(image: Numbers, size: int, kind: Kind = "max", stride: int | None = None, padding: int = 0) -> Pooled:
    """The largest or the mean value of each `size` x `size` window, channel by channel.

    `stride` None: windows lie side by side. The border counts as zeros for the average and never wins the maximum.
    """
    if padding > size // 2:
        raise LabError(f"the padding is {padding}; expected at most {size // 2}, half of the window")
    stride = stride or size
    channels, height, width = image.shape
    rows, columns = output_size(height, size, stride, padding), output_size(width, size, stride, padding)
    ground = padded(image, padding, -np.inf if kind == "max" else 0.0)
    outputs, places = np.empty((channels, rows, columns)), np.empty((channels, rows, columns, 2), np.int64)
    for row in range(rows):
        for column in range(columns):
            here = window(ground, row, column, size, stride).reshape(channels, -1)
            first = here.argmax(axis=1)
            outputs[:, row, column] = here.max(axis=1) if kind == "max" else here.mean(axis=1)
            places[:, row, column, 0] = row * stride + first // size - padding
            places[:, row, column, 1] = column * stride + first % size - padding
    return Pooled(outputs, places if kind == "max" else None)


def shifted(image: Numbers, down: int, right: int) -> Numbers:
    """The image (C, H, W) moved by so many pixels; what comes in from outside is 0, what leaves is lost."""
    moved = np.zeros_like(image)
    height, width = image.shape[1:]
    rows, columns = max(height - abs(down), 0), max(width - abs(right), 0)  # of the part that stays inside
    top, left = max(down, 0), max(right, 0)
    seen = image[:, max(-down, 0) :, max(-right, 0) :][:, :rows, :columns]
    moved[:, top : top + rows, left : left + columns] = seen
    return moved


@dataclass(frozen=True, slots=True)
class Change:
    """How much of one image or output is found again in another."""

    same: int
    """Cells with an equal value, of those that are not 0 in both."""
    counted: int
    """Cells that are not 0 in both."""
    share: float
    """The differences added up, as a share of all values of the first."""


def change(before: Numbers, after: Numbers) -> Change:
    """Compares two arrays of one shape. Empty ground, which is 0 in both, does not count as kept."""
    counted = (before != 0) | (after != 0)
    same = counted & (before == after)
    whole = float(np.abs(before).sum())
    return Change(int(same.sum()), int(counted.sum()), float(np.abs(before - after).sum()) / whole if whole else 0.0)


# --- the same in PyTorch --------------------------------------------------------------------------------------------


def convolution_in_torch(bias: float, activation: str, stride: int, padding: int, dilation: int) -> str:
    """The line of PyTorch that gives `convolution(...).outputs`; `F` is torch.nn.functional, images are tensors."""
    line = f"F.conv2d(image, kernel[None], torch.tensor([{bias!r}]), stride={stride}, padding={padding}, dilation={dilation})"
    if activation == "LeakyReLU":
        return f"F.leaky_relu({line}, {LEAK})"
    return line if activation == "none" else f"torch.{activation.lower()}({line})"


def pooling_in_torch(size: int, kind: Kind, stride: int, padding: int) -> str:
    """The line of PyTorch that gives `pooling(...).outputs`."""
    return f"F.{'max' if kind == 'max' else 'avg'}_pool2d(image, {size}, stride={stride}, padding={padding})"
