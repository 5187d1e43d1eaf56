"""How many runs are trained side by side on this machine, and with how many threads each.

Small networks gain little from threads, and runs side by side share nothing: on two cores (torch 2.14) two workers of one thread
trained 2.1 times (digits), 1.1 times (MNIST, CIFAR-10) the images of one worker of two threads, for which the digits were slower
than for one. So a machine trains many runs with few threads, one core stays with the pages, and memory is left for them. Threads are part of the recipe: all workers have the same number,
whether they are alone or not, so that a run's bits do not depend on who else is there.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from core.system.machine import usable_cores, usable_memory
from core.vocabulary.errors import LabError

MOST_WORKERS = 16
"""More runs at once than this show a class nothing that it could follow."""
MEMORY_OF_A_WORKER = 1 << 30
"""Bytes that a worker may take; measured 0.7 to 0.8 GB while it trains the preset `quick` of digits, MNIST or CIFAR-10."""
SHARE_OF_MEMORY = 0.75
"""Of the memory, for the workers; the rest is the pages' and the classifier's."""


class PoolSize(NamedTuple):
    """Worker processes, and the threads of each run in them."""

    workers: int
    threads: int


def pool_size(environ: Mapping[str, str] = os.environ) -> PoolSize:
    """What LAB_WORKERS says, else what this process's cores and memory bear. LabError for a LAB_WORKERS that is no number from 1 on."""
    wanted = environ.get("LAB_WORKERS", "").strip()
    if wanted and not (wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted) <= MOST_WORKERS):
        raise LabError(f"LAB_WORKERS is {wanted!r}; expected a whole number from 1 to {MOST_WORKERS}, the runs that are trained side by side")
    return size_for(usable_cores(), usable_memory(), int(wanted or 0), has_accelerator())


def has_accelerator() -> bool:
    """Whether runs may be trained on a GPU here; told without torch, by its driver's files or, on Apple's processors, by the system."""
    nvidia = Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None
    return nvidia or (sys.platform == "darwin" and platform.machine() == "arm64")


def size_for(cores: int, memory: int | None, workers: int = 0, accelerator: bool = False) -> PoolSize:
    """For a machine with so many cores and bytes of memory (None: nobody knows); `workers` 0 chooses.

    With an accelerator it chooses one worker: how much of its memory a run needs is not measured, and a second could fail for it.

    >>> [size_for(cores, None) for cores in (1, 2, 4, 8)]  # doctest: +NORMALIZE_WHITESPACE
    [PoolSize(workers=1, threads=1), PoolSize(workers=1, threads=1), PoolSize(workers=3, threads=1), PoolSize(workers=3, threads=2)]
    """
    spare = max(1, cores - 1)
    if not workers and accelerator:
        workers = 1
    if not workers:
        threads = 2 if spare >= 4 else 1
        fit = MOST_WORKERS if memory is None else int(SHARE_OF_MEMORY * memory / MEMORY_OF_A_WORKER)
        workers = max(1, min(spare // threads, fit, MOST_WORKERS))
    return PoolSize(workers, max(1, spare // workers))
