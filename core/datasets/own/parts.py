"""Which images of a set of one's own are trained on and which test: at random, by author, or as they were handed in.

By author nobody's images lie in both parts, as in scikit-learn's GroupShuffleSplit, whose draw this is; it is made here with
numpy alone, for the server closes collections and does not import scikit-learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.datasets.own.records import Contribution
from core.vocabulary.errors import LabError

TEST = 0.2
"""The share of the images, or of the authors, that test."""
SEEDS = 200
"""So many draws of authors are tried until each class has images in both parts."""

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Disjoint, ascending indices that hold every image once."""

    train: Indices
    test: Indices
    seed: int
    """Of the draw; 0 where none is made."""


def split(method: str, images: Sequence[Contribution], classes: Sequence[str], seed: int = 0, test: float = TEST) -> Parts:
    """The parts of some images by one of core.vocabulary.sources.SPLITS.

    `test` is the share that tests, above 0 and below 1. LabError, in words, where a class would be missing in a part.
    """
    labels = np.array([image.label for image in images], np.int64)
    _check_counts(labels, classes)
    if not 0 < test < 1:
        raise LabError(f"the share of test images is {test}; expected more than 0 and less than 1")
    if method == "random":
        return _random(labels, len(classes), seed, test)
    if method == "author":
        return by_author(labels, [image.author for image in images], classes, seed, test)
    return _given(labels, images, classes)


def _check_counts(labels: Indices, classes: Sequence[str]) -> None:
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() < 2:
        rarest = int(counts.argmin())
        raise LabError(f"the class {classes[rarest]} has {_pictures(int(counts[rarest]))}; expected at least 2, one to learn from and one to test")


def _pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"


def _random(labels: Indices, classes: int, seed: int, test: float) -> Parts:
    """Of each class the share `test`, rounded, at least one and not all."""
    draw, chosen = np.random.RandomState(seed), []
    for label in range(classes):
        members = np.flatnonzero(labels == label)
        count = min(max(1, round(test * len(members))), len(members) - 1)
        chosen.append(draw.permutation(members)[:count])
    return _parts(np.concatenate(chosen), len(labels), seed)


def by_author(labels: Indices, authors: Sequence[str], classes: Sequence[str], seed: int = 0, test: float = TEST) -> Parts:
    """GroupShuffleSplit(test_size=`test`, random_state=s) with the first s from `seed` on by which no class is missing.

    `labels` int64 (N,), `authors` N pseudonyms. LabError with fewer than two authors, an image of nobody, and where no draw of
    SEEDS has each class in both parts.
    """
    if "" in authors:
        raise LabError(f"{_pictures(list(authors).count(''))} without an author; the split by author needs one for each")
    groups, group_of = np.unique(np.array(authors), return_inverse=True)
    if len(groups) < 2:
        raise LabError("one author made all pictures; the split by author needs two")
    count = min(math.ceil(test * len(groups)), len(groups) - 1)
    for tried in range(seed, seed + SEEDS):
        chosen = np.random.RandomState(tried).permutation(len(groups))[:count]
        found = _parts(np.flatnonzero(np.isin(group_of, chosen)), len(labels), tried)
        if all(len(np.unique(labels[part])) == len(classes) for part in (found.train, found.test)):
            return found
    raise LabError("no choice of authors leaves pictures of each class to learn from and to test; expected several authors for each class")


def _given(labels: Indices, images: Sequence[Contribution], classes: Sequence[str]) -> Parts:
    places = np.array([image.part for image in images])
    if nowhere := int((places == "").sum()):
        raise LabError(f"{_pictures(nowhere)} without a part; expected train/ and test/ above the classes")
    found = _parts(np.flatnonzero(places == "test"), len(labels), 0)
    for part, what in ((found.train, "train"), (found.test, "test")):
        missing = sorted(set(range(len(classes))) - set(labels[part].tolist()))
        if missing:
            raise LabError(f"{what}/ has no picture of the class {classes[missing[0]]}; expected some of each class in both parts")
    return found


def _parts(test: Indices, count: int, seed: int) -> Parts:
    return Parts(np.setdiff1d(np.arange(count), test), np.sort(test), seed)
