"""A whole network on one image: what every layer makes of it, and what a class's score is made of.

Written out with numpy, in float32, dropout off: a page that explains a network waits for no torch. The tests compare every
number with PyTorch's own forward and backward pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from core.explain import walkthrough
from core.explain.walkthrough import Numbers, Step
from core.images.decoding import Bytes
from core.inference.plain_network import Floats, PlainNetwork
from core.vocabulary.layers import Conv, Drop, Pool

if TYPE_CHECKING:
    from core.explain.receptive_field import Box

Kind = Literal["convolution", "pooling", "dense"]
Place = tuple[int, int]


# --- forward --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What one layer made of the image. Dropout, which changes nothing in a trained network, has no stage."""

    row: int
    """Of the layer table, from 0."""
    name: str
    kind: Kind
    size: int
    """Pixels along a side of the window; 0 where there is none."""
    activation: str
    """none, ReLU or Sigmoid."""
    inputs: Floats
    """(C, H, W); of a dense layer (inputs,), the maps laid out in one row."""
    outputs: Floats
    """(C, H, W) or (units,), after the activation."""
    weights: Floats | None = None
    """(C_out, C_in, K, K) or (units, inputs); None for a pooling."""
    biases: Floats | None = None

    def strongest(self, number: int) -> Place:
        """Row and column of the largest number of one of its maps."""
        return _place_of(self.outputs[number])

    def step(self, number: int, place: Place) -> Step:
        """One number of a map of a convolution, from its window on."""
        assert self.weights is not None and self.biases is not None
        here = walkthrough.window(self.inputs.astype(float), *place, self.size)
        return walkthrough.convolution_step(here, self.weights[number].astype(float), float(self.biases[number]), self.activation)


@dataclass(frozen=True, slots=True, eq=False)
class ForwardPass:
    """An image's whole way through a network."""

    network: str
    kind: str
    """The network's name in the registry."""
    classes: tuple[str, ...]
    image: Bytes
    """uint8 (C, H, W), as the network saw it."""
    stages: tuple[Stage, ...]

    @property
    def scores(self) -> Floats:
        """(classes,): the logits."""
        return self.stages[-1].outputs

    @property
    def best(self) -> int:
        """The class with the largest score."""
        return int(self.scores.argmax())

    @property
    def last_convolution(self) -> int | None:
        """The number of its stage; None for a network without one."""
        found = [number for number, stage in enumerate(self.stages) if stage.kind == "convolution"]
        return found[-1] if found else None


def forward_pass(network: PlainNetwork, seen: Bytes) -> ForwardPass:
    """The way of an image, uint8 (C, H, W) as the network sees it, through every layer."""
    values = (seen.astype(np.float32) - 127.5) / np.float32(127.5)
    parameters = iter(network.parameters)
    stages = []
    for row, (step, layer) in enumerate(zip(network.steps, network.table, strict=True)):
        if isinstance(step, Drop):
            continue
        activation = layer.activation or "none"
        if isinstance(step, Pool):
            stages.append(Stage(row, layer.name, "pooling", step.size, activation, values, _pooled(values, step.size)))
        else:
            weights, biases = next(parameters)
            kind: Kind = "convolution" if isinstance(step, Conv) else "dense"
            size, inputs = (step.size, values) if isinstance(step, Conv) else (0, values.reshape(-1))
            totals = _convolved(inputs, weights, biases) if isinstance(step, Conv) else weights @ inputs + biases
            outputs = walkthrough.ACTIVATIONS[activation](totals)
            stages.append(Stage(row, layer.name, kind, size, activation, inputs, outputs, weights, biases))
        values = stages[-1].outputs
    return ForwardPass(network.name, network.recipe.network, network.classes, seen, tuple(stages))


def _convolved(values: Floats, weights: Floats, biases: Floats) -> Floats:
    """(C, H, W) -> (C_out, H - K + 1, W - K + 1): for each cell of the kernels, one product of matrices."""
    filters, _, size, _ = weights.shape
    rows, columns = values.shape[1] - size + 1, values.shape[2] - size + 1
    totals: Floats = np.repeat(biases[:, None], rows * columns, axis=1)
    for down, right in itertools.product(range(size), repeat=2):
        totals += weights[:, :, down, right] @ values[:, down : down + rows, right : right + columns].reshape(len(values), -1)
    return totals.reshape(filters, rows, columns)


