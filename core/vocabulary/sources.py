"""Every data set by its name: the rows that come with the app, and those of one's own, which lie on the disk.

A data set of one's own is called `own:NAME`. Its row is written when its collection is closed (core/datasets/own/) and read here
each time that somebody asks: every process that knows the folder (core/vocabulary/folders.py) knows the set, also a worker.
`own:NAME:author` and `own:NAME:random` are the same images, split in another way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.vocabulary.datasets import SOURCES, DataFile, Form, Layout, Presets, Source, Values
from core.vocabulary.errors import LabError
from core.vocabulary.folders import own_folder

PREFIX = "own:"
SPLITS = ("random", "author", "given")
"""How a set of one's own is parted into training and test images: at random in each class, by author, or as it was handed in."""
CLASSES, SIDES = (2, 20), (8, 64)
"""The least and the most classes, and pixels along the side, of a set of one's own."""
ROW, FOLDER = "row.json", "set-"
"""The file of a closed set's row; the beginning of a set's folder below that of all (no system reserves such a name)."""
FILES = ("images.npy", "labels.npy")
_NAME = re.compile(r"own:([\w-]{1,60})(?::(" + "|".join(SPLITS) + "))?")
_SMALLEST_FOR_TWO_BLOCKS = 16
"""Pixels: below it `mnist-cnn` does not fit."""


def is_own(name: str) -> bool:
    """Whether a name is that of a data set of one's own, there or not."""
    return name.startswith(PREFIX)


def names() -> tuple[str, ...]:
    """Every data set that can be chosen: those that come with the app, then the closed ones of one's own, by name."""
    return (*SOURCES, *own_names())


def own_names() -> tuple[str, ...]:
    """The data sets of one's own whose rows can be read, as `own:NAME`, by name."""
    rows = own_folder().glob(f"{FOLDER}*/{ROW}")
    found = (PREFIX + row.parent.name.removeprefix(FOLDER) for row in rows)
    return tuple(sorted(name for name in found if _readable(name)))


def _readable(name: str) -> bool:
    return not problem_of(name)


def problem_of(name: str) -> str:
    """Why there is no such data set, in one line; "" where there is one. One of one's own may have been deleted since a run."""
    try:
        source_of(name)
    except LabError as error:
        return str(error)
    return ""


def source_of(name: str, sources: Mapping[str, Source] = SOURCES) -> Source:
    """The row of a data set. LabError, in one line, for a name that is none, and for a set of one's own that is not closed,
    not here any more, or damaged."""
    if name in sources:
        return sources[name]
    if not is_own(name):
        raise LabError(f"unknown dataset {name!r}; choose one of {', '.join((*sources, *own_names()))}")
    if not (match := _NAME.fullmatch(name)):
        raise LabError(f"{name[:80]!r} names no data set; expected {PREFIX}NAME, or {PREFIX}NAME:SPLIT with one of {', '.join(SPLITS)}")
    folder = own_folder() / f"{FOLDER}{match.group(1)}"
    try:
        looked = (folder / ROW).stat()
    except OSError:
        why = "its collection is not closed yet" if folder.is_dir() else "it was deleted, or made on another machine"
        raise LabError(f"the data set {name} is not here: {why}") from None
    return _row(folder, name, match.group(2) or "", (looked.st_mtime_ns, looked.st_size, looked.st_ino))


@lru_cache(maxsize=128)
def _row(folder: Path, name: str, split: str, changed: object) -> Source:
    try:
        values = json.loads((folder / ROW).read_text(encoding="utf-8"))
        chosen = split or values["split"]
        if chosen not in values["splits"]:
            why = values.get("refused", {}).get(chosen, "")
            raise LabError(f"{name} cannot be split so{f': {why}' if why else ''}; choose one of {', '.join(values['splits'])}")
        return _source(folder, name, values, chosen, f" ({chosen})" if split else "")
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise LabError(f"{folder / ROW} is damaged ({error!r}); close the collection again") from error


def _source(folder: Path, name: str, values: Mapping[str, Any], split: str, also: str) -> Source:
    channels, side, _ = values["shape"]
    parts = values["splits"][split]
    files = [*zip(FILES, values["files"], strict=True), (f"order-{split}.npy", parts["order"])]
    layout = Layout(
        kind="own", title="own images", folder=str(folder.absolute() / values["folder"]),
        files=tuple(DataFile(file, about["size"], about["digest"]) for file, about in files), downloads=(),
    )  # fmt: skip
    train, classes = parts["train"], tuple(values["classes"])
    return Source(
        name=name, title=values["title"] + also, shape=(channels, side, side), train=train, train_counts=tuple(parts["train_counts"]),
        test=parts["test"], classes=classes, home="this machine", cite="Its images belong to those who made them", subject=values["title"],
        network="mnist-cnn" if side >= _SMALLEST_FOR_TWO_BLOCKS else "digits-cnn", sides=fractions(side), samples=tuple(parts["samples"]),
        form=form_of(values["drawn"], channels, side), presets=presets_of(train, min(parts["train_counts"]), len(classes)), layouts=(layout,),
    )  # fmt: skip


def fractions(side: int) -> tuple[int, ...]:
    """The sides at which the lessons compare a set: whole, three quarters, half and a quarter, no less than 4 pixels.

    >>> fractions(28), fractions(8)
    ((28, 21, 14, 7), (8, 6, 4))
    """
    return tuple(dict.fromkeys(max(4, side * quarters // 4) for quarters in (4, 3, 2, 1)))


def form_of(drawn: bool, channels: int, side: int) -> Form:
    """How images come into a set of one's own: drawings as MNIST's were made, in a box of five sevenths; photographs cropped."""
    if drawn:
        return Form(drawn=True, grey=True, box=max(4, round(side * 20 / 28)), centred=True) if channels == 1 else Form(aspect="pad")
    return Form(aspect="crop")


SMALL_SET = 5_000
"""Training images below which Adam trains: of twelve networks on 48 and 102 digits of three classes, at 28 and at 7 pixels, SGD
at 0.01 had brought one to 90% of its own training images after `quick`, Adam at 0.001 all of them to 95% and more."""


def presets_of(train: int, rarest: int, classes: int) -> Presets:
    """Recipes for `train` training images of `classes` classes, `rarest` of the rarest: the fewer, the more epochs."""
    held_out = max(classes, round(train / 10))
    fits = rarest >= 2 and held_out <= train // 2 and train - held_out >= classes
    validation = round(held_out / train + 0.0005, 3) if fits and held_out > train / 10 else 0.1 if fits else 0.0
    small = train < SMALL_SET
    how: Values = {"optimizer": "adam", "momentum": 0.0, "nesterov": False, "learning_rate": 0.001, "batch_size": 32} if small else {"learning_rate": 0.05, "batch_size": 128}
    shared: Values = {**how, "validation": validation}
    quick = max(3, min(30, 12_000 // train))
    limit: Values = {"train_limit": 10_000} if train * (1 - validation) > 10_000 else {}
    return Presets(quick={**shared, **limit, "epochs": quick}, fast={**shared, "epochs": 2 * quick})
