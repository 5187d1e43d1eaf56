"""Records: what a run tells while it trains. Plain numbers, lists and bytes; reading one needs no torch.

A run is an iterator of these: one Start, then for each epoch some Ticks and one Epoch (the initial weights count as
epoch 0), then some Ticks and one Result. The same objects are yielded by the loop, sent through a pipe, kept in the
run store and drawn on the screen. JSON is what they are on a disk and in a pipe, and nowhere else: `as_dict`, `from_dict`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from core.vocabulary import html
from core.vocabulary.recipe import Recipe

Value = TypeVar("Value")
Held = TypeVar("Held", "Epoch", "Result")
BLOBS = ("checkpoint", "weights", "arrays")
"""The fields of records that hold bytes."""
Matrix = list[list[int]]
"""A confusion matrix (C, C) of counts; rows are the truth, columns the prediction."""


Provenance = dict[str, str | int]
"""Versions, device, code and data of a run (core/training/provenance.py)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stays the same for a whole run and is told once, when it starts.

    A run that has not started knows none of it, and an old one may lack some: then a number is 0, the rest empty.
    """

    classes: tuple[str, ...] = ()
    """The names, in the order of the labels."""
    shape: tuple[int, ...] = ()
    """(C, H, W) of an image of the data set."""
    parameters: int = 0
    """Of the network, all of them."""
    train: int = 0
    """Images that it learns from."""
    validation: int = 0
    """Images held out; 0 also where none are."""
    test: int = 0
    """Images of the test set."""
    steps_per_epoch: int = 0
    provenance: Provenance = field(default_factory=dict)
    resumed: tuple[Provenance, ...] = ()
    """Of each time that it went on, the provenance from there on, with `after_epoch`."""

    def __bool__(self) -> bool:
        """Whether the run has started."""
        return bool(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """For JSON; what is not known is left out."""
        values = {"classes": list(self.classes), "shape": list(self.shape), "parameters": self.parameters, "train": self.train,
                  "validation": self.validation, "test": self.test, "steps_per_epoch": self.steps_per_epoch,
                  "provenance": self.provenance, "resumed": list(self.resumed)}  # fmt: skip
        return {name: value for name, value in values.items() if value or (name == "validation" and self.train)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Facts:
        """The facts of `as_dict`, whatever it lacks. TypeError or ValueError for what cannot be facts."""
        if not isinstance(values, Mapping):
            raise TypeError(f"expected the facts as keys and values, not {type(values).__name__}")
        return cls(
            classes=tuple(values.get("classes", ())), shape=tuple(values.get("shape", ())), parameters=int(values.get("parameters", 0)),
            train=int(values.get("train", 0)), validation=int(values.get("validation", 0)), test=int(values.get("test", 0)),
            steps_per_epoch=int(values.get("steps_per_epoch", 0)), provenance=dict(values.get("provenance", {})),
            resumed=tuple(values.get("resumed", ())),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """The run begins (again): what was resolved, and on what it runs."""

    recipe: Recipe
    """With device, precision and threads resolved."""
    facts: Facts
    epoch: int
    """The last finished epoch that it goes on from; 0 for a new run."""
    arrays: bytes = field(default=b"", repr=False)
    """The validation part, for looking back (core/training/observation.py says what; safetensors). Not in `as_dict`."""


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
class LayerNorms:
    """How large the weights of a layer and the last step's gradient are, biases included."""

    layer: int
    """Row of the layer table (core.vocabulary.networks.layer_table), from 0."""
    gradient: float | None
    """L2 norm of the loss's gradient in the epoch's last step; None before the first step, and where it is not finite."""
    weights: float | None
    """L2 norm after that step; None where it is not finite."""


