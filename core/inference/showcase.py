"""Which test images are shown first, and what the three networks say to them: the rule, and the file that it fills.

The rule. Of the first `POOL` official test images those are open to it at which each of the three networks is right on
the original and, as the image gets smaller, goes wrong once and stays wrong. Of each class the one is taken at which the
networks disagree (not all right, not all wrong) at most sizes; of equal ones that at which the network trained on sharp
images is surest of its wrong answers; then the first. In this order they are shown too.

Networks: TOTV, the one trained on the originals; TVTV, the one trained at the size, and where none was, at the nearest;
mixed, the one trained at all sizes. They are those of the study that lie under pretrained/, whatever their recipe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.files import state
from core.images.decoding import Bytes
from core.inference.classifier import Classifier, softmax
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import nearest
from core.pretrained import showcase
from core.pretrained.showcase import DATASET, SIDES, Showcase
from core.studies.resolution import FILTER, PROTOCOLS, variants
from core.vocabulary.errors import LabError

POOL = 1000
CHUNK = 250
"""Images of one forward pass."""
SHARP = "totv"
"""The network trained on sharp images alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What the networks say to some images; arrays are (protocol, side, image) in the order of PROTOCOLS and SIDES."""

    label: NDArray[np.int64]
    """The most probable class by number."""
    share: NDArray[np.float64]
    """Its probability, 0 to 1."""


def renew(folder: Path, data: Path) -> bool:
    """Makes the file where its networks and the data set are here and it is missing, damaged or of other weights; True where it wrote it."""
    registry = ModelRegistry(folder)
    networks = {protocol: [_network(registry, protocol, side) for side in SIDES] for protocol in PROTOCOLS}
    if not state(DATASET, data).present or any(network is None for row in networks.values() for network in row):
        return False
    answering = {protocol: [network for network in row if network] for protocol, row in networks.items()}
    names = {network.name for row in answering.values() for network in row}
    weights = {name: hashlib.sha256((folder / f"{name}.safetensors").read_bytes()).hexdigest() for name in sorted(names)}
    try:
        present = showcase.read(folder)
    except LabError:
        present = None
    if present is not None and present.weights == weights:
        return False
    showcase.write(folder, make(answering, weights, data))
    return True


def make(networks: Mapping[str, Sequence[Classifier]], weights: Mapping[str, str], data: Path) -> Showcase:
    """The images by the rule, with the answers. `networks`: protocol -> the one that answers at each of SIDES."""
    from core.datasets import loading

    found = loading.load(DATASET, data)
    pool = slice(found.train_size, found.train_size + POOL)
    images, labels = found.images[pool].numpy(), found.labels[pool].numpy()
    said = ask(images, networks)
    chosen = choose(said, labels)
    answers = {protocol: tuple(tuple((int(said.label[row, side, index]), round(100 * said.share[row, side, index])) for side in range(len(SIDES)))
                               for index in chosen) for row, protocol in enumerate(PROTOCOLS)}  # fmt: skip
    return Showcase(
        tuple(chosen), tuple(int(labels[index]) for index in chosen), images[chosen].transpose(0, 2, 3, 1), answers,
        {protocol: tuple(network.name for network in row) for protocol, row in networks.items()},
        tuple(nearest(DATASET, side) for side in SIDES), weights,
    )  # fmt: skip


def ask(images: Bytes, networks: Mapping[str, Sequence[Classifier]]) -> Said:
    """The answers to uint8 (N, C, S, S) at every side."""
    import torch

    from core.images import resampling

    shares = np.zeros((len(PROTOCOLS), len(SIDES), len(images), len(showcase.CLASSES)))
    for column, side in enumerate(SIDES):
        restored = resampling.at_resolution(torch.from_numpy(images), side, FILTER).numpy()
        for row, protocol in enumerate(PROTOCOLS):
            network = networks[protocol][column]
            parts = [network.logits(restored[first : first + CHUNK]) for first in range(0, len(images), CHUNK)]
            shares[row, column] = softmax(np.concatenate(parts))
    return Said(shares.argmax(-1), shares.max(-1))


def choose(said: Said, labels: NDArray[np.int64]) -> list[int]:
    """The images by the rule, as indices in `labels`, best first; a class without an open image has none."""
    right = said.label == labels
    flips = (right[:, 1:] != right[:, :-1]).sum(1)
    is_open = (right[:, -1] & (flips <= 1)).all(0)
    disagreements = (right.any(0) & ~right.all(0)).sum(0)
    sharp = PROTOCOLS.index(SHARP)
    sure = np.where(right[sharp], 0.0, said.share[sharp]).sum(0)
    best: dict[int, int] = {}
    for index in sorted(np.flatnonzero(is_open).tolist(), key=lambda index: (-disagreements[index], -sure[index], index)):
        best.setdefault(int(labels[index]), index)
    return list(best.values())


def _network(registry: ModelRegistry, protocol: str, side: int) -> Classifier | None:
    """The study's network for a side: by the report's recipe, else by the fast one; None where neither is there."""
    for name in variants(DATASET, protocol, nearest(DATASET, side)):
        if (registry.folder / f"{name}.safetensors").exists():
            try:
                return registry.get(name)
            except LabError:
                continue  # weights without a card
    return None
