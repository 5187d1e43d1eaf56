"""Recipe: everything that fixes a run, in one frozen record that travels with the weights as JSON.

Nothing here needs torch, so that a page, the command line and the run store can read, check and compare recipes
in a process that never computes. The data sets, networks and optimizers are rows of their own modules in this package;
the names of filters, splits and the like stand here once more than in their registries, and a test keeps both equal.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.vocabulary import sources
from core.vocabulary.datasets import SOURCES, hardest_first
from core.vocabulary.errors import LabError
from core.vocabulary.layers import BatchNorm
from core.vocabulary.networks import NETWORKS, blueprint, canonical
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.sources import source_of

SPLITS = ("random", "stratified", "k-fold")
FILTERS = ("bilinear", "bilinear-antialias", "bicubic", "area", "nearest")
SCHEDULES = ("constant", "one-cycle")
LOSSES = ("cross-entropy", "l1")
AUGMENTS = ("none", "flip", "flip+shift", "mixed", "flip+mixed")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
KEEPS = ("last", "best")
PRESETS = ("quick", "fast", "report")

_CHOICES: dict[str, tuple[str, ...]] = {
    "split": SPLITS, "filter": FILTERS, "schedule": SCHEDULES, "loss": LOSSES, "augment": AUGMENTS, "device": DEVICES,
    "precision": PRECISIONS, "keep": KEEPS, "preset": ("", *PRESETS),
}  # fmt: skip
_ROWS: dict[str, Callable[[], Iterable[str]]] = {
    "dataset": sources.names, "network": lambda: NETWORKS, "optimizer": lambda: OPTIMIZERS,
}  # fmt: skip
"""The fields that name a row of a table, and their names; a row that is added later counts at once."""
CHOSEN = (
    "dataset", "network", "split", "filter", "optimizer", "schedule", "loss", "augment", "device", "precision", "keep", "preset",
)  # fmt: skip
"""The fields that name one of several, in the order in which they are checked; a network may also list its layers."""
RANGES: dict[str, tuple[float, float, str]] = {
    "validation": (0.0, 0.5, "a fraction from 0 (none) to 0.5"),
    "folds": (2, 100, "a whole number from 2 to 100"),
    "fold": (0, 99, "a whole number from 0 to folds - 1"),
    "split_seed": (0, 2**31 - 1, "a whole number from 0 to 2147483647"),
    "train_limit": (10, 10**6, "a whole number of pictures, at least 10"),
    "imbalance": (1.0, 1000.0, "a ratio from 1 (balanced) to 1000"),
    "resolution": (1, math.inf, "a side in pixels"),
    "dropout": (0.0, 0.99, "a rate from 0 to 0.99"),
    "learning_rate": (1e-12, 1e6, "a number above 0, at most 1000000"),
    "momentum": (0.0, 0.9999, "a number from 0 to 0.9999"),
    "weight_decay": (0.0, 10.0, "a number from 0 to 10"),
    "epochs": (1, 10_000, "a whole number from 1 to 10000"),
    "batch_size": (1, 10_000, "a whole number from 1 to 10000"),
    "seed": (0, 2**31 - 1, "a whole number from 0 to 2147483647"),
    "threads": (0, 1024, "a whole number from 0 (choose for me) to 1024"),
}


def choices_of(name: str) -> tuple[str, ...]:
    """The values that a field may have; () for a number or a switch.

    >>> choices_of("keep")
    ('last', 'best')
    """
    return tuple(_ROWS[name]()) if name in _ROWS else _CHOICES.get(name, ())


def range_of(name: str) -> tuple[float, float, str]:
    """The least and the largest value of a number, and both in words; a resolution is at most the largest side of images."""
    low, high, wanted = RANGES[name]
    return (low, max(sources.SIDES[1], *(row.side for row in SOURCES.values())), wanted) if name == "resolution" else (low, high, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One run, fixed. Equal recipes on equal processors with equal threads give equal bits.

    `network` is a registered name or a list of layers (core/vocabulary/layer_lists/spelling.py), in its canonical spelling;
    `resolution` is the side in pixels that images are reduced to before they are restored (None: the original);
    `validation` the fraction held out of the official training part (0: none; k-fold holds out one fold of `folds`);
    `train_limit` how many images are trained on (None: all); `imbalance` how many times rarer the last class is made
    than the first, before anything is split (1: as the data set is); `dropout` replaces every layer's own rate
    (None: keep them); `keep` says which epoch's weights are tested, the last or the one with the best validation
    accuracy; `device`, `precision` and `threads` are resolved when the run starts ("auto" and 0 never train).
    """

    dataset: str = "digits"
    split: str = "stratified"
    validation: float = 0.1
    folds: int = 5
    fold: int = 0
    split_seed: int = 0
    train_limit: int | None = None
    imbalance: float = 1.0
    network: str = "digits-cnn"
    dropout: float | None = None
    resolution: int | None = None
    filter: str = "bilinear-antialias"
    loss: str = "cross-entropy"
    optimizer: str = "sgd"
    learning_rate: float = 0.05
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: str = "constant"
    epochs: int = 10
    batch_size: int = 128
    augment: str = "none"
    keep: str = "last"
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    preset: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name, (allowed, kind) in _TYPES.items():
            value = getattr(self, name)
            if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
                raise LabError(f"{name.replace('_', ' ')} is {value!r}; expected {kind.replace('str', 'text')}")
            if isinstance(value, float) and not math.isfinite(value):
                raise LabError(f"{name.replace('_', ' ')} is {value}; expected a finite number")
        object.__setattr__(self, "network", canonical(self.network))
        source_of(self.dataset)
        for name in CHOSEN:
            choices = choices_of(name) if name not in ("dataset", "network") else (getattr(self, name),)
            if getattr(self, name) not in choices:
                shown = ", ".join(c for c in choices if c)
                raise LabError(f"unknown {name.replace('_', ' ')} {getattr(self, name)!r}; choose one of {shown}")
        for name in RANGES:
            low, high, wanted = range_of(name)
            value = getattr(self, name)
            if value is not None and not low <= value <= high:  # also false for NaN
                raise LabError(f"{name.replace('_', ' ')} is {value}; expected {wanted}")
        self._check_together()

    def _check_together(self) -> None:
        """Refuses a value that would not be honoured beside the others."""
        side = source_of(self.dataset).side
        if self.resolution is not None and self.resolution > side:
            raise LabError(f"resolution is {self.resolution}; {self.dataset} has {side}x{side} pictures, expected 1 to {side}")
        if self.split != "k-fold" and (self.fold != 0 or self.folds != 5):
            raise LabError(f"fold and folds go with the split k-fold, not with {self.split!r}")
        if self.fold >= self.folds:
            raise LabError(f"fold is {self.fold}; expected 0 to {self.folds - 1}, one of {self.folds} folds")
        optimizer = OPTIMIZERS[self.optimizer]
        if self.momentum and not optimizer.has_momentum:
            takers = [name for name, row in OPTIMIZERS.items() if row.has_momentum]
            raise LabError(f"momentum goes with {' and '.join(takers)}, not with {self.optimizer}; leave it at 0")
        if self.nesterov and not (optimizer.has_nesterov and self.momentum):
            takers = [name for name, row in OPTIMIZERS.items() if row.has_nesterov]
            raise LabError(f"Nesterov's momentum goes with {' and '.join(takers)} and a momentum above 0")
        if self.batch_size == 1 and any(isinstance(step, BatchNorm) for step in blueprint(self.network).steps):
            raise LabError("batch size is 1; batch normalisation compares the pictures of a batch, expected at least 2")
        if self.keep == "best" and self.split != "k-fold" and not self.validation:
            raise LabError("keep is 'best'; that needs a validation part, and validation is 0")

    def changed(self, **changes: Any) -> Recipe:
        """This recipe with some values replaced; what no longer goes with them falls back to its default.

        >>> Recipe().changed(optimizer="adam").momentum
        0.0
        """
        unknown = changes.keys() - FIELDS.keys()
        if unknown:
            raise LabError(f"unknown recipe key {sorted(unknown)[0]!r}; expected some of {', '.join(FIELDS)}")
        optimizer = changes.get("optimizer", self.optimizer)
        if optimizer != self.optimizer and optimizer in tuple(OPTIMIZERS):  # also for what cannot be hashed
            row = OPTIMIZERS[optimizer]
            changes = {"momentum": row.momentum, "nesterov": False, "learning_rate": row.learning_rate, **changes}
        if changes.get("momentum", 1) == 0:
            changes = {"nesterov": False, **changes}
        if changes.get("split", self.split) != "k-fold" and self.split == "k-fold":
            changes = {"fold": 0, "folds": 5, **changes}
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: every field, and `our_choice`, the fields that the reproduced source leaves open."""
        return {**dataclasses.asdict(self), "our_choice": list(our_choice(self))}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe of `as_dict()`, checked again. Raises LabError for a key or value that does not belong."""
        if not isinstance(values, Mapping):
            raise LabError(f"expected the recipe as keys and values, not {type(values).__name__}")
        known = {name: value for name, value in values.items() if name != "our_choice"}
        unknown = known.keys() - FIELDS.keys()
        if unknown:
            raise LabError(f"unknown recipe key {sorted(map(str, unknown))[0]!r}; expected some of {', '.join(FIELDS)}")
        return cls(**known)


