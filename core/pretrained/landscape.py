"""The loss of a small network in a plane of its weights, and the ways of two optimizers through it, kept in one file. Torch-free.

Both runs start from the same weights and see the same batches; only the optimizer differs. Three points, the start and both
ends, span the plane; the ways are projected onto it. The kernels of the first layer are kept too, epoch by epoch.
core/explain/landscape.py makes the file.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.system.atomic import whole_file
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe

NAME = "landscape"
"""Of the step of `python -m core pretrain` that makes the file."""
FILE = f"{NAME}.npz"
Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One run: where it was after each epoch, epoch 0 first."""

    recipe: Recipe
    points: Float32
    """(epochs + 1, 2): its place in the plane, the start at (0, 0), in the length of the weights' vector."""
    losses: Float32
    """(epochs + 1,): the mean cross-entropy of the training part at its weights themselves, dropout off."""
    share: float
    """Of the length of its way, from epoch to epoch, the part that lies in the plane: 0 to 1."""
    kernels: NDArray[np.float16]
    """(epochs + 1, F, C, K, K): of the first layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """The losses on a grid, and the ways."""

    x: Float32
    """(W,): towards the end of the first way."""
    y: Float32
    """(H,): at right angles to it, towards the end of the second."""
    losses: Float32
    """(H, W): the mean cross-entropy of the training part, dropout off; `losses[row, column]` at (x[column], y[row])."""
    ways: Mapping[str, Way]
    """Optimizer -> its way."""
    parameters: int
    """How many weights and biases the network has: the dimensions of the space that the plane cuts."""


def read(folder: Path) -> Landscape | None:
    """What the file in the folder holds; None where there is none. LabError when it is damaged."""
    path = folder / FILE
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Landscape:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _of(dict(arrays), json.loads(str(arrays["about"])))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, LabError) as error:
        raise LabError(f"{path} is damaged ({error!r}); python -m core pretrain {NAME} makes it") from error


def _of(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> Landscape:
    ways = {name: Way(Recipe.from_dict(own["recipe"]), arrays[f"{name}.points"], arrays[f"{name}.losses"], float(own["share"]),
                      arrays[f"{name}.kernels"]) for name, own in about["ways"].items()}  # fmt: skip
    x, y, losses = (arrays[name] for name in ("x", "y", "losses"))
    if losses.shape != (len(y), len(x)) or not np.isfinite(losses).all():
        raise ValueError(f"losses {losses.shape} for {len(x)} x {len(y)} places")
    for name, way in ways.items():
        count = way.recipe.epochs + 1
        if way.points.shape != (count, 2) or way.losses.shape != (count,) or way.kernels.shape[0] != count or not 0 <= way.share <= 1:
            raise ValueError(f"the way of {name} does not have {count} places")
    return Landscape(x, y, losses, ways, int(about["parameters"]))


def write(folder: Path, landscape: Landscape) -> None:
    """Makes the file, whole or not at all."""
    about = {"parameters": landscape.parameters,
             "ways": {name: {"recipe": way.recipe.as_dict(), "share": way.share} for name, way in landscape.ways.items()}}  # fmt: skip
    arrays: dict[str, Any] = {"about": np.array(json.dumps(about)), "x": landscape.x, "y": landscape.y, "losses": landscape.losses}
    for name, way in landscape.ways.items():
        arrays |= {f"{name}.points": way.points, f"{name}.losses": way.losses, f"{name}.kernels": way.kernels}
    with whole_file(folder / FILE) as out:
        np.savez_compressed(out, **arrays)
