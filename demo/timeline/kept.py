"""What a run has kept to go back to: its history, what it answered to which image, and those images as it saw them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.datasets import arrays
from core.images import plain_resampling, stored
from core.images.decoding import Bytes
from core.inference.predictions import Predictions
from core.pretrained.outputs import read_outputs
from core.runs.history import History
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import is_own, source_of
from demo.server import services

TEST, VALIDATION = "test", "validation"


def history_of(now: Snapshot) -> History:
    """What the run has kept; empty where it has kept nothing."""
    return services.installed().history(now.run)


def keeps_test(now: Snapshot, of: str = TEST) -> bool:
    """Whether the answers to the single test images are kept, seen as `of` says ("test", or "test-16" at 16 pixels)."""
    side = side_of(of) or _side(now.recipe)
    if now.pretrained and side in _outputs_at(now.run):
        return True
    return side == _side(now.recipe) and history_of(now).test_probabilities() is not None


def _outputs_at(run: str) -> Sequence[int]:
    found = read_outputs(run, services.pretrained_folder())
    return tuple(found.logits) if found else ()


def _side(recipe: Recipe) -> int:
    return recipe.resolution or source_of(recipe.dataset).side


def predictions(now: Snapshot, of: str, epoch: int, data: Path) -> Predictions | None:
    """What the run answered: `of` is "validation" (after `epoch`), "test", or "test-16" (seen at 16 pixels). None where it is not
    kept; LabError where the data set, which knows the truth, is not here or has changed since."""
    _check_unchanged(now, data)
    history = history_of(now)
    if of == VALIDATION:
        validation, indices, truth = history.probabilities(epoch), history.validation_indices(), history.validation_labels()
        return None if validation is None or indices is None or truth is None else Predictions.of_bytes(indices, truth, validation)
    side = side_of(of) or _side(now.recipe)
    outputs = read_outputs(now.run, services.pretrained_folder()) if now.pretrained else None
    train = source_of(now.recipe.dataset).train
    if outputs is not None and side in outputs.logits:
        return Predictions.of_logits(train + np.arange(len(outputs.labels)), outputs.labels, outputs.logits[side])
    test = history.test_probabilities() if side == _side(now.recipe) else None
    if test is None:
        return None
    places = train + np.arange(len(test))
    return Predictions.of_bytes(places, stored.labels(now.recipe.dataset, data)[places], test)


def _check_unchanged(now: Snapshot, data: Path) -> None:
    """LabError where a data set of one's own has other images by now, so that no answer belongs to the image at its place."""
    dataset, trained_on = now.recipe.dataset, now.facts.provenance.get("data_sha256")
    if is_own(dataset) and trained_on and trained_on != arrays.fingerprint(dataset, data):
        raise LabError(f"the pictures of {source_of(dataset).title} have changed since run {now.run} was trained; train it again")


def seen(recipe: Recipe, data: Path, indices: Sequence[int], side: int | None = None) -> Bytes:
    """uint8 (n, C, S, S): images as the run saw them, at its own resolution or at `side`. LabError where the data set is not here."""
    images = stored.images(recipe.dataset, data, [int(index) for index in indices])
    return plain_resampling.at_resolution(images, side or _side(recipe), recipe.filter)


def side_of(of: str) -> int | None:
    """The side that "test-16" names; None for the run's own."""
    name, _, side = of.partition("-")
    if name not in (TEST, VALIDATION) or (side and not side.isdecimal()):
        raise LabError(f"{of!r} names no set of pictures")
    return int(side) if side else None
