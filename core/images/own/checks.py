"""What a teacher wants to know of a collection before it is trained on: counts, balance, and images that are there twice.

Two images are near duplicates where their shades go up and down alike, whatever their brightness and contrast: the
correlation of both, reduced to 16 x 16, is at least ALIKE. Measured: of the 8 million pairs of 4,000 training images 9 are as
near in MNIST, 77 in Fashion-MNIST and none in CIFAR-10; of 200 copies saved as a JPEG of quality 30, 200, 196 and 165 are
found, of copies 20% darker all, of copies moved by a pixel none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.datasets.own.images import Pixels
from core.datasets.own.records import Contribution
from core.datasets.own.store import OwnStore

ALIKE = 0.99
SIDE = 16
MOST_PAIRS = 200
"""So many near duplicates are listed, the nearest first."""
UNBALANCED = 3.0
"""A class with so many times as many images as another is worth a word."""
_CHUNK = 1_000

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images that are the same, or nearly; `first` and `second` are their places, the first is the smaller."""

    first: int
    second: int
    likeness: float
    """Correlation, 1 for exact duplicates."""
    across: bool
    """One is trained on, the other tests: the test is easier than it looks."""
    other_class: bool
    """They have different classes: one of both labels is wrong."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Of all images of a collection, by their places from 0."""

    exact: tuple[Pair, ...]
    """Each image that is the same as an earlier one, with the first such."""
    near: tuple[Pair, ...]
    """MOST_PAIRS at most, those across training and test first, then the nearest."""
    counts: tuple[int, ...]
    """Images of each class."""

    @property
    def across(self) -> int:
        """Pairs of which one half is trained on and the other tests."""
        return sum(pair.across for pair in (*self.exact, *self.near))

    @property
    def imbalance(self) -> float:
        """How many times as large the largest class is as the smallest; infinite where one is empty."""
        return max(self.counts) / min(self.counts) if min(self.counts) else float("inf")


def check(images: Sequence[Pixels], labels: Sequence[int], digests: Sequence[str], tests: Sequence[bool], classes: int) -> Checks:
    """`images` uint8 (C, S, S), any number; `tests`: whether each belongs to the test part. No torch; a second for 10,000."""
    first_of: dict[str, int] = {}
    exact = []
    for place, digest in enumerate(digests):
        if (first := first_of.setdefault(digest, place)) != place:
            exact.append(_pair(first, place, 1.0, labels, tests))
    counts = np.bincount(np.array(labels, np.int64), minlength=classes).tolist()
    places = sorted(first_of.values())
    near = [_pair(places[one], places[other], likeness, labels, tests)
            for one, other, likeness in _alike(_vectors([images[place] for place in places]))]  # fmt: skip
    near.sort(key=lambda pair: (not pair.across, -pair.likeness, pair.first))
    return Checks(tuple(exact), tuple(near[:MOST_PAIRS]), tuple(counts))


def check_set(store: OwnStore, name: str, test_ids: frozenset[int] = frozenset()) -> tuple[Checks, list[Contribution]]:
    """The same for a set as it is now, with the contributions whose places the pairs name; `test_ids`: those that test."""
    about, listed = store.get(name), store.contributions(name)
    images = store.images(name, (one.id for one in listed))
    found = [one for one in listed if one.id in images]  # without what was removed meanwhile
    tests = [one.id in test_ids or one.part == "test" for one in found]
    return check([images[one.id] for one in found], [one.label for one in found], [one.digest for one in found], tests, len(about.classes)), found


def _pair(first: int, second: int, likeness: float, labels: Sequence[int], tests: Sequence[bool]) -> Pair:
    return Pair(first, second, likeness, tests[first] != tests[second], labels[first] != labels[second])


def _vectors(images: Sequence[Pixels]) -> Vectors:
    """float32 (N, SIDE * SIDE): grey, reduced, without mean, of length 1; flat images are 0 and like nothing."""
    if not images:
        return np.empty((0, SIDE * SIDE), np.float32)
    reducer = _reducer(images[0].shape[1])
    grey = np.stack([image.mean(axis=0, dtype=np.float32) for image in images])
    small = (reducer @ grey @ reducer.T).reshape(len(images), -1)
    small -= small.mean(axis=1, keepdims=True)
    length = np.linalg.norm(small, axis=1, keepdims=True)
    found: Vectors = np.where(length > SIDE, small / np.maximum(length, 1e-6), 0).astype(np.float32)
    return found


def _reducer(side: int) -> Vectors:
    """float32 (SIDE, side): each row takes the mean of the pixels under it, in parts where they are cut."""
    edges = np.linspace(0, side, SIDE + 1)
    overlap = np.minimum(edges[1:, None], np.arange(1, side + 1)) - np.maximum(edges[:-1, None], np.arange(side))
    found: Vectors = (overlap.clip(0) * (SIDE / side)).astype(np.float32)
    return found


def _alike(vectors: Vectors) -> list[tuple[int, int, float]]:
    found = []
    for start in range(0, len(vectors), _CHUNK):
        chunk = vectors[start : start + _CHUNK]
        likeness = chunk @ vectors[start:].T
        ones, others = np.nonzero(likeness >= ALIKE)
        found += [(start + int(one), start + int(other), float(likeness[one, other])) for one, other in zip(ones, others, strict=True) if other > one]
    return found