FIELDS = {f.name: f for f in dataclasses.fields(Recipe)}


def _types_of(kind: str) -> tuple[type, ...]:
    """What values may be of which the annotation is `kind`; a whole number is also a float."""
    allowed = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}[kind.removesuffix(" | None")]
    return (*allowed, type(None)) if kind.endswith("None") else allowed


_TYPES = {name: (_types_of(str(f.type)), str(f.type)) for name, f in FIELDS.items()}


# --- presets ---------------------------------------------------------------------------------------------------

_ONE_CYCLE = {"schedule": "one-cycle", "optimizer": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}


def preset(name: str, dataset: str | None = None) -> Recipe:
    """A complete recipe by name.

    `quick` gives a result within 60 s on two cores; `fast` trains on everything with a one-cycle schedule;
    `report` has every value that the report states (cifar10: study 1, fashion-mnist: study 2).
    Without a data set, `report` takes cifar10 and the others digits, which is always there.
    """
    if name not in PRESETS:
        raise LabError(f"unknown preset {name!r}; choose one of {', '.join(PRESETS)}")
    dataset = dataset or ("cifar10" if name == "report" else "digits")
    row = source_of(dataset)
    base: dict[str, Any] = {"dataset": dataset, "network": row.network, "preset": name}
    if name != "report":
        return Recipe(**{**base, **_ONE_CYCLE, **(row.presets.quick if name == "quick" else row.presets.fast)})
    if row.presets.report is None:
        studied = [its for its in hardest_first() if SOURCES[its].presets.report is not None]
        raise LabError(f"the report has no study on {dataset}; its preset is for {' and '.join(studied)}")
    sgd = {"optimizer": "sgd", "learning_rate": 0.001, "momentum": 0.9}
    return Recipe(**{**base, **sgd, **row.presets.report})


def our_choice(recipe: Recipe) -> tuple[str, ...]:
    """The fields of a `report` recipe that do not carry a value stated by the report. Empty for other presets."""
    presets = source_of(recipe.dataset).presets
    if recipe.preset != "report" or presets.report is None:
        return ()
    original = preset("report", recipe.dataset)
    if recipe.optimizer == "adam":
        original = original.changed(optimizer="adam")
    if recipe.network == "arc3-report":
        original = original.changed(network="arc3-report")
    as_stated = {name for name in presets.stated if getattr(recipe, name) == getattr(original, name)}
    return tuple(name for name in FIELDS if name not in as_stated and name != "preset")
