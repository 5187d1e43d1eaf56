"""Dropout made visible: the same image through the same trained network again and again, units silenced at random.

Srivastava et al. 2014. Nothing is trained here: the weights are a pretrained network's, only its dropout layers are
replaced by fresh ones of another rate that draw from a generator of their own, so that no run beside is disturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Tensor, nn

from core.datasets import arrays, loading
from core.datasets import files as dataset_files
from core.datasets.arrays import Arrays
from core.datasets.splits import split
from core.inference.classifier import Classifier
from core.training.models.inputs import normalise
from core.training.models.layers import Dropout
from core.vocabulary.errors import LabError

Rows = list[dict[str, Any]]
NETWORKS = ("fashion-arc3-paper", "digits")
"""Pretrained networks with dropout behind their last hidden layer; the first that is here with its data is shown."""
TIMES = 10
"""How often an image passes where each pass is drawn."""
LONG = 100
"""How often it passes where only the mean of the passes is followed."""
COUNTED = 1_000
"""Images that an accuracy is counted on; training counts its own on as many."""


@dataclass(frozen=True, slots=True, eq=False)
class DropoutSubject:
    """A pretrained network and what it can be shown: images uint8 (N, C, H, W), labels int64 (N,)."""

    name: str
    dataset: str
    classes: tuple[str, ...]
    network: nn.Sequential = field(repr=False)
    test: tuple[Tensor, Tensor] = field(repr=False)
    """The first of the official test part."""
    train: Callable[[], tuple[Tensor, Tensor]] = field(repr=False)
    """Some that it was trained on; to find them out its split is drawn again, for which scikit-learn is imported."""

    def image(self, label: int) -> Tensor:
        """uint8 (C, H, W): the first test image of a class."""
        images, labels = self.test
        return images[int((labels == label).nonzero()[0])]

    def hardest(self) -> int:
        """The class of whose `image` the network is least sure, dropout off: there the passes differ most."""
        shown = torch.stack([self.image(label) for label in range(len(self.classes))])
        with _eval_mode():
            chances = self.network(normalise(shown)).softmax(1).diagonal()
        return int(chances.argmin())


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """One image, sent through one dropout layer several times."""

    plain: Tensor
    """float32 (units,): what arrives at the layer, which in evaluation mode leaves it as it came."""
    silenced: Tensor
    """bool (times, units)."""
    sent_on: Tensor
    """float32 (times, units): 0 where silenced, `plain` / (1 - rate) elsewhere."""
    answers: Tensor
    """float32 (times + 1, classes): the network's probabilities after each pass; the last row in evaluation mode."""

    @property
    def mean(self) -> Tensor:
        """float32 (units,): what was sent on, on average over the passes."""
        return self.sent_on.mean(0)


@lru_cache(maxsize=8)
def subject(data: Path, folder: Path, names: tuple[str, ...] = NETWORKS) -> DropoutSubject:
    """The first of the pretrained networks `names` whose weights and data are here. LabError where there is none."""
    for name in names:
        if (folder / f"{name}.safetensors").exists():
            classifier = Classifier.load(name, folder)
            if dataset_files.state(classifier.recipe.dataset, data).present:
                return _with_images(name, classifier, arrays.read(classifier.recipe.dataset, data), data)
    raise LabError(f"none of the networks {', '.join(names)} is in {folder}; python -m core pretrain makes them")


def _with_images(name: str, classifier: Classifier, found: Arrays, data: Path) -> DropoutSubject:
    recipe, part = classifier.recipe, slice(found.train_size, found.train_size + COUNTED)

    def train() -> tuple[Tensor, Tensor]:
        whole = loading.load(recipe.dataset, data)
        parts = split(whole, recipe.split, validation=recipe.validation, seed=recipe.split_seed, train_limit=recipe.train_limit)
        return whole.images[parts.train[:COUNTED]], whole.labels[parts.train[:COUNTED]]

    test = torch.from_numpy(found.images[part]), torch.from_numpy(found.labels[part])
    return DropoutSubject(name, recipe.dataset, classifier.classes, classifier.network, test, train)


