"""A run as TensorBoard shows it: scalars of each epoch, confusion matrices as images, the recipe as hyper-parameters."""

from __future__ import annotations

import io
import time

from PIL import Image

from core.export import event_file
from core.export.matrix_image import png_of
from core.runs.snapshot import Snapshot
from core.vocabulary.recipe import FIELDS
from core.vocabulary.records import Epoch, Matrix, required

SCALARS = {
    "loss/training": "train_loss", "loss/validation": "validation_loss", "accuracy/training": "train_accuracy",
    "accuracy/training, dropout on": "running_accuracy", "accuracy/validation": "validation_accuracy",
    "learning rate": "learning_rate", "images per second": "images_per_second",
}  # fmt: skip
"""Tag -> the value of an epoch."""
TEST = ("test/accuracy", "test/loss")


def events_of(run: Snapshot) -> bytes:
    """The event file of a finished run; an epoch is a step. When a run that comes with the app was made, nobody knows: now."""
    result, began = required(run.result), run.created or time.time()
    seconds = began
    found = [event_file.version_event(began)]
    for epoch in run.epochs:
        seconds += epoch.seconds
        found.append(event_file.event(seconds, epoch.epoch, _values(epoch, run.facts.classes)))
    tests = [event_file.scalar(TEST[0], result.test_accuracy), event_file.scalar(TEST[1], result.test_loss),
             _matrix("test/confusion matrix", result.confusion, run.facts.classes)]  # fmt: skip
    found.append(event_file.event(seconds, result.epoch, tests))
    found += [event_file.event(seconds, 0, [value]) for value in event_file.hparams(_recipe(run), TEST, began, seconds)]
    return b"".join(found)


def _values(epoch: Epoch, classes: tuple[str, ...]) -> list[bytes]:
    values = {tag: getattr(epoch, name) for tag, name in SCALARS.items()}
    found = [event_file.scalar(tag, value) for tag, value in values.items() if value is not None]
    if epoch.validation_confusion is not None:
        found.append(_matrix("validation/confusion matrix", epoch.validation_confusion, classes))
    return found


def _matrix(tag: str, matrix: Matrix, classes: tuple[str, ...]) -> bytes:
    png = png_of(matrix, classes)
    return event_file.image(tag, png, *Image.open(io.BytesIO(png)).size)


def _recipe(run: Snapshot) -> dict[str, str | int | float | bool]:
    """The recipe's values; without those that are left to the network or the data set, for a number stays a number."""
    values = {name: getattr(run.recipe, name) for name in FIELDS}
    return {name: value for name, value in values.items() if value is not None}
