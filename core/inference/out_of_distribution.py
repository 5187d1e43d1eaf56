"""When no class deserves trust: a threshold on a network's own score, set on images that it was not trained on.

The score is the (negative free) energy of Liu et al. 2020, "Energy-based Out-of-distribution Detection": the
logarithm of the sum of the exponentials of the logits. It is large when some class fits, whichever. The threshold is
where ACCEPTED of the held-out images lie above. Below it the answer is "not one of my classes". Blurred images have
smaller scores, so there is a threshold for each resolution of the studies, and a straight line between two of them.

Compared here with the largest probability (Hendrycks and Gimpel 2017) at the same 95%, on 1,000 test images of other
data sets: `mnist-28` refused 98.2% of Fashion-MNIST by energy and 95.9% by probability, `mnist-7` 92.1% and 81.1%,
a CIFAR-10 network after 14 epochs 26.0% and 16.4%. For foreign images energy is the better of
the two on each; on CIFAR-10 neither is good. For the network's own mistakes it is the worse: of those of `mnist-7` it
refused 43%, the largest probability 87%.

A drawing by another hand, brought to the form of a data set, is neither foreign nor one of its images. The network of
`digits` names two in three of MNIST's digits as they are drawn large, and is wrong and above its threshold at 6% of them.
What tells those best is how far the largest logit leads: of a drawing a least lead is asked for, so that WRONG of all pass
and are wrong. On 900 drawings 31% were right and passed before; at 1% wrong that is 12% with a lead, 12% with a higher
threshold, 11% where six slightly changed drawings must agree.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.decoding import Bytes
from core.images.preprocessing import Steps, prepare
from core.system.atomic import write_whole
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import Damaged
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of

if TYPE_CHECKING:
    from torch import Tensor

    from core.datasets.loading import DataSet

ACCEPTED = 0.95
WRONG = 0.0075
"""So many drawings by other hands may be trusted and wrong."""
DRAWINGS = 4_000
"""So many are looked at."""
DRAWN_BY_OTHERS = {"digits": "mnist"}
"""Data set -> another with the same classes and more pixels, whose images stand for drawings by other hands."""
MOST = 2_000
"""So many held-out images are looked at, at most."""
FOREIGN = 500
"""So many test images of each other data set tell how often a foreign image is refused."""
FOLDER = "trust"
"""Below pretrained/: one file for each network with weights."""

CUT_OUT = Steps(ground="off", drawing="off")
"""The steps of a drawing on an even ground."""

Logits = Callable[["Tensor"], npt.NDArray[np.float32]]
"""uint8 (N, C, H, W) at the resolution that the network sees -> float32 (N, classes)."""


@dataclass(frozen=True, slots=True)
class EnergyThreshold:
    """What was found on held-out images."""

    thresholds: dict[str, float]
    """side in pixels (as text) -> the score below which no class is trusted."""
    images: int
    part: str
    """validation, or test where a network was trained on everything else."""
    weights: str
    """sha256 of the weights that it is true for."""
    refused: dict[str, float]
    """Other data set -> the share of its test images that is refused."""
    lead: float = 0.0
    """Of a drawing, the largest logit must lead by so much."""
    drawings: int = 0
    """So many were looked at for that."""

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file, whose keys are older than these names."""
        of_drawings = {"lead": self.lead, "drawings": self.drawings} if self.drawings else {}
        return {"thresholds": self.thresholds, "pictures": self.images, "part": self.part, "weights": self.weights, "refused": self.refused, **of_drawings}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> EnergyThreshold:
        """The threshold of `as_dict`. KeyError for what is missing."""
        of_drawings = values.get("lead", 0.0), values.get("drawings", 0)
        return cls(values["thresholds"], values["pictures"], values["part"], values["weights"], values["refused"], *of_drawings)

    def threshold(self, side: int) -> float:
        """For images reduced to `side` pixels; below the smallest side that was looked at, what holds there."""
        known = sorted((int(side), threshold) for side, threshold in self.thresholds.items())
        return float(np.interp(side, [at for at, _ in known], [threshold for _, threshold in known]))

    def in_distribution(self, logits: npt.NDArray[np.float32], side: int, drawn: bool = False) -> bool:
        """Whether logits (classes,) for an image reduced to `side` pixels deserve trust; `drawn`: it had to be brought to
        the form of the data set.
        """
        return bool(energy(logits[None])[0] >= self.threshold(side) and (not drawn or leads(logits[None])[0] >= self.lead))