@dataclass(frozen=True, slots=True)
class DeadUnits:
    """How many units of an activation answer nothing. A unit is a feature map, or one output of a dense layer."""

    layer: int
    """Row of the layer table that the activation stands in, from 0."""
    share: float
    """Of the units that are 0 everywhere on all checked training images, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a network after an epoch, beside its scores."""

    answers: tuple[int, ...]
    """The predicted class of each of the watched validation images: nine, or as many as there are."""
    confidences: tuple[float, ...]
    """The probabilities of these answers, 0 to 1."""
    gradients: tuple[LayerNorms, ...]
    """Of each layer with weights, in order."""
    dead: tuple[DeadUnits, ...]
    """Of each activation, in order."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON; a layer's numbers are a list."""
        return {"answers": list(self.answers), "confidences": list(self.confidences),
                "gradients": [[it.layer, it.gradient, it.weights] for it in self.gradients],
                "dead": [[it.layer, it.share] for it in self.dead]}  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Observation:
        """The observation of `as_dict`. KeyError, TypeError where it is none."""
        return cls(tuple(values["answers"]), tuple(values["confidences"]), tuple(LayerNorms(*it) for it in values["gradients"]),
                   tuple(DeadUnits(*it) for it in values["dead"]))  # fmt: skip


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
    observation: Observation | None = None
    """None in runs of before there were any; then not in `as_dict`."""
    arrays: bytes = field(default=b"", repr=False)
    """`probabilities` of the validation part, uint8 (N, C) (safetensors); empty where none is held out. Not in `as_dict`."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], checkpoint: bytes = b"", arrays: bytes = b"") -> Epoch:
        """The epoch of `as_dict`. KeyError where something is missing.

        Its slots are filled straight: less than half the time of the initialiser, and the cards hold 5,600 epochs.
        """
        epoch = object.__new__(cls)
        for name, fill in _EPOCH_SLOTS:
            fill(epoch, values[name])
        observation = values.get("observation")
        for fill, value in zip(_OTHER_SLOTS, (checkpoint, observation and Observation.from_dict(observation), arrays), strict=True):
            fill(epoch, value)
        return epoch

    def _repr_html_(self) -> str:
        """For Jupyter: its numbers in a row."""
        return html.table(_EPOCH_HEAD, [_epoch_row(self)], f"Epoch {self.epoch}")


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
    sha256: str = ""
    """Of the weights, in hexadecimal; empty before they are stored, and then not in `as_dict`."""
    arrays: bytes = field(default=b"", repr=False)
    """`probabilities` of the test set, uint8 (N, C) (safetensors). Not in `as_dict`."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], weights: bytes = b"", arrays: bytes = b"") -> Result:
        """The result of `as_dict`. KeyError where something is missing."""
        return cls(values["epoch"], values["test_loss"], values["test_accuracy"], values["confusion"], values["seconds"],
                   weights, values.get("sha256", ""), arrays)  # fmt: skip

    def confusion_html(self, classes: tuple[str, ...] = ()) -> str:
        """The confusion matrix as an HTML table with the test accuracy above it; classes without names are numbered."""
        return html.confusion_table(self.confusion, classes, f"Test accuracy {html.percent(self.test_accuracy)}, weights of epoch {self.epoch}")

    def _repr_html_(self) -> str:
        """For Jupyter."""
        return self.confusion_html()


Record = Start | Tick | Epoch | Result


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it was trained: the same whether it lies in the store, in a card or on the screen."""

    recipe: Recipe
    facts: Facts
    epochs: tuple[Epoch, ...] = field(default=(), repr=False)
    """In order, epoch 0 first, without their checkpoints."""
    result: Result | None = field(default=None, repr=False)
    """None before the test; without its weights."""

    def epoch(self, number: int) -> Epoch:
        """The record of an epoch; 0 is the untrained network. StopIteration where there is none."""
        return next(epoch for epoch in self.epochs if epoch.epoch == number)

    @property
    def epochs_done(self) -> int:
        """The number of the last finished epoch; 0 before the first."""
        return self.epochs[-1].epoch if self.epochs else 0

    @property
    def seconds(self) -> float:
        """Of training, over all epochs."""
        return sum(epoch.seconds for epoch in self.epochs)

    def _repr_html_(self) -> str:
        """For Jupyter: the recipe in a line, a row for each epoch, the test with its confusion matrix."""
        title = f"{self.recipe.network} on {self.recipe.dataset}, {self.recipe.epochs} epochs"
        tested = self.result.confusion_html(self.facts.classes) if self.result else ""
        return html.table(_EPOCH_HEAD, [_epoch_row(epoch) for epoch in self.epochs], title) + tested


class HasRunRecord:
    """For what holds a run's record: its parts by their own names."""

    __slots__ = ()
    record: RunRecord

    @property
    def recipe(self) -> Recipe:
        """What the run trains; with device, precision and threads resolved once it has started."""
        return self.record.recipe

    @property
    def facts(self) -> Facts:
        """What was told when it started."""
        return self.record.facts

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """The finished epochs, in order, epoch 0 first."""
        return self.record.epochs

    @property
    def result(self) -> Result | None:
        """The test at the end; None before it."""
        return self.record.result

    @property
    def epochs_done(self) -> int:
        """The number of the last finished epoch; 0 before the first."""
        return self.record.epochs_done

    def _repr_html_(self) -> str:
        """For Jupyter: as RunRecord."""
        return self.record._repr_html_()


