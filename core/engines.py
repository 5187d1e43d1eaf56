"""Where the arithmetic of a run happens: in a child process, or in the thread that asks.

Both hand over a stream: an iterator of records with `pause`, `resume`, `stop` and `close`. The producer obeys between
two records, and records come at least every half second. Torch is imported by whoever trains, not here.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from core.child import Child, EngineDied, failure_of
from core.errors import LabError
from core.recipe import Recipe
from core.records import Record, Tick, from_dict

__all__ = ["ENGINES", "Control", "Engine", "EngineDied", "ProcessEngine", "Stream", "ThreadEngine", "check", "produce"]

STOP_SECONDS = 1.0
"""A producer that has not obeyed a stop after this long is killed."""


class Stream(Protocol):
    """One run's records, and the four things that can be asked of the run."""

    def __iter__(self) -> Iterator[Record]: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None:
        """The iteration ends within about a second; the unfinished epoch is lost."""

    def close(self) -> None:
        """Like stop, and what the stream held is given back; safe to call twice."""


class Engine(Protocol):
    def stream(self, recipe: Recipe, resume: bytes | None = None) -> Stream: ...
    def facts(self) -> Future[dict[str, Any]]: ...
    def speed(self, recipe: Recipe) -> Future[float]: ...
    def close(self) -> None: ...


def produce(recipe: Recipe, folder: Path, resume: bytes | None) -> Iterator[Record]:
    """The records of a run, data set loading included; what both engines run."""
    yield Tick("loading", 0)
    from core import datasets, training

    yield Tick("loading", 0)
    data = datasets.load(recipe.dataset, folder)
    yield Tick("loading", 0)
    yield from training.train(recipe, data, resume)


def check(recipe: Recipe, folder: Path, thoroughly: bool = False) -> None:
    """Raises LabError, in one line, for a recipe that could not run here. Trains nothing.

    `thoroughly` also hashes the data files (up to a second): before a run is made, not each time a page is drawn.
    """
    from core import device, networks, sizes, sources

    source = sources.SOURCES[recipe.dataset]
    state = (sources.verified if thoroughly else sources.state)(recipe.dataset, folder)
    if not state.present:
        why = state.problem or f"{recipe.dataset} is not in {folder}"
        raise LabError(f"{why}; fetch it with: python -m core data {recipe.dataset} --fetch")
    sizes.part_sizes(recipe)
    networks.layer_table(recipe.network, source.shape, len(source.classes), recipe.dropout)
    device.resolve(recipe)


class Control:
    """Pause, resume and stop for one producer at a time, obeyed between two records."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wish: dict[int, str] = {}

    def obey(self, wish: str, job: int = 0) -> None:
        with self._changed:
            self._wish[job] = "stop" if self._wish.get(job) == "stop" else wish
            self._changed.notify_all()

    def govern(self, records: Iterator[Record], job: int = 0) -> Iterator[Record]:
        """The records, held back while paused, ended by a stop."""
        try:
            for record in records:
                yield record
                if self._told_to_stop(job):
                    return
        finally:
            with self._changed:
                self._wish.pop(job, None)

    def _told_to_stop(self, job: int) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._wish.get(job) != "pause")
            return self._wish.get(job) == "stop"


# --- in this thread ------------------------------------------------------------------------------------------------


class ThreadEngine:
    """The loop in the thread that iterates: for one user, for notebooks, for tests. One run at a time."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._busy = threading.Lock()

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ThreadStream:
        return ThreadStream(recipe, self.data, resume, self._busy)

    def facts(self) -> Future[dict[str, Any]]:
        from core.speed import machine_facts

        return _done(machine_facts())

    def speed(self, recipe: Recipe) -> Future[float]:
        from core.speed import training_speed

        with self._busy:
            return _done(training_speed(recipe))

    def close(self) -> None:
        """Nothing outlives a stream here."""


class ThreadStream:
    def __init__(self, recipe: Recipe, data: Path, resume: bytes | None, busy: threading.Lock) -> None:
        self._records, self._busy, self._control = produce(recipe, data, resume), busy, Control()

    def __iter__(self) -> Iterator[Record]:
        with self._busy:
            yield from self._control.govern(self._records)

    def pause(self) -> None:
        self._control.obey("pause")

    def resume(self) -> None:
        self._control.obey("resume")

    def stop(self) -> None:
        self._control.obey("stop")

    close = stop


def _done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


# --- in a child process --------------------------------------------------------------------------------------------


class ProcessEngine:
    """The loop in a child that stays warm for the next run. The child ends when its pipe does."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._lock = threading.RLock()
        self._child: Child | None = None

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ProcessStream:
        order = {"do": "train", "recipe": recipe.as_dict(), "data": str(self.data)}
        return ProcessStream(self.child(), order, resume or b"")

    def facts(self) -> Future[dict[str, Any]]:
        return self.child().ask({"do": "facts"}, "facts")

    def speed(self, recipe: Recipe) -> Future[float]:
        return self.child().ask({"do": "speed", "recipe": recipe.as_dict()}, "images_per_second")

    def child(self) -> Child:
        """The child, started when there is none (any more)."""
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = Child()
            return self._child

    def close(self) -> None:
        with self._lock:
            if self._child is not None:
                self._child.kill()
            self._child = None


class ProcessStream:
    """A run in the child, seen from here."""

    def __init__(self, child: Child, order: dict[str, Any], resume: bytes) -> None:
        self._child = child
        self._stop_at: float | None = None
        self._number, self._frames = child.open(order, resume)

    def __iter__(self) -> Iterator[Record]:
        try:
            while (item := self._next()) is not None:
                message, blob = item
                if message["kind"] == "failed":
                    raise failure_of(message)
                if message["kind"] == "end":
                    return
                yield from_dict(message, blob)
            if self._stop_at is None:
                code = self._child.process.poll()
                raise EngineDied(f"the worker process ended by itself (exit code {code}); resume the run to go on")
        finally:
            self._child.forget(self._number)

    def _next(self) -> tuple[dict[str, Any], bytes] | None:
        while True:
            try:
                return self._frames.get(timeout=0.1)
            except queue.Empty:
                if self._stop_at is not None and time.monotonic() > self._stop_at:
                    self._child.kill()
                    return None

    def pause(self) -> None:
        self._child.order({"do": "pause", "job": self._number})

    def resume(self) -> None:
        self._child.order({"do": "resume", "job": self._number})

    def stop(self) -> None:
        self._stop_at = self._stop_at or time.monotonic() + STOP_SECONDS
        self._child.order({"do": "stop", "job": self._number})

    close = stop


ENGINES: dict[str, Callable[[Path], Engine]] = {"process": ProcessEngine, "thread": ThreadEngine}