def _pooled(values: Floats, size: int) -> Floats:
    found: Floats = _blocks(values, size).max(axis=-1)
    return found


def _blocks(values: npt.NDArray[np.float32], size: int) -> Floats:
    """(..., H, W) -> (..., H // size, W // size, size * size): the windows of a pooling, each in one row."""
    *before, height, width = values.shape
    rows, columns = height // size, width // size
    kept = values[..., : rows * size, : columns * size].reshape(*before, rows, size, columns, size)
    return kept.swapaxes(-3, -2).reshape(*before, rows, columns, size * size)


# --- what a score is made of ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Product:
    """One term of a score: a unit of the layer before the last, times its weight for the class."""

    unit: int
    value: float
    weight: float
    product: float


def products(found: ForwardPass, label: int) -> list[Product]:
    """The terms of a class's score, the largest first; the score is their sum and the bias."""
    last = found.stages[-1]
    assert last.weights is not None
    terms = zip(last.inputs.tolist(), last.weights[label].tolist(), strict=True)
    made = [Product(unit, value, weight, value * weight) for unit, (value, weight) in enumerate(terms)]
    return sorted(made, key=lambda term: -term.product)


def bias(found: ForwardPass, label: int) -> float:
    """What is added to the products of a class's score."""
    biases = found.stages[-1].biases
    assert biases is not None
    return float(biases[label])


@dataclass(frozen=True, slots=True, eq=False)
class Attributions:
    """What the numbers in the maps of the last convolution bring to a class's score."""

    stage: int
    cells: Floats
    """(C, H, W): each number times what the score grows by with it."""
    rest: float
    """What is left of the score: what the biases of the layers behind bring."""

    @property
    def maps(self) -> Floats:
        """(C,): what each map brings."""
        summed: Floats = self.cells.sum(axis=(1, 2), dtype=np.float64).astype(np.float32)
        return summed

    @property
    def total(self) -> float:
        """What all maps bring together."""
        return float(self.cells.sum(dtype=np.float64))

    def strongest(self, number: int) -> Place:
        """Where a map brings most, for or against the class."""
        return _place_of(np.abs(self.cells[number]))


def attributions(found: ForwardPass, label: int) -> Attributions | None:
    """The score of a class, shared out among the maps of the last convolution; None where there is none.

    Number times gradient (Shrikumar et al. 2016, arXiv:1605.01713). Behind the last convolution the networks of the lab
    have ReLU, max-pooling and dense layers only. With the units that are on, and the maxima that win, held as they are,
    the score is a weighted sum of these numbers and a rest: the shares add up to it.
    """
    if (last := found.last_convolution) is None:
        return None
    one = np.eye(len(found.classes), dtype=np.float32)[[label]]
    cells = next(cells[0] for number, cells in _backward(found, one) if number == last)
    return Attributions(last, cells, float(found.scores[label]) - float(cells.sum(dtype=np.float64)))


def shares(found: ForwardPass) -> list[Floats]:
    """For each stage but the last, (classes, maps or units): number times gradient, added up over a map.

    What each map adds to the score of each class, as in `attributions`; behind an earlier stage its biases bring more.
    """
    every = np.eye(len(found.classes), dtype=np.float32)
    made = {number: cells.reshape(*cells.shape[:2], -1).sum(axis=2) for number, cells in _backward(found, every)}
    return [made[number] for number in range(len(found.stages) - 1)]


def _backward(found: ForwardPass, classes: Floats) -> Iterator[tuple[int, Floats]]:
    """From the last stage but one to the first: its number and, for each of the `classes` (N, all), numbers times gradients.

    Backpropagation, written out: the gradient of the scores over what a stage gave, from that over what the next gave.
    """
    gradient = classes
    for number in range(len(found.stages) - 1, 0, -1):
        stage, before = found.stages[number], found.stages[number - 1].outputs
        if stage.activation == "ReLU":
            gradient = gradient * (stage.outputs > 0)
        elif stage.activation == "Sigmoid":
            gradient = gradient * stage.outputs * (1 - stage.outputs)
        gradient = _through(stage, gradient).reshape(-1, *before.shape)
        yield number - 1, gradient * before


