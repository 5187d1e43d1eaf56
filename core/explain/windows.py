"""Windows that move over maps, whole maps at once, with numpy: convolution and pooling, forward and back.

core/explain/walkthrough.py does the same place by place, to be read. The tests compare every number with PyTorch's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.vocabulary.layers import Window

Floats = npt.NDArray[np.float32]


def padded(values: Floats, padding: int) -> Floats:
    """(..., H, W) with so many zeros on each side."""
    around = [(0, 0)] * (values.ndim - 2) + [(padding, padding)] * 2
    return np.pad(values, around) if padding else values


def under_each_cell(ground: Floats, window: Window, rows: int, columns: int) -> Iterator[tuple[int, int, Floats]]:
    """For each cell of the window its row and column, and a view (..., rows, columns) of what lies under it at every place.

    `ground`: (..., H, W), padded already.
    """
    down, across = (rows - 1) * window.stride + 1, (columns - 1) * window.stride + 1
    for row, column in itertools.product(range(window.size), repeat=2):
        top, left = row * window.dilation, column * window.dilation
        yield row, column, ground[..., top : top + down : window.stride, left : left + across : window.stride]


def convolved(values: Floats, weights: Floats, biases: Floats, window: Window) -> Floats:
    """Maps (C, H, W), kernels (F, C, K, K) and biases (F,) -> (F, rows, columns): a product of matrices for each cell."""
    _, rows, columns = window.over(values.shape)
    totals: Floats = np.repeat(biases[:, None], rows * columns, axis=1)
    for row, column, under in under_each_cell(padded(values, window.padding), window, rows, columns):
        totals += weights[:, :, row, column] @ under.reshape(len(values), -1)
    return totals.reshape(len(weights), rows, columns)


def blocks(values: Floats, window: Window) -> Floats:
    """(C, H, W) -> (C, rows, columns, K * K): what lies under the window at each place, in one row."""
    _, rows, columns = window.over(values.shape)
    return np.stack([under for _, _, under in under_each_cell(padded(values, window.padding), window, rows, columns)], axis=-1)


def through_convolution(gradient: Floats, weights: Floats, shape: tuple[int, ...], window: Window) -> Floats:
    """The gradient (N, F, rows, columns) over what a convolution gave -> that over the maps (N, *shape) that it got."""
    ground = _ground(len(gradient), shape, window)
    rows, columns = gradient.shape[2:]
    flat = gradient.reshape(*gradient.shape[:2], -1)
    for row, column, under in under_each_cell(ground, window, rows, columns):
        under += (weights[:, :, row, column].T @ flat).reshape(under.shape)
    return _inside(ground, window.padding)


def through_pooling(gradient: Floats, inputs: Floats, window: Window, kind: str) -> Floats:
    """The gradient (N, C, rows, columns) over what a pooling gave -> that over its `inputs` (C, H, W): to the first of the
    largest values, or to all alike where `kind` is "average"."""
    ground = _ground(len(gradient), inputs.shape, window)
    rows, columns = gradient.shape[2:]
    cells = window.size**2
    winners = np.eye(cells, dtype=np.float32)[blocks(inputs, window).argmax(axis=-1)] if kind == "max" else None
    for row, column, under in under_each_cell(ground, window, rows, columns):
        under += gradient / cells if winners is None else gradient * winners[..., row * window.size + column]
    return _inside(ground, window.padding)


def _ground(count: int, shape: tuple[int, ...], window: Window) -> Floats:
    channels, height, width = shape
    return np.zeros((count, channels, height + 2 * window.padding, width + 2 * window.padding), np.float32)


def _inside(ground: Floats, padding: int) -> Floats:
    return ground[..., padding:-padding, padding:-padding] if padding else ground
