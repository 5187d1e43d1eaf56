"""A whole network on one image: what every layer makes of it, and what a class's score is made of.

The numbers are those of PyTorch's own forward pass, in float32, on one thread, dropout off.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from core.explain import walkthrough
from core.explain.gradcam import behind_the_last_convolution
from core.explain.walkthrough import Numbers, Step
from core.images.decoding import Bytes
from core.inference.classifier import Classifier, Floats

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.explain.receptive_field import Box
    from core.vocabulary.networks import Layer

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


def forward_pass(classifier: Classifier, seen: Bytes) -> ForwardPass:
    """The way of an image, uint8 (C, H, W) as the network sees it, through every layer."""
    import torch

    from core.vocabulary import networks

    kind = classifier.recipe.network
    table = networks.layer_table(kind, classifier.shape, len(classifier.classes))
    with torch.inference_mode():
        stages = _stages(classifier.network, _batch(seen), table)
    return ForwardPass(classifier.name, kind, classifier.classes, seen, tuple(stages))


def _batch(seen: Bytes) -> Tensor:
    """float32 (1, C, H, W): the pixels from -1 to 1."""
    import torch

    from core.models.inputs import batch_of

    torch.set_num_threads(1)  # of this thread: the same bits everywhere, and visitors do not wait for each other
    return batch_of(torch.from_numpy(seen)[None].permute(0, 2, 3, 1))


def _stages(network: nn.Sequential, values: Tensor, table: list[Layer]) -> list[Stage]:
    """One for each row of the table that computes something; an activation belongs to the row before it."""
    from torch import nn

    stages: list[Stage] = []
    row = -1
    for module in network:
        before, values = values, module(values)
        row += isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear | nn.Dropout)
        if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear):
            stages.append(_stage(row, table[row], module, _array(before[0]), _array(values[0])))
        elif isinstance(module, nn.ReLU | nn.Sigmoid):
            stages[-1] = dataclasses.replace(stages[-1], outputs=_array(values[0]))
    return stages


def _stage(row: int, layer: Layer, module: nn.Module, inputs: Floats, outputs: Floats) -> Stage:
    from torch import nn

    activation = layer.activation or "none"
    if isinstance(module, nn.MaxPool2d):
        assert isinstance(module.kernel_size, int)
        return Stage(row, layer.name, "pooling", module.kernel_size, activation, inputs, outputs)
    assert isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None
    kind: Kind = "convolution" if isinstance(module, nn.Conv2d) else "dense"
    size = module.kernel_size[0] if isinstance(module, nn.Conv2d) else 0
    return Stage(row, layer.name, kind, size, activation, inputs, outputs, _array(module.weight), _array(module.bias))


def _array(tensor: Tensor) -> Floats:
    return np.ascontiguousarray(tensor.numpy())


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


def attributions(classifier: Classifier, found: ForwardPass, label: int) -> Attributions | None:
    """The score of a class, shared out among the maps of the last convolution; None where there is none.

    Number times gradient (Shrikumar et al. 2016, arXiv:1605.01713). Behind the last convolution the networks of the lab
    have ReLU, max-pooling and dense layers only. With the units that are on, and the maxima that win, held as they are,
    the score is a weighted sum of these numbers and a rest: the shares add up to it.
    """
    import torch

    if found.last_convolution is None:
        return None
    maps = torch.from_numpy(found.stages[found.last_convolution].outputs)[None].requires_grad_()
    behind = classifier.network[behind_the_last_convolution(classifier.network) :]
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(behind(maps)[0, label], maps)
    cells: Floats = (gradient * maps.detach())[0].numpy()
    return Attributions(found.last_convolution, cells, float(found.scores[label]) - float(cells.sum(dtype=np.float64)))


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