def energy(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(N, classes) -> (N,): log of the sum of exp(logits)."""
    exact = logits.astype(np.float64)
    most = exact.max(axis=1)
    found: npt.NDArray[np.float64] = most + np.log(np.exp(exact - most[:, None]).sum(axis=1))
    return found


def leads(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(N, classes) -> (N,): how far the largest logit lies above the next."""
    two = np.sort(logits.astype(np.float64), axis=1)[:, -2:]
    found: npt.NDArray[np.float64] = two[:, 1] - two[:, 0]
    return found


def with_lead(found: EnergyThreshold, data: DataSet, others: DataSet, logits: Logits) -> EnergyThreshold:
    """`found` with the least lead for drawings, set on training images of another data set with the same classes, drawn large."""
    import torch

    side, count = data.shape[1], min(DRAWINGS, others.train_size)
    seen = np.concatenate([prepare(as_drawing(image), data.name, data.shape, CUT_OUT).seen for image in others.images[:count, 0].numpy()])
    answers = logits(torch.from_numpy(seen))
    trusted = energy(answers) >= found.threshold(side)
    wrong = np.sort(leads(answers)[trusted & (answers.argmax(1) != others.labels[:count].numpy())])[::-1]
    allowed = int(WRONG * count)
    return dataclasses.replace(found, lead=float(wrong[allowed]) + 1e-6 if len(wrong) > allowed else 0.0, drawings=count)


def as_drawing(image: Bytes) -> Bytes:
    """uint8 (S, S), light on black -> (360, 360) as somebody would draw it: large, black on white, with a margin."""
    large = np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC))
    return 255 - np.pad(large, 40)


def calibrate(recipe: Recipe, data: DataSet, logits: Logits, weights: bytes, others: Iterator[DataSet]) -> EnergyThreshold:
    """Looks at held-out images of `data` at each resolution of the studies, and at full images of other data sets."""
    from core.images.resampling import at_resolution
    from core.training.augmentation import study_sides

    def scores(images: Tensor, side: int) -> npt.NDArray[np.float64]:
        return energy(logits(at_resolution(images, side, recipe.filter)))

    held_out, part = calibration_images(recipe, data)
    whole, few = data.shape[1], held_out[:MOST]
    thresholds = {str(side): float(np.quantile(scores(few, side), 1 - ACCEPTED)) for side in study_sides(whole)}
    refused = {
        other.name: float((scores(as_images_of(data, other.images[-FOREIGN:]), whole) < thresholds[str(whole)]).mean())
        for other in others
    }
    return EnergyThreshold(thresholds, len(few), part, hashlib.sha256(weights).hexdigest(), refused)


def calibration_images(recipe: Recipe, data: DataSet) -> tuple[Tensor, str]:
    """The images that a run held out, uint8 (N, C, H, W): its validation part, else the first half of the test part."""
    from core.datasets.splits import split

    parts = split(data, recipe.split, validation=recipe.validation, folds=recipe.folds, fold=recipe.fold,
                  seed=recipe.split_seed, train_limit=recipe.train_limit, imbalance=recipe.imbalance)  # fmt: skip
    if len(parts.validation):
        return data.images[parts.validation], "validation"
    return data.images[parts.test[: len(parts.test) // 2]], "test"


def as_images_of(data: DataSet, images: Tensor) -> Tensor:
    """Images of another data set in the shape of those of `data`: resized, grey or three equal channels."""
    from torch.nn.functional import interpolate

    channels, side, _ = data.shape
    exact = interpolate(images.float(), size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    if exact.shape[1] != channels:
        exact = exact.mean(1, keepdim=True).expand(-1, channels, -1, -1)
    return exact.round().clamp(0, 255).byte()


def out_of_distribution_sets(dataset: str) -> tuple[str, ...]:
    """The data sets whose images show something else: `digits` and `mnist` share their subject."""
    return tuple(name for name, source in SOURCES.items() if source.subject != source_of(dataset).subject)


def read(name: str, weights: bytes, folder: Path) -> EnergyThreshold | None:
    """The trust of a network; None where there is none for these weights. LabError when the file is damaged."""
    path = folder / FOLDER / f"{name}.json"
    try:
        found = EnergyThreshold.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged(f"{path} is damaged ({error}); python -m core pretrain makes it") from error
    return found if found.weights == hashlib.sha256(weights).hexdigest() else None


def write(name: str, trust: EnergyThreshold, folder: Path) -> None:
    """Writes the threshold of a network below `folder`."""
    write_whole(folder / FOLDER / f"{name}.json", json.dumps(trust.as_dict()) + "\n")
