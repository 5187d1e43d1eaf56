"""What a network answered to each image of the official test set: NAME.outputs.safetensors beside its card. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.system.atomic import write_whole
from core.vocabulary.errors import LabError


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a network answered to each image of the official test set, at some resolutions."""

    labels: NDArray[np.uint8]
    """(N,), the truth."""
    logits: dict[int, NDArray[np.float16]]
    """side in pixels -> (N, C) as float16, so that a prediction may differ from the confusion matrix's in a tie."""


def read_outputs(name: str, folder: Path) -> Outputs | None:
    """The kept answers of a run; None where none were kept. LabError when the file is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = folder / f"{name}.outputs.safetensors"
    try:
        tensors = load_file(path)
        return Outputs(tensors.pop("labels"), {int(side): logits for side, logits in tensors.items()})
    except FileNotFoundError:
        return None
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise LabError(f"{path} is damaged ({error}); python -m core pretrain makes it") from error


def write_outputs(name: str, outputs: Outputs, folder: Path) -> None:
    """Writes the outputs of the run `name` into `folder`, whole or not at all."""
    from safetensors.numpy import save

    tensors: dict[str, NDArray[Any]] = {"labels": outputs.labels}
    tensors |= {str(side): logits for side, logits in outputs.logits.items()}
    write_whole(folder / f"{name}.outputs.safetensors", save(tensors))


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
