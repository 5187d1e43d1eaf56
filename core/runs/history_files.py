"""The files that a run keeps for looking back, beside its newest checkpoint: how they are written and thinned. No torch.

| file, below the run's folder | what is in it |
| --- | --- |
| `validation.z` | `indices`, `labels` and the watched images of the validation part (core/training/observation.py), once a run |
| `epoch-0007.z` | `probabilities` of the validation part, `kernels` of the first convolution |
| `epoch-0007.safetensors` | the weights: matrices and kernels as float16, biases and normalisation as float32 |
| `test.z` | `probabilities` of the test set, once the run is tested |

A `.z` file is a safetensors file, compressed (zlib, which checks itself); the weights carry a checksum. Each is written
whole or not at all, under its own name, so one that broke off harms nothing.
"""

from __future__ import annotations

import math
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.system.atomic import write_whole
from core.vocabulary.errors import LabError
from core.vocabulary.records import Epoch

Array = npt.NDArray[Any]
VALIDATION, TEST = "validation.z", "test.z"
ARRAYS, WEIGHTS = "epoch-{:04d}.z", "epoch-{:04d}.safetensors"
EPOCH = re.compile(r"epoch-(\d+)\.(z|safetensors)")
NETWORK = "network."
"""What the names of the weights begin with in a checkpoint (core/training/checkpoint.py)."""
BUDGET_MB = 60.0
"""What a run may take on the disk, if $LAB_HISTORY_MB says nothing else; a MB is 1,000,000 bytes."""
ROOM = 0.9
"""Of the budget; the rest is for the database, its journal included."""
EARLY = 4
"""The smaller, the denser the early epochs among those whose weights stay."""


def budget(environ: Mapping[str, str] = os.environ) -> int:
    """The bytes that a run may take, its newest checkpoint included: $LAB_HISTORY_MB. LabError for what is no size."""
    text = environ.get("LAB_HISTORY_MB") or str(BUDGET_MB)
    try:
        size = float(text)
    except ValueError:
        size = -1.0
    if not 0 <= size <= 1e9:
        raise LabError(f"LAB_HISTORY_MB is {text!r}; expected a number of MB from 0, as 60")
    return round(size * 1e6)


def pack(arrays: Mapping[str, Array]) -> bytes:
    """The content of a `.z` file."""
    from safetensors.numpy import save

    return zlib.compress(save({name: np.asarray(array, order="C") for name, array in arrays.items()}))


def unpack(content: bytes) -> dict[str, Array]:
    """What `pack` was given. ValueError, zlib.error or SafetensorError for what is damaged."""
    from safetensors.numpy import load

    return load(zlib.decompress(content))


def write_part(folder: Path, name: str, arrays: bytes) -> None:
    """Writes `validation.z` or `test.z` from a record's arrays (safetensors). OSError as `write_whole`."""
    write_whole(folder / name, zlib.compress(arrays))


def write_epoch(folder: Path, epoch: Epoch) -> None:
    """Writes the two files of an epoch from its checkpoint and arrays. OSError as `write_whole`; ValueError or
    SafetensorError where the checkpoint is none."""
    from safetensors.numpy import load

    weights = {name.removeprefix(NETWORK): array for name, array in load(epoch.checkpoint).items() if name.startswith(NETWORK)}
    write_arrays(folder, epoch.epoch, epoch.arrays, weights)
    write_whole(folder / WEIGHTS.format(epoch.epoch), packed_weights(weights))


def write_arrays(folder: Path, epoch: int, arrays: bytes, weights: Mapping[str, Array]) -> None:
    """Writes the first of an epoch's files: a record's arrays (safetensors, or nothing), and the first kernels."""
    from safetensors.numpy import load

    kernels = first_kernels(weights)
    kept = (load(arrays) if arrays else {}) | ({} if kernels is None else {"kernels": kernels})
    if kept:
        write_whole(folder / ARRAYS.format(epoch), pack(kept))


def first_kernels(weights: Mapping[str, Array]) -> Array | None:
    """(F, C, k, k): the weights of the first convolution, by the names of the network's state; None without one."""
    places = sorted((int(name.partition(".")[0]), name) for name, array in weights.items() if array.ndim == 4)
    return weights[places[0][1]] if places else None


def packed_weights(weights: Mapping[str, Array]) -> bytes:
    """A safetensors file with a checksum. Whatever has two dimensions or more becomes float16, unless it is too large."""
    from safetensors.numpy import save

    small = {name: _smaller(array) for name, array in weights.items()}
    return save(small, {"crc32": str(checksum(small))})


def checksum(arrays: Mapping[str, Array]) -> int:
    """CRC-32 of the arrays in the order of their names."""
    found = 0
    for name in sorted(arrays):
        found = zlib.crc32(np.asarray(arrays[name], order="C").tobytes(), found)
    return found


def _smaller(array: Array) -> Array:
    if array.ndim < 2 or array.dtype != np.float32:
        return np.asarray(array, order="C")
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    overflows = bool((np.isinf(half) & ~np.isinf(array)).any())  # a NaN or an infinity stays what it is
    return np.asarray(array if overflows else half, order="C")


# --- the budget ------------------------------------------------------------------------------------------------------


def thin(folder: Path, allowed: int, best: int) -> None:
    """Removes files of the run until at most `allowed` bytes are left: weights first, then what else epochs keep.

    The newest epoch and the `best` one go last. OSError where a file cannot be removed.
    """
    sizes: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".part"):  # of a write that broke off; whoever thins is the only one who writes
                os.unlink(entry.path)
            else:
                sizes[entry.name] = entry.stat().st_size
    surplus = sum(sizes.values()) - allowed
    for pattern in (WEIGHTS, ARRAYS):
        kept = sorted(int(match[1]) for name in sizes if (match := EPOCH.fullmatch(name)) and name == pattern.format(int(match[1])))
        while surplus > 0 and kept:
            epoch = least_missed(kept, best)
            kept.remove(epoch)
            name = pattern.format(epoch)
            os.unlink(folder / name)
            surplus -= sizes.pop(name)


def least_missed(kept: Sequence[int], best: int) -> int:
    """Of the epochs in `kept`, ascending, the one whose neighbours lie closest together on a logarithmic scale.

    The first one follows when there is no other, then the best, then the newest.

    >>> least_missed([0, 1, 2, 3, 10, 11, 12], best=11), least_missed([0, 11, 12], best=11), least_missed([11, 12], best=11)
    (10, 0, 11)
    """
    between = [number for number in kept[1:-1] if number != best]
    if not between:
        return kept[0]
    neighbours = {middle: (before, after) for before, middle, after in zip(kept, kept[1:], kept[2:], strict=False)}
    return min(between, key=lambda number: _distance(*neighbours[number]))


def _distance(before: int, after: int) -> float:
    return math.log((after + EARLY) / (before + EARLY))
