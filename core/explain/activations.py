"""A whole network on one image: what every layer makes of it, and what a class's score is made of.

Written out with numpy, in float32, dropout off: a page that explains a network waits for no torch. The tests compare every
number with PyTorch's own forward and backward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from core.explain import walkthrough, windows
from core.explain.walkthrough import Numbers, Step
from core.images.decoding import Bytes
from core.inference.plain_network import Floats, PlainNetwork
from core.vocabulary.layers import LEAK, BatchNorm, Conv, Drop, GlobalPool, Layer, Pool, Window
from core.vocabulary.layers import Step as NetworkStep

if TYPE_CHECKING:
    from core.explain.receptive_field import Box, Reach

Kind = Literal["convolution", "normalisation", "pooling", "dense"]
Place = tuple[int, int]


# --- forward --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What one layer made of the image. Dropout, which changes nothing in a trained network, has no stage."""

    row: int
    """Of the layer table, from 0."""
    name: str
    kind: Kind
    window: Window | None
    """Of a convolution or a pooling; a global pooling has one place, over whole maps."""
    activation: str
    """none, ReLU, LeakyReLU, Sigmoid or Tanh."""
    inputs: Floats
    """(C, H, W); of a dense layer (inputs,), the maps laid out in one row."""
    outputs: Floats
    """(C, H, W) or (units,), after the activation."""
    weights: Floats | None = None
    """(C_out, C_in, K, K) or (units, inputs); (C,) of a normalisation, what each map or unit is multiplied by; None for a pooling."""
    biases: Floats | None = None
    """(C_out,) or (units,); of a normalisation what is added then."""
    pool: walkthrough.Kind = "max"
    """Of a pooling."""

    @property
    def size(self) -> int:
        """Numbers along a side of the window; 0 where there is none."""
        return self.window.size if self.window else 0

    @property
    def has_maps(self) -> bool:
        """Whether it gives maps, not units."""
        return self.outputs.ndim == 3

    def strongest(self, number: int) -> Place:
        """Row and column of the largest number of one of its maps."""
        return _place_of(self.outputs[number])

    def step(self, number: int, place: Place) -> Step:
        """One number of a map of a convolution, from its window on."""
        assert self.weights is not None and self.biases is not None and self.window is not None
        ground = walkthrough.padded(self.inputs.astype(float), self.window.padding)
        here = walkthrough.window(ground, *place, self.size, self.window.stride, self.window.dilation)
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
    stages: list[Stage] = []
    for row, (step, layer) in enumerate(zip(network.steps, network.table, strict=True)):
        if isinstance(step, Drop):
            continue
        own = next(parameters) if layer.parameters else None
        stages.append(_stage(row, step, layer, values, own))
        values = stages[-1].outputs
    return ForwardPass(network.name, network.recipe.network, network.classes, seen, tuple(stages))


def _stage(row: int, step: NetworkStep, layer: Layer, values: Floats, parameters: tuple[Floats, Floats] | None) -> Stage:
    """What a step makes of `values`, the numbers of the stage before it."""
    activation = layer.activation or "none"
    if isinstance(step, Pool | GlobalPool):
        window = step.window if isinstance(step, Pool) else Window(values.shape[-1], 1)
        kind: walkthrough.Kind = "max" if isinstance(step, Pool) and step.kind == "max" else "average"
        block = windows.blocks(values, window)
        pooled: Floats = block.max(axis=-1) if kind == "max" else block.mean(axis=-1)
        return Stage(row, layer.name, "pooling", window, activation, values, pooled, pool=kind)
    assert parameters is not None
    weights, biases = parameters
    activate = walkthrough.ACTIVATIONS[activation]
    if isinstance(step, Conv):
        outputs = activate(windows.convolved(values, weights, biases, step.window))
        return Stage(row, layer.name, "convolution", step.window, activation, values, outputs, weights, biases)
    if isinstance(step, BatchNorm):
        each = (-1,) + (1,) * (values.ndim - 1)
        outputs = activate(values * weights.reshape(each) + biases.reshape(each))
        return Stage(row, layer.name, "normalisation", None, activation, values, outputs, weights, biases)
    inputs = values.reshape(-1)
    return Stage(row, layer.name, "dense", None, activation, inputs, activate(weights @ inputs + biases), weights, biases)


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

    Number times gradient (Shrikumar et al. 2016, arXiv:1605.01713). Behind the last convolution the registered networks
    have ReLU, max-pooling and dense layers only. With the units that are on, and the maxima that win, held as they are,
    the score is a weighted sum of these numbers and a rest: the shares add up to it. Behind a sigmoid or tanh the rest
    holds also what its curve bends.
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
        gradient = _through(stage, gradient * SLOPES[stage.activation](stage.outputs)).reshape(-1, *before.shape)
        yield number - 1, gradient * before


SLOPES: dict[str, Callable[[Floats], Floats | float]] = {
    "none": lambda outputs: 1.0,
    "ReLU": lambda outputs: (outputs > 0).astype(np.float32),
    "LeakyReLU": lambda outputs: np.where(outputs > 0, np.float32(1), np.float32(LEAK)),
    "Sigmoid": lambda outputs: outputs * (1 - outputs),
    "Tanh": lambda outputs: 1 - outputs**2,
}
"""An activation -> its derivative, by what came out of it."""


def _through(stage: Stage, gradient: Floats) -> Floats:
    """The gradient (N, ...) over a stage's outputs before the activation -> over its inputs."""
    if stage.kind == "pooling":
        assert stage.window is not None
        return windows.through_pooling(gradient, stage.inputs, stage.window, stage.pool)
    assert stage.weights is not None
    if stage.kind == "convolution":
        assert stage.window is not None
        return windows.through_convolution(gradient, stage.weights, stage.inputs.shape, stage.window)
    if stage.kind == "normalisation":
        return gradient * stage.weights.reshape(-1, *(1,) * (stage.outputs.ndim - 1))
    return gradient @ stage.weights


def between(stage: Stage, maps: int) -> Floats | None:
    """(maps or units, `maps` that went in): what the products of each pair add up to, over all places; None where each
    map comes of one alone: pooling and normalisation.

    `maps`: how many maps, or units, the inputs of a dense layer were before they were laid out in one row.
    """
    if stage.weights is None or stage.kind == "normalisation":
        return None
    if stage.kind == "dense":
        found: Floats = (stage.weights * stage.inputs).reshape(len(stage.weights), maps, -1).sum(axis=2)
        return found
    assert stage.window is not None
    rows, columns = stage.outputs.shape[1:]
    ground = windows.padded(stage.inputs, stage.window.padding)
    sums = [under.sum(axis=(1, 2)) for _, _, under in windows.under_each_cell(ground, stage.window, rows, columns)]
    pairs: Floats = (stage.weights.reshape(*stage.weights.shape[:2], -1) * np.stack(sums, axis=1)).sum(axis=2)
    return pairs


def seen_by(found: ForwardPass, stage: Stage, place: Place) -> Box:
    """The pixels of the image that one number of a stage's maps depends on: its receptive field."""
    from core.explain.receptive_field import receptive_field

    return receptive_field(found.kind, stage.row, place, found.image.shape)


def lies(found: ForwardPass, stage: Stage) -> Reach:
    """Where on the image the windows of a stage's maps lie, one place beside the other."""
    from core.explain.receptive_field import reach

    return reach(found.kind, stage.row, found.image.shape)


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
