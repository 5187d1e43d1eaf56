"""Ten official test images of CIFAR-10 that come with the app, and what three networks say to each at seven sizes. Torch-free.

One PNG under pretrained/ holds the images beside each other, and in a text chunk which they are and every answer, so
that the first page is a game at once, without the data set, without a network and without torch. Which images these are
follows from a rule (core/inference/showcase.py). CIFAR-10: Krizhevsky 2009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.images.decoding import Bytes
from core.pretrained.test_images import damaged, read_sheet, write_sheet
from core.vocabulary.sources import source_of

NAME = "showcase"
"""Of the step of `python -m core pretrain` that makes the file."""
DATASET = "cifar10"
FILE = f"{DATASET}-{NAME}.png"
CLASSES = source_of(DATASET).classes
SIDES = (4, 6, 8, 12, 16, 24, 32)
"""The sides in pixels at which the networks answered, the last one the original."""
ACROSS = 5
"""Images in a row of the file."""
Answers = Mapping[str, tuple[tuple[tuple[int, int], ...], ...]]
"""Protocol -> for each image, for each of SIDES: the class by number, and its probability in percent."""


@dataclass(frozen=True, slots=True, eq=False)
class Showcase:
    """The images and the answers."""

    indices: tuple[int, ...]
    """Each image's place in the official test set."""
    labels: tuple[int, ...]
    images: Bytes
    """uint8 (N, 32, 32, 3)."""
    answers: Answers
    networks: Mapping[str, tuple[str, ...]]
    """Protocol -> for each of SIDES: the network that answered."""
    trained_at: tuple[int, ...]
    """For each of SIDES: the side that the network of `tvtv` was trained at, the nearest of those that exist."""
    weights: Mapping[str, str]
    """Network -> the SHA-256 of its weights, by which it is known whether the answers are still theirs."""


def read(folder: Path) -> Showcase | None:
    """What the file in the folder holds; None where there is none. LabError when it is damaged."""
    path = folder / FILE
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Showcase:
    images, about = read_sheet(path, SIDES[-1])
    try:
        return _of(images, about)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, error) from error


def _of(images: Bytes, about: dict[str, Any]) -> Showcase:
    labels = tuple(map(int, about["labels"]))
    answers = {protocol: tuple(tuple((int(label), int(percent)) for label, percent in row) for row in rows)
               for protocol, rows in about["answers"].items()}  # fmt: skip
    for protocol, rows in answers.items():
        if len(rows) != len(labels) or any(len(row) != len(SIDES) for row in rows):
            raise ValueError(f"{protocol} does not answer to {len(labels)} pictures at {len(SIDES)} sizes")
        if any(not 0 <= label < len(CLASSES) or not 0 <= percent <= 100 for row in rows for label, percent in row):
            raise ValueError(f"{protocol} answers what is no class or no share")
    if len(images) < len(labels) or len(about["trained_at"]) != len(SIDES):
        raise ValueError(f"{len(images)} pictures for {len(labels)} classes")
    networks = {protocol: tuple(map(str, names)) for protocol, names in about["networks"].items()}
    return Showcase(tuple(map(int, about["indices"])), labels, images[: len(labels)], answers, networks,
                    tuple(map(int, about["trained_at"])), dict(about["weights"]))  # fmt: skip


def write(folder: Path, showcase: Showcase) -> None:
    """Makes the file, whole or not at all."""
    about = {
        "indices": showcase.indices, "labels": showcase.labels, "answers": showcase.answers, "networks": showcase.networks,
        "trained_at": showcase.trained_at, "weights": showcase.weights,
    }  # fmt: skip
    write_sheet(folder / FILE, showcase.images, ACROSS, about)
