"""What a network answered to single images of the test set: its guess, how sure it was, and where it was surely wrong.

From the kept logits of a run (core.pretrained.cards.Outputs); torch-free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.pretrained.cards import Outputs


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One entry for each image of the official test set, in its order."""

    labels: NDArray[np.int64]
    """(N,), the truth."""
    guesses: NDArray[np.int64]
    """(N,), the class with the largest logit."""
    confidence: NDArray[np.float64]
    """(N,), the softmax probability of the guess, 0 to 1."""

    @classmethod
    def of(cls, outputs: Outputs, side: int) -> Answers:
        """The answers to the images seen at a side that the outputs were kept for."""
        logits = outputs.logits[side].astype(np.float64)
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        confidence = chances.max(axis=1) / chances.sum(axis=1)
        return cls(outputs.labels.astype(np.int64), logits.argmax(axis=1), confidence)

    def mistakes(self, count: int) -> list[int]:
        """The indices of the `count` wrong guesses that the network was surest of, the surest first."""
        wrong = np.flatnonzero(self.guesses != self.labels)
        surest = np.argsort(-self.confidence[wrong], kind="stable")[:count]
        return [int(index) for index in wrong[surest]]


def drawn(seed: int, total: int, count: int) -> list[int]:
    """`count` different numbers below `total`, drawn at random, ascending; the same for a seed."""
    chosen = np.random.default_rng(seed).choice(total, size=min(count, total), replace=False)
    return sorted(int(index) for index in chosen)
