"""An image -> the pixels that the network sees -> probabilities. torch is imported where it is needed.

A classifier computes as the studies test: in the recipe's precision, on one thread, one image at a time, so that it
says about a test image what the study counted, and the same in the browser, over HTTP and on the command line.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.images.decoding import Bytes, ImageLike
from core.images.preprocessing import AUTO, Prepared, Shape, Steps, prepare
from core.inference import out_of_distribution as trust
from core.inference.kept_epoch import KeptEpoch
from core.inference.out_of_distribution import EnergyThreshold
from core.inference.plain_network import weights_in
from core.pretrained.cards import read_card
from core.runs.store import StoredRun
from core.vocabulary import html
from core.vocabulary.errors import Damaged, LabError
from core.vocabulary.recipe import FILTERS, Recipe
from core.vocabulary.records import Facts

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Sequential

Floats = npt.NDArray[np.float32]
SMALLEST = 4
"""The smallest side in pixels at which an image is looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says about one image, and what it saw of it."""

    top: list[tuple[str, float]]
    """(label, probability 0 to 1), the most probable first."""
    resolution: int
    filter: str
    prepared: Prepared
    seen: Bytes
    """uint8 (C, H, W): the image as it entered the network, reduced and restored."""
    known: bool | None
    """False: none of the classes deserves trust. None: nobody has set a threshold for this network."""
    network: str
    dataset: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what the command line prints and the API answers."""
        return {
            "top": [{"label": label, "probability": probability} for label, probability in self.top],
            "resolution": self.resolution,
            "filter": self.filter,
            "network": self.network,
            "dataset": self.dataset,
            "known": self.known,
        }

    def _repr_html_(self) -> str:
        """For Jupyter: the classes with their probabilities, the most probable first."""
        rows = [(label, html.percent(probability)) for label, probability in self.top]
        return html.table(("class", "probability"), rows, f"{self.network} at {self.resolution} × {self.resolution} pixels")