def _through(stage: Stage, gradient: Floats) -> Floats:
    """The gradient (N, ...) over a stage's outputs before the activation -> over its inputs."""
    if stage.kind == "dense":
        assert stage.weights is not None
        return gradient @ stage.weights
    passed = np.zeros((len(gradient), *stage.inputs.shape), np.float32)
    rows, columns = stage.outputs.shape[1:]
    size = stage.size
    if stage.kind == "pooling":
        winners = np.eye(size * size, dtype=np.float32)[_blocks(stage.inputs, size).argmax(axis=-1)]
        for place, (down, right) in enumerate(itertools.product(range(size), repeat=2)):
            passed[:, :, down : down + rows * size : size, right : right + columns * size : size] = gradient * winners[..., place]
        return passed
    assert stage.weights is not None
    flat = gradient.reshape(*gradient.shape[:2], -1)
    for down, right in itertools.product(range(size), repeat=2):
        part = stage.weights[:, :, down, right].T @ flat
        passed[:, :, down : down + rows, right : right + columns] += part.reshape(*part.shape[:2], rows, columns)
    return passed


def between(stage: Stage, maps: int) -> Floats | None:
    """(maps or units, `maps` that went in): what the products of each pair add up to, over all places; None for a pooling.

    `maps`: how many maps, or units, the inputs of a dense layer were before they were laid out in one row.
    """
    if stage.weights is None:
        return None
    if stage.kind == "dense":
        found: Floats = (stage.weights * stage.inputs).reshape(len(stage.weights), maps, -1).sum(axis=2)
        return found
    rows, columns = stage.outputs.shape[1:]
    places = itertools.product(range(stage.size), repeat=2)
    sums = [stage.inputs[:, down : down + rows, right : right + columns].sum(axis=(1, 2)) for down, right in places]
    pairs: Floats = (stage.weights.reshape(*stage.weights.shape[:2], -1) * np.stack(sums, axis=1)).sum(axis=2)
    return pairs


def seen_by(found: ForwardPass, stage: Stage, place: Place) -> Box:
    """The pixels of the image that one number of a stage's maps depends on: its receptive field."""
    from core.explain.receptive_field import receptive_field

    return receptive_field(found.kind, stage.row, place, found.image.shape)


def _place_of(values: npt.NDArray[np.floating]) -> Place:
    """Row and column of the largest number (H, W)."""
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


# --- from scores to probabilities -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Softmax:
    """Softmax, step by step: each score's exponential, their sum, each one's share of it."""

    exponentials: Numbers
    total: float
    probabilities: Numbers


def softmax(scores: Floats) -> Softmax:
    """Scores (classes,) -> all that is computed on the way to the probabilities."""
    exponentials: Numbers = np.exp(scores.astype(np.float64))
    total = float(exponentials.sum())
    return Softmax(exponentials, total, exponentials / total)


# --- as images ----------------------------------------------------------------------------------------------------


def in_bytes(values: Floats) -> tuple[npt.NDArray[np.int8], float]:
    """Signed numbers of any shape in 127 steps either way, and the number that the last step stands for."""
    most = float(np.abs(values).max(initial=0.0))
    return np.rint(values * (127 / most if most else 0.0)).astype(np.int8), most


def as_colours(kernels: Floats) -> npt.NDArray[np.uint8]:
    """Kernels (F, 3, K, K) -> uint8 (F, 3, K, K): a weight of 0 is grey, the strongest of all kernels black or full."""
    most = float(np.abs(kernels).max(initial=0.0)) or 1.0
    levels: npt.NDArray[np.uint8] = np.rint(127.5 + 127.5 / most * kernels).astype(np.uint8)
    return levels


def as_grey(values: Floats) -> npt.NDArray[np.uint8]:
    """A map (H, W) -> uint8 (1, H, W): 0 and less is black, its largest number white."""
    most = float(values.max(initial=0.0)) or 1.0
    levels: npt.NDArray[np.uint8] = np.rint(255 / most * values.clip(0)).astype(np.uint8)[None]
    return levels
