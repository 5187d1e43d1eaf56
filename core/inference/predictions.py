"""What a network answered to each image of a set, from a cell of a confusion matrix to the images in it. Torch-free.

Kept for the validation set of each epoch and for the test set as `round(255 p)`; for a run that comes with the app as
logits (core/pretrained/outputs.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
"""(n,): places in the set, the ones that the network was surest of first."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One row for each image of a set, in its order."""

    indices: NDArray[np.int64]
    """(N,): which image of the data set each is (core/datasets/loading.py)."""
    labels: NDArray[np.int64]
    """(N,): the truth."""
    probabilities: NDArray[np.float32]
    """(N, C): 0 to 1."""

    @classmethod
    def of_bytes(cls, indices: NDArray[Any], labels: NDArray[Any], kept: NDArray[np.uint8]) -> Predictions:
        """Of probabilities (N, C) that were kept as `round(255 p)`."""
        return cls(indices.astype(np.int64), labels.astype(np.int64), (kept / 255).astype(np.float32))

    @classmethod
    def of_logits(cls, indices: NDArray[Any], labels: NDArray[Any], logits: NDArray[Any]) -> Predictions:
        """Of logits (N, C)."""
        exact = logits.astype(np.float64)
        shares = np.exp(exact - exact.max(axis=1, keepdims=True))
        return cls(indices.astype(np.int64), labels.astype(np.int64), (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32))

    @property
    def answers(self) -> NDArray[np.int64]:
        """(N,): the class with the largest probability."""
        found: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return found

    def cell(self, truth: int, answer: int) -> Places:
        """The images of one class that were taken for another (or rightly for their own)."""
        return self._surest((self.labels == truth) & (self.answers == answer))

    def hits(self, label: int) -> Places:
        """Images of the class that were found."""
        return self.cell(label, label)

    def misses(self, label: int) -> Places:
        """Images of the class that were taken for others: what recall lacks."""
        return self._surest((self.labels == label) & (self.answers != label))

    def false_alarms(self, label: int) -> Places:
        """Images of other classes that were taken for it: what precision lacks."""
        return self._surest((self.labels != label) & (self.answers == label))

    def top(self, place: int, count: int = 3) -> list[tuple[int, float]]:
        """The classes with the largest probabilities of an image, each with its own, the largest first."""
        row = self.probabilities[place]
        return [(int(label), float(row[label])) for label in np.argsort(-row, kind="stable")[:count]]

    def _surest(self, chosen: NDArray[np.bool_]) -> Places:
        places = np.flatnonzero(chosen)
        order = np.argsort(-self.probabilities[places].max(axis=1), kind="stable") if len(places) else places
        found: Places = places[order]
        return found