_EPOCH_HEAD = ("epoch", "training loss", "training accuracy", "validation loss", "validation accuracy", "seconds")


def _epoch_row(epoch: Epoch) -> tuple[str, ...]:
    """An epoch in the columns of _EPOCH_HEAD, as texts."""
    losses = ["–" if loss is None else f"{loss:.4f}" for loss in (epoch.train_loss, epoch.validation_loss)]
    return (str(epoch.epoch), losses[0], html.percent(epoch.train_accuracy), losses[1], html.percent(epoch.validation_accuracy), f"{epoch.seconds:.1f}")


# --- JSON ---------------------------------------------------------------------------------------------------------


def as_dict(record: Record) -> dict[str, Any]:
    """The record for JSON, without its bytes, with `kind`."""
    if isinstance(record, Start):
        return {"kind": "start", "recipe": record.recipe.as_dict(), "facts": record.facts.as_dict(), "epoch": record.epoch}
    if isinstance(record, Tick):
        return {"kind": "tick", **_values(record)}
    if isinstance(record, Epoch):
        observed = {"observation": record.observation.as_dict()} if record.observation else {}
        return {"kind": "epoch", **_values(record, "observation"), **observed}
    return {"kind": "result", **_values(record, *(() if record.sha256 else ("sha256",)))}


def from_dict(values: Mapping[str, Any], blobs: Mapping[str, bytes] = MappingProxyType({})) -> Record:
    """The record of `as_dict`, with its bytes put back. KeyError, TypeError, ValueError or LabError where it is none."""
    kind = values["kind"]
    if kind == "start":
        return Start(Recipe.from_dict(values["recipe"]), Facts.from_dict(values["facts"]), values["epoch"], **blobs)
    if kind == "tick":
        return Tick(**{name: value for name, value in values.items() if name != "kind"})
    if kind == "epoch":
        return Epoch.from_dict(values, **blobs)
    if kind == "result":
        return Result.from_dict(values, **blobs)
    raise KeyError(kind)


def blobs_of(record: Record) -> dict[str, bytes]:
    """The bytes that `as_dict` leaves out, by their names, empty ones too; they travel through a pipe beside the JSON."""
    return {name: getattr(record, name) for name in BLOBS if hasattr(record, name)}


def without_blobs(record: Held) -> Held:
    """The record as a screen keeps it: without its bytes."""
    return dataclasses.replace(record, **dict.fromkeys(blobs_of(record), b""))  # type: ignore[arg-type]


def required(value: Value | None) -> Value:
    """A value that there must be, as the validation loss of a run that holds images out. ValueError where it is None."""
    if value is None:
        raise ValueError("the run does not tell a value that is needed here, as one of its validation part")
    return value


def _values(record: Tick | Epoch | Result, *without: str) -> dict[str, Any]:
    return {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in (*without, *BLOBS)}


_EPOCH_SLOTS = [(f.name, vars(Epoch)[f.name].__set__) for f in dataclasses.fields(Epoch) if f.name not in ("observation", *BLOBS)]
_OTHER_SLOTS = [vars(Epoch)[name].__set__ for name in ("checkpoint", "observation", "arrays")]
