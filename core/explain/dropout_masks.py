"""Dropout made visible: the same image through the same trained network again and again, units silenced at random.

Srivastava et al. 2014. Nothing is trained here: the weights are a pretrained network's, only the rate of its dropout layers is
another. Written out with numpy, so that a page which draws waits for no torch; a seed silences the units that the layer of
core/training/models/layers.py would (the tests compare them), and no run beside is disturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import RandomState

from core.datasets import arrays
from core.datasets import files as dataset_files
from core.datasets.arrays import Arrays
from core.datasets.formats import Labels
from core.datasets.splits import split_labels
from core.explain import activations
from core.explain.walkthrough import ACTIVATIONS
from core.images.decoding import Bytes
from core.inference.plain_network import Floats, PlainNetwork
from core.vocabulary.errors import LabError
from core.vocabulary.layers import Dense, Drop

Rows = list[dict[str, Any]]
Flags = npt.NDArray[np.bool_]
NETWORKS = ("fashion-arc3-paper", "digits")
"""Pretrained networks with dropout behind their last hidden layer; the first that is here with its data is shown."""
TIMES = 10
"""How often an image passes where each pass is drawn."""
LONG = 100
"""How often it passes where only the mean of the passes is followed."""
COUNTED = 1_000
"""Images that an accuracy is counted on; training counts its own on as many."""
LEVELS = 65_536
"""A value is silenced where a random number of 16 bits is below the rate; so exact is the rate."""


@dataclass(frozen=True, slots=True, eq=False)
class DropoutSubject:
    """A pretrained network and what it can be shown: images uint8 (N, C, H, W), labels int64 (N,)."""

    network: PlainNetwork = field(repr=False)
    test: tuple[Bytes, Labels] = field(repr=False)
    """The first of the official test part."""
    train: Callable[[], tuple[Bytes, Labels]] = field(repr=False)
    """Some that it was trained on; to find them out its split is drawn again."""

    def image(self, label: int) -> Bytes:
        """uint8 (C, H, W): the first test image of a class."""
        images, labels = self.test
        found: Bytes = images[np.flatnonzero(labels == label)[0]]
        return found

    def hardest(self) -> int:
        """The class of whose `image` the network is least sure, dropout off: there the passes differ most."""
        row = _dropout_rows(self.network)[-1]
        images = [self.image(label) for label in range(len(self.network.classes))]
        arriving = np.stack([_arriving(self.network, row, image.tobytes()) for image in images])
        return int(_softmax(_behind(self.network, row, arriving)).diagonal().argmin())


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """One image, sent through one dropout layer several times."""

    plain: Floats
    """(units,): what arrives at the layer, which in evaluation mode leaves it as it came."""
    silenced: Flags
    """(times, units)."""
    sent_on: Floats
    """(times, units): 0 where silenced, `plain` / (1 - rate) elsewhere."""
    answers: Floats
    """(times + 1, classes): the network's probabilities after each pass; the last row in evaluation mode."""

    @property
    def mean(self) -> Floats:
        """(units,): what was sent on, on average over the passes."""
        found: Floats = self.sent_on.mean(0)
        return found


@lru_cache(maxsize=8)
def subject(data: Path, folder: Path, names: tuple[str, ...] = NETWORKS) -> DropoutSubject:
    """The first of the pretrained networks `names` whose weights and data are here. LabError where there is none."""
    for name in names:
        if (folder / f"{name}.safetensors").exists():
            network = PlainNetwork.load(name, folder)
            if dataset_files.state(network.recipe.dataset, data).present:
                return _with_images(network, arrays.read(network.recipe.dataset, data))
    raise LabError(f"none of the networks {', '.join(names)} is in {folder}; python -m core pretrain makes them")


def _with_images(network: PlainNetwork, found: Arrays) -> DropoutSubject:
    recipe, part = network.recipe, slice(found.train_size, found.train_size + COUNTED)

    def train() -> tuple[Bytes, Labels]:
        labels = found.labels[: found.train_size]
        chosen, _ = split_labels(labels, recipe.split, validation=recipe.validation, seed=recipe.split_seed, train_limit=recipe.train_limit)
        return found.images[chosen[:COUNTED]], labels[chosen[:COUNTED]]

    return DropoutSubject(network, (found.images[part], found.labels[part]), train)


def passes(network: PlainNetwork, image: Bytes, rate: float, seed: int, times: int = TIMES) -> Passes:
    """Sends `image`, uint8 (C, H, W), `times` times through the network's last dropout layer alone, at `rate`, 0 to below 1."""
    row = _dropout_rows(network)[-1]
    plain = _arriving(network, row, image.tobytes())
    kept = _kept((times, len(plain)), rate, RandomState(seed))
    sent_on = plain * _factors(kept, rate)
    answers = _softmax(_behind(network, row + 1, np.concatenate([sent_on, plain[None]])))
    return Passes(plain, ~kept, sent_on, answers)


