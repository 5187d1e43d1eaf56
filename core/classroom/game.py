"""The game "What is it?": test images that grow from 4x4 to all their pixels, and what the study's networks say to them.

The images are CIFAR-10's official test images, so no network has been trained on them. A round is a seed: everybody who
plays it gets the same images. Where the data set is not there, those that come with the app are played.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.datasets import arrays
from core.images.decoding import Bytes
from core.images.quality import Pair, pairs
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import ProtocolAnswer, cells, nearest
from core.pretrained.cards import Card
from core.pretrained.outputs import drawn
from core.pretrained.showcase import Showcase
from core.studies.resolution import FILTER, PROTOCOLS
from core.studies.resolution import SIDES as OWN_SIDES
from core.studies.resolution import cells as study_cells
from core.vocabulary import metrics
from core.vocabulary.records import Matrix
from core.vocabulary.sources import source_of

DATASET = "cifar10"
CLASSES = source_of(DATASET).classes
SIDES = (4, 6, 8, 12, 16, 24, 32)
"""The sides in pixels at which it is asked what the image is."""
IMAGES = 5
"""Of a round."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """An image of the game."""

    index: int
    """Its place in the test set, from 0."""
    label: int
    image: Bytes
    """uint8 (C, S, S)."""
    views: dict[int, Pair]
    """By side: reduced and restored by the study's filter, one image each."""


def indices(seed: int, kept: Showcase | None = None) -> list[int]:
    """The places in the test set of a round's images, drawn at random; the same for a seed. `kept`: of these alone."""
    if kept is None:
        return drawn(seed, source_of(DATASET).test, IMAGES)
    return [kept.indices[place] for place in drawn(seed, len(kept.indices), IMAGES)]


@lru_cache(maxsize=256)
def task(index: int, data: Path) -> Task:
    """The test image with this index. LabError where the data set is missing or damaged."""
    found = arrays.read(DATASET, data)
    place = found.train_size + index
    return _task(index, int(found.labels[place]), found.images[place])


@lru_cache(maxsize=16)
def kept_task(index: int, kept: Showcase) -> Task:
    """The same of an image that comes with the app."""
    place = kept.indices.index(index)
    return _task(index, kept.labels[place], kept.images[place].transpose(2, 0, 1))


def _task(index: int, label: int, image: Bytes) -> Task:
    return Task(index, label, image, {pair.side: pair for pair in pairs(image[None], SIDES, FILTER)})


def answers(asked: Task, registry: ModelRegistry) -> tuple[ProtocolAnswer, ...]:
    """What TOTV, TVTV of the nearest side, and mixed say to the image at each side; computed once for the same weights."""
    weights = tuple(sorted((file.name, file.stat().st_mtime_ns) for file in registry.folder.glob(f"{DATASET}*.safetensors")))
    return _answers(asked, registry, weights)


@lru_cache(maxsize=256)
def _answers(asked: Task, registry: ModelRegistry, weights: tuple[tuple[str, int], ...]) -> tuple[ProtocolAnswer, ...]:
    return tuple(cells(asked.image[None], DATASET, SIDES, FILTER, registry.get))


# --- the networks beside the class, from their cards ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tested:
    """How a protocol's network did at one side, on the whole test set."""

    protocol: str
    side: int
    run: str
    confusion: Matrix

    @property
    def accuracy(self) -> float:
        """On the whole test set, 0 to 1."""
        return metrics.accuracy(self.confusion)


def tested(cards: Mapping[str, Card]) -> list[Tested]:
    """Each protocol at the game's sides, where its card was evaluated; TVTV only at its networks' own sides."""
    found = []
    for protocol in PROTOCOLS:
        for side in SIDES:
            card = study_cells(cards).answering(DATASET, protocol, nearest(DATASET, side)).card
            matrix = card.matrix(side, FILTER) if card else None
            if card and matrix:
                found.append(Tested(protocol, side, card.name, matrix))
    return found


def absent(cards: Mapping[str, Card]) -> list[str]:
    """The runs that the game's networks still wait for."""
    wanted = [study_cells(cards).answering(DATASET, protocol, side) for protocol in PROTOCOLS for side in OWN_SIDES[DATASET]]
    return list(dict.fromkeys(cell.run for cell in wanted if cell.card is None))
