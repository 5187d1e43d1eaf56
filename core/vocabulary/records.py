"""Records: what a run tells while it trains. Plain numbers, lists and bytes; reading one needs no torch.

A run is an iterator of these: one Start, then for each epoch some Ticks and one Epoch (the initial weights count as
epoch 0), then some Ticks and one Result. The same objects are yielded by the loop, sent through a pipe, kept in the
run store and drawn on the screen.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

Matrix = list[list[int]]
"""A confusion matrix (C, C) of counts; rows are the truth, columns the prediction."""


@dataclass(frozen=True, slots=True)
class Start:
    """The run begins (again): what was resolved, and on what it runs."""

    recipe: dict[str, Any]
    """Recipe.as_dict() with device, precision and threads resolved."""
    facts: dict[str, Any]
    """parameters, train / validation / test (sizes), steps_per_epoch, classes (names), provenance."""
    epoch: int
    """The last finished epoch that it goes on from; 0 for a new run."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A sign of life inside an epoch, at least every half second. Not stored."""

    phase: str
    """'loading', 'training', 'checking' (evaluation mode: training subset, validation) or 'testing'."""
    epoch: int
    step: int = 0
    steps: int = 0
    loss: float | None = None
    """Mean training loss over the steps since the tick before (nats an image for cross entropy)."""
    accuracy: float | None = None
    """Running accuracy of this epoch's training predictions, 0 to 1, dropout on."""
    confusion: Matrix | None = None
    """This epoch's training predictions so far, dropout on."""
    learning_rate: float | None = None
    images_per_second: float | None = None
    seconds: float = 0.0
    """Training time of this epoch so far."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One finished epoch. Epoch 0 is the untrained network: it has no train loss."""

    epoch: int
    train_loss: float | None
    running_accuracy: float | None
    """Over the training predictions as they were made, dropout on."""
    train_accuracy: float
    """In evaluation mode, on a fixed subset of the training part."""
    validation_loss: float | None
    validation_accuracy: float | None
    validation_confusion: Matrix | None
    train_confusion: Matrix | None
    """The training predictions of this epoch as they were made, dropout on."""
    learning_rate: float | None
    seconds: float
    """Training only, without the checks."""
    images_per_second: float | None
    best_epoch: int
    """The epoch with the best validation accuracy so far (the last one where nothing is held out)."""
    first_losses: list[float] = field(default_factory=list)
    """Loss of each of the run's first 20 steps; in epoch 1 only. Two runs that agree here to the bit agree."""
    checkpoint: bytes = field(default=b"", repr=False)
    """Weights and optimizer state (safetensors), enough to resume to the same bits. Not in `as_dict`."""


@dataclass(frozen=True, slots=True)
class Result:
    """The one test at the end."""

    epoch: int
    """Whose weights were tested."""
    test_loss: float
    test_accuracy: float
    confusion: Matrix
    seconds: float
    weights: bytes = field(default=b"", repr=False)
    """The tested weights alone (safetensors). Not in `as_dict`."""


Record = Start | Tick | Epoch | Result
_KINDS: dict[str, type[Record]] = {"start": Start, "tick": Tick, "epoch": Epoch, "result": Result}
_BLOB = {Epoch: "checkpoint", Result: "weights"}


def as_dict(record: Record) -> dict[str, Any]:
    """The record for JSON, without its bytes, with `kind`."""
    kind = type(record).__name__.lower()
    values = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name != _BLOB.get(type(record))}
    return {"kind": kind, **values}


def from_dict(values: dict[str, Any], blob: bytes = b"") -> Record:
    """The record of `as_dict`, with its bytes put back."""
    rest = dict(values)
    kind = _KINDS[rest.pop("kind")]
    if kind in _BLOB:
        rest[_BLOB[kind]] = blob
    return kind(**rest)


def pack(record: Record) -> tuple[bytes, bytes]:
    """(JSON as UTF-8, blob): the two parts of a record that travel through a pipe."""
    name = _BLOB.get(type(record))
    return json.dumps(as_dict(record)).encode(), getattr(record, name) if name else b""
