"""Images of a data set or one's own, made smaller and restored, as numpy arrays. torch is imported where it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.images.decoding import Bytes
from core.images.preprocessing import prepare
from core.vocabulary.recipe import SIDES


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The same images at one side, and as a network gets them."""

    side: int
    reduced: Bytes
    """uint8 (N, C, side, side)."""
    restored: Bytes
    """uint8 (N, C, S, S)."""


def of_dataset(name: str, folder: Path, first: int, count: int) -> tuple[Bytes, list[str]]:
    """uint8 (count, C, S, S) from image `first` of the data set on, counted from 0, and their classes.

    The training part comes first. Fewer images at the end of the set; LabError where it is missing or damaged.
    """
    from core.datasets import loading

    data = loading.load(name, folder)
    chosen = slice(first, first + count)
    return data.images[chosen].numpy(), [data.classes[label] for label in data.labels[chosen].tolist()]


def fit_upload(image: Bytes, dataset: str) -> Bytes:
    """uint8 (C, H, W), any size -> (1, C, S, S) in the form of a data set (core/images/preprocessing.py)."""
    channels, side = 3 if dataset == "cifar10" else 1, SIDES[dataset]
    return prepare(image.transpose(1, 2, 0), dataset, (channels, side, side)).seen


def pairs(images: Bytes, sides: Sequence[int], filter: str) -> list[Pair]:
    """uint8 (N, C, S, S) at each of the sides."""
    import torch

    from core.images import resampling

    tensor, size = torch.from_numpy(images), images.shape[-1]
    reduced = {side: resampling.reduce(tensor, side, filter) for side in sides}
    return [Pair(side, small.numpy(), resampling.restore(small, size, filter).numpy()) for side, small in reduced.items()]
