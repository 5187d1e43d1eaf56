"""Where the arithmetic of a run happens: in child processes (core.engines.process), or in the thread that asks (core.engines.thread).

Both hand over a stream: an iterator of records with `pause`, `resume`, `stop` and `close`. The producer obeys between
two records, and records come at least every half second. Torch is imported by whoever trains, not here.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record, Tick
from core.vocabulary.sources import source_of


class Stream(Protocol):
    """One run's records, and the four things that can be asked of the run.

    `pause`, `resume` and `stop` return at once, from any thread, and count from before the first record on. The thread
    that reads closes. A stream that nobody reads has started nothing and holds nothing.
    """

    def __iter__(self) -> Iterator[Record]: ...
    def pause(self) -> None:
        """Holds the records back after the next one."""

    def resume(self) -> None:
        """Goes on after a pause."""

    def stop(self) -> None:
        """The iteration ends within about a second; the unfinished epoch is lost."""

    def close(self) -> None:
        """Stops, waits until the producer has obeyed (or kills it), and gives back what the stream held, however far
        it was read; safe to call twice. Afterwards the engine is free for the next run."""


class Engine(Protocol):
    """Where runs are trained. `facts` and `speed` never wait; what goes wrong is in their futures."""

    @property
    def places(self) -> int:
        """How many runs it trains side by side; a stream beyond that waits for one of them."""

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> Stream:
        """The run's records; it goes on from the bytes of a checkpoint where there is one."""

    def facts(self) -> Future[dict[str, Any]]:
        """What machine trains: device, cores, precision, versions."""

    def speed(self, recipe: Recipe) -> Future[float]:
        """How fast a recipe is trained here, in images a second."""

    def close(self) -> None:
        """Ends what runs. Afterwards no question starts anything again; only a new stream would."""


def run_records(recipe: Recipe, folder: Path, resume: bytes | None) -> Iterator[Record]:
    """The records of a run, data set loading included; what both engines run."""
    yield Tick("loading", 0)
    from core.datasets import loading
    from core.training import device, loop

    yield Tick("loading", 0)
    data = loading.load(recipe.dataset, folder)
    yield Tick("loading", 0)
    with device.enough_memory(recipe):
        yield from loop.train(recipe, data, resume)


def check(recipe: Recipe, folder: Path, thoroughly: bool = False, devices: Sequence[str] | None = None) -> None:
    """Raises LabError, in one line, for a recipe that could not run here. Trains nothing.

    `thoroughly` also hashes the data files (up to a second): before a run is made, not each time a page is drawn.
    `devices`: those of this machine, best first, where they are known; None asks torch, whose import takes seconds.
    """
    from core.datasets import files as dataset_files
    from core.datasets import split_sizes
    from core.training import resources
    from core.vocabulary import networks

    source = source_of(recipe.dataset)
    state = (dataset_files.verified if thoroughly else dataset_files.state)(recipe.dataset, folder)
    if not state.present:
        why = state.problem or f"{recipe.dataset} is not in {folder}"
        raise LabError(f"{why}; {dataset_files.how_to_get(recipe.dataset)}")
    split_sizes.part_sizes(recipe)
    networks.layer_table(recipe.network, source.shape, len(source.classes), recipe.dropout)
    if devices is None:
        from core.training.device import resolve

        resources.check_fits(resolve(recipe))
    else:
        resources.check_fits(dataclasses.replace(recipe, device=resources.choose_device(recipe.device, devices)))


class Control:
    """Pause, resume and stop for one producer at a time, obeyed between two records."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._request: dict[int, str] = {}

    def request(self, order: str, job: int = 0) -> None:
        """Asks for "pause", "resume" or "stop" of a job; after a stop nothing else counts."""
        with self._changed:
            self._request[job] = "stop" if self._request.get(job) == "stop" else order
            self._changed.notify_all()

    def stopped(self, job: int = 0) -> bool:
        """Whether a stop was asked for."""
        with self._changed:
            return self._request.get(job) == "stop"

    def controlled(self, records: Iterator[Record], job: int = 0) -> Iterator[Record]:
        """The records, held back while paused, ended by a stop. Jobs come in the order of their numbers."""
        try:
            if self._told_to_stop(job):
                return
            for record in records:
                yield record
                if self._told_to_stop(job):
                    return
        finally:
            with self._changed:
                self._request = {other: order for other, order in self._request.items() if other > job}

    def _told_to_stop(self, job: int) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._request.get(job) != "pause")
            return self._request.get(job) == "stop"