@dataclass(frozen=True, slots=True)
class Classifier:
    """A trained network, ready to answer. `load` and `of_run` make one."""

    name: str
    recipe: Recipe
    classes: tuple[str, ...]
    shape: Shape
    """(C, H, W) of what the network sees."""
    network: Sequential = field(repr=False)
    weights: bytes = field(repr=False)
    trust: EnergyThreshold | None = None

    @classmethod
    def load(cls, name: str, folder: Path) -> Classifier:
        """The network from NAME.safetensors and its card NAME.json. Raises LabError when either is missing or bad."""
        card = read_card(folder / f"{name}.json")
        made = _of_content(name, card.recipe, card.facts, *weights_in(folder / f"{name}.safetensors", "python -m core pretrain makes it"))
        return dataclasses.replace(made, trust=trust.read(name, made.weights, folder))

    @classmethod
    def of_run(cls, stored: StoredRun) -> Classifier:
        """The tested network of a finished run. LabError for a run that is not finished or whose weights are damaged."""
        if stored.status != "finished" or stored.weights is None:
            raise LabError(f"run {stored.run} is {stored.status}; only a finished run classifies")
        made = _of_content(stored.run, stored.recipe, stored.facts, *weights_in(stored.weights, "train the run again"))
        if hashlib.sha256(made.weights).hexdigest() != (stored.result and stored.result.sha256):
            raise Damaged(f"{stored.weights} is damaged (its hash is not the stored one); train the run again")
        return made

    @classmethod
    def of_epoch(cls, kept: KeptEpoch) -> Classifier:
        """The network as a run kept it after an epoch. It has no threshold: whether a class is trusted is not known.

        Damaged where the file is.
        """
        return _of_content(kept.name, kept.record.recipe, kept.record.facts, kept.content(), f"{kept.file} is damaged; choose another epoch")

    def classify(self, image: ImageLike, resolution: int | None = None, filter: str | None = None,
                 top: int | None = None, steps: Steps = AUTO) -> Answer:  # fmt: skip
        """The `top` most probable classes (None: all) of an image at `resolution` (None: all pixels).

        Raises LabError for values out of range and as `prepare`.
        """
        filter = filter or self.recipe.filter
        self.check(resolution, filter, top)
        prepared = prepare(image, self.recipe.dataset, self.shape, steps)
        seen = self.at(prepared.seen, resolution, filter)
        logits = self.logits(seen)
        known = self.trust.in_distribution(logits[0], resolution or self.shape[1], prepared.changed) if self.trust else None
        return Answer(self.ranked(softmax(logits)[0], top), resolution or self.shape[1], filter, prepared, seen[0],
                      known, self.name, self.recipe.dataset)  # fmt: skip

    def check(self, resolution: int | None, filter: str, top: int | None) -> None:
        """Raises LabError for a resolution, a filter or a number of classes that there is not."""
        side = self.shape[1]
        if top is not None and (not _whole(top) or not 1 <= top <= len(self.classes)):
            raise LabError(f"top is {top}; expected 1 to {len(self.classes)}, the number of classes")
        if resolution is not None and (not _whole(resolution) or not SMALLEST <= resolution <= side):
            raise LabError(f"resolution is {resolution}; expected a whole number from {SMALLEST} to {side} for {self.name}")
        if filter not in FILTERS:
            raise LabError(f"unknown filter {filter!r}; choose one of {', '.join(FILTERS)}")

    def at(self, images: Bytes, resolution: int | None, filter: str) -> Bytes:
        """uint8 (N, C, H, W) reduced to a side in pixels and restored (core/images/resampling.py)."""
        import torch

        from core.images.resampling import at_resolution

        side = resolution or self.shape[1]
        return at_resolution(torch.from_numpy(images), side, filter).numpy()

    def probabilities(self, images: Bytes) -> Floats:
        """uint8 (N, C, H, W) as the network sees them -> float32 (N, classes), each row summing to 1."""
        return softmax(self.logits(images))

    def logits(self, images: Bytes | Tensor) -> Floats:
        """uint8 (N, C, H, W) as the network sees them -> float32 (N, classes)."""
        import torch

        from core.training.models.inputs import autocast, batch_of

        torch.set_num_threads(1)  # of this thread: the same bits everywhere, and clients do not wait for each other
        tensor = torch.as_tensor(images)
        with torch.inference_mode(), autocast(self.recipe):
            chunks = [self.network(batch_of(part.permute(0, 2, 3, 1))).float() for part in torch.split(tensor, 500)]
        return torch.cat(chunks).numpy()

    def ranked(self, chances: Floats, top: int | None = None) -> list[tuple[str, float]]:
        """float32 (classes,) -> (label, probability), the most probable first; of equals the first class."""
        order = np.argsort(-chances, kind="stable")[:top]
        return [(self.classes[place], float(chances[place])) for place in order]


def softmax(logits: Floats) -> Floats:
    """float32 (N, classes) -> probabilities, as torch computes them."""
    import torch

    chances: Floats = torch.from_numpy(logits).softmax(1).numpy()
    return chances


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _of_content(name: str, recipe: Recipe, facts: Facts, weights: bytes, damaged: str) -> Classifier:
    """The network whose weights are the content of a safetensors file. Damaged, in this sentence, where it does not fit."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from core.training.models import networks

    (channels, height, width), classes = facts.shape, facts.classes
    shape = (channels, height, width)
    with torch.device("meta"):  # nothing is drawn: the random numbers of a training beside it stay its own
        network = networks.build(recipe.network, shape, len(classes))
    try:
        network.load_state_dict({key: tensor.float() for key, tensor in load(weights).items()}, assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise Damaged(damaged) from error
    network = network.requires_grad_(False).to(memory_format=torch.channels_last)
    return Classifier(name, _here(recipe), classes, shape, network.eval(), weights)


def _here(recipe: Recipe) -> Recipe:
    """The recipe as this processor computes it: single images are not worth the way to an accelerator."""
    precision = "bfloat16" if recipe.precision == "bfloat16" else "float32"
    return dataclasses.replace(recipe, device="cpu", precision=precision)