def convergence(network: PlainNetwork, image: Bytes, rate: float, seed: int, times: int = LONG) -> Rows:
    """`passes`, `measured`, `expected`: how far the mean of the first passes is from evaluation mode.

    Root of the mean square over the units, as a share of the activations' own. Each pass is right on average and
    has the variance a^2 p / (1 - p) for a unit of activation a, so that the mean of k passes is off by
    sqrt(p / (1 - p) / k). 0 where every unit is 0.
    """
    found = passes(network, image, rate, seed, times)
    counts = np.arange(1, times + 1)
    plain = found.plain.astype(np.float64)
    means = found.sent_on.astype(np.float64).cumsum(0) / counts[:, None]
    size = float(np.sqrt(np.square(plain).mean())) or 1.0
    off = np.sqrt(np.square(means - plain).mean(1)) / size
    expected = np.sqrt(rate / (1 - rate) / counts)
    rows = zip(counts.tolist(), off.tolist(), expected.tolist(), strict=True)
    return [{"passes": count, "measured": measured, "expected": chance} for count, measured, chance in rows]


def train_and_eval_accuracy(subject: DropoutSubject, rates: Sequence[float], seed: int, times: int = TIMES) -> Rows:
    """A row a rate: accuracy of the same weights on the same training images, every dropout layer off, then on.

    `on` is the mean of `times` passes, `on_spread` their standard deviation; `test` is the test part's, off. LabError for a
    network with other layers than dense ones behind its first dropout layer.
    """
    network = subject.network
    first = _dropout_rows(network)[0]
    (train, truth), (test, test_truth) = ((_features(network, first, images), labels) for images, labels in (subject.train(), subject.test))
    off, test_off = _accuracy(_behind(network, first, train), truth), _accuracy(_behind(network, first, test), test_truth)
    rows = []
    for rate in rates:
        draw = RandomState(seed)
        on = [_accuracy(_behind(network, first, train, rate, draw), truth) for _ in range(times)]
        rows.append({"rate": rate, "on": mean(on), "on_spread": stdev(on), "off": off, "test": test_off})
    return rows


# --- the arithmetic -------------------------------------------------------------------------------------------------


def _dropout_rows(network: PlainNetwork) -> list[int]:
    """The numbers of its dropout layers among the network's steps."""
    return [row for row, step in enumerate(network.steps) if isinstance(step, Drop)]


@lru_cache(maxsize=64)
def _arriving(network: PlainNetwork, row: int, pixels: bytes) -> Floats:
    """(units,): what of an image, uint8 (C, H, W) as bytes, arrives at the layer `row`; drawn again and again it is computed once."""
    found: Floats = _features(network, row, np.frombuffer(pixels, np.uint8).reshape(1, *network.shape))[0]
    return found


def _features(network: PlainNetwork, row: int, images: Bytes) -> Floats:
    """Images uint8 (N, C, H, W) -> (N, units): what arrives at the layer `row`, dropout off."""

    def one(image: Bytes) -> Floats:
        stages = activations.forward_pass(network, image).stages
        found: Floats = [stage for stage in stages if stage.row < row][-1].outputs.ravel()
        return found

    return np.stack([one(image) for image in images])


def _behind(network: PlainNetwork, row: int, values: Floats, rate: float = 0.0, draw: RandomState | None = None) -> Floats:
    """(N, units) that arrive at the layer `row` -> scores (N, classes). `draw`: every dropout layer is on, at `rate`; None: off."""
    parameters = iter(network.parameters[sum(layer.parameters > 0 for layer in network.table[:row]) :])
    for step, layer in zip(network.steps[row:], network.table[row:], strict=True):
        if isinstance(step, Dense):
            weights, biases = next(parameters)
            values = ACTIVATIONS[layer.activation or "none"](values @ weights.T + biases)
        elif not isinstance(step, Drop):
            raise LabError(f"{network.name} has {layer.name} behind a dropout layer; expected dense layers alone")
        elif draw is not None:
            values = values * _factors(_kept(values.shape, rate, draw), rate)
    return values


def _kept(shape: tuple[int, ...], rate: float, draw: RandomState) -> Flags:
    """Which values a draw lets through: four share 64 random bits, of which the upper half is drawn first. Rate 0 draws nothing."""
    if rate == 0:
        return np.ones(shape, np.bool_)
    size = int(np.prod(shape))
    halves = draw.randint(0, 2**32, (-(-size // 4), 2), np.uint32)
    numbers = np.ascontiguousarray(halves[:, ::-1]).view(np.int16).ravel()[:size]
    kept: Flags = numbers >= round(rate * LEVELS) - LEVELS // 2
    return kept.reshape(shape)


def _factors(kept: Flags, rate: float) -> Floats:
    """What each value is multiplied by: 0 where it is silenced, 1 / (1 - rate) elsewhere."""
    return kept * np.float32(1 / (1 - rate))


def _softmax(scores: Floats) -> Floats:
    """Scores (..., classes) -> probabilities."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    found: Floats = powers / powers.sum(-1, keepdims=True)
    return found


def _accuracy(scores: Floats, labels: Labels) -> float:
    """The share of the scores (N, classes) whose largest is that of the label (N,)."""
    return float((scores.argmax(1) == labels).mean())