def passes(network: nn.Sequential, image: Tensor, rate: float, seed: int, times: int = TIMES) -> Passes:
    """Sends `image`, uint8 (C, H, W), `times` times through the network's last dropout layer alone, at `rate`."""
    place = max(place for place, module in enumerate(network) if isinstance(module, nn.Dropout))
    layer = _layer(rate, torch.Generator().manual_seed(seed))
    with _eval_mode():
        plain = network[:place](normalise(image[None]))[0]
        sent_on = layer(plain.expand(times, -1).contiguous())
        kept = layer_mask(plain.shape[0], rate, seed, times)
        answers = network[place + 1 :](torch.cat([sent_on, plain[None]])).softmax(1)
    return Passes(plain, ~kept, sent_on, answers)


def layer_mask(units: int, rate: float, seed: int, times: int) -> Tensor:
    """bool (times, units): which units the same draw lets through. Told from ones: a unit may be 0 of its own."""
    drawn: Tensor = _layer(rate, torch.Generator().manual_seed(seed))(torch.ones(times, units)) > 0
    return drawn


def convergence(network: nn.Sequential, image: Tensor, rate: float, seed: int, times: int = LONG) -> Rows:
    """`passes`, `measured`, `expected`: how far the mean of the first passes is from evaluation mode.

    Root of the mean square over the units, as a share of the activations' own. Each pass is right on average and
    has the variance a^2 p / (1 - p) for a unit of activation a, so that the mean of k passes is off by
    sqrt(p / (1 - p) / k). 0 where every unit is 0.
    """
    seen = passes(network, image, rate, seed, times)
    counts = torch.arange(1, times + 1)
    means = seen.sent_on.double().cumsum(0) / counts[:, None]
    size = float(seen.plain.double().square().mean().sqrt()) or 1.0
    off = (means - seen.plain.double()).square().mean(1).sqrt() / size
    expected = (rate / (1 - rate) / counts.double()).sqrt()
    rows = zip(counts.tolist(), off.tolist(), expected.tolist(), strict=True)
    return [{"passes": count, "measured": measured, "expected": chance} for count, measured, chance in rows]


def train_and_eval_accuracy(subject: DropoutSubject, rates: Sequence[float], seed: int, times: int = TIMES) -> Rows:
    """A row a rate: accuracy of the same weights on the same training images, every dropout layer off, then on.

    `on` is the mean of `times` passes, `on_spread` their standard deviation; `test` is the test part's, off.
    """
    network = subject.network
    first = min(place for place, module in enumerate(network) if isinstance(module, nn.Dropout))
    before, behind = network[:first], network[first:]
    train, test = (_features(before, part) for part in (subject.train(), subject.test))
    rows = []
    for rate in rates:
        layer = _layer(rate, torch.Generator().manual_seed(seed))
        noisy = nn.Sequential(*(layer if isinstance(module, nn.Dropout) else module for module in behind))
        on = [accuracy(noisy, train) for _ in range(times)]
        rows.append({"rate": rate, "on": mean(on), "on_spread": stdev(on), "off": accuracy(behind, train), "test": accuracy(behind, test)})
    return rows


def _features(network: nn.Module, part: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """What leaves the first layers, once for all passes."""
    images, labels = part
    with _eval_mode():
        return network(normalise(images)), labels


def accuracy(network: nn.Module, part: tuple[Tensor, Tensor]) -> float:
    """The share of inputs (N, ...) with labels (N,) that the network answers rightly, its modes as they are."""
    inputs, labels = part
    with _eval_mode():
        return int((network(inputs).argmax(1) == labels).sum()) / len(labels)


def _layer(rate: float, generator: torch.Generator) -> Dropout:
    """A dropout layer that is on, and stays on inside a network in evaluation mode."""
    layer = Dropout(rate).train()
    layer.generator = generator
    return layer


@contextmanager
def _eval_mode() -> Iterator[None]:
    """Without gradients and on one thread: beside trainings, sharing such small work costs more than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(threads)
