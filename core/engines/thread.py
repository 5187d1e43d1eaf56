"""The engine of the command line, of notebooks and of tests: the loop in the thread that iterates."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from core.engines.base import Control, run_records
from core.vocabulary.errors import EngineClosed
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record

T = TypeVar("T")


class ThreadEngine:
    """The loop in the thread that iterates: for one user, for notebooks, for tests. One run at a time.

    Questions are answered by threads of their own, one after the other, when no run is in the way.
    """

    places = 1

    def __init__(self, data: Path) -> None:
        self.data = data
        self._busy = threading.Lock()
        self._closed = False

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ThreadStream:
        """The run's records; the thread that reads them trains."""
        self._closed = False
        return ThreadStream(recipe, self.data, resume, self._busy)

    def facts(self) -> Future[dict[str, Any]]:
        """What machine this is."""
        def answer() -> dict[str, Any]:
            from core.training.throughput import machine_facts

            return machine_facts()

        return self._answered(answer)

    def speed(self, recipe: Recipe) -> Future[float]:
        """How fast a recipe is trained here, in images a second; measured when no run is at work."""
        def answer() -> float:
            from core.training.throughput import training_speed

            with self._busy:
                return training_speed(recipe)

        return self._answered(answer)

    def close(self) -> None:
        """Nothing outlives a stream here; questions are refused from now on."""
        self._closed = True

    def _answered(self, answer: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            try:
                future.set_result(answer())
            except Exception as error:  # whoever asked is told
                future.set_exception(error)

        if self._closed:
            future.set_exception(EngineClosed())
        else:
            threading.Thread(target=work, daemon=True, name="a question").start()
        return future


class ThreadStream:
    """A run that is trained by the thread that reads its records."""

    def __init__(self, recipe: Recipe, data: Path, resume: bytes | None, busy: threading.Lock) -> None:
        self._records, self._busy, self._control = run_records(recipe, data, resume), busy, Control()
        self._reading: Generator[Record, None, None] | None = None

    def __iter__(self) -> Iterator[Record]:
        self._reading = self._read()
        return self._reading

    def _read(self) -> Generator[Record, None, None]:
        while not self._busy.acquire(timeout=0.1):
            if self._control.stopped():
                return
        try:
            yield from self._control.controlled(self._records)
        finally:
            self._busy.release()

    def pause(self) -> None:
        """As Stream.pause."""
        self._control.request("pause")

    def resume(self) -> None:
        """As Stream.resume."""
        self._control.request("resume")

    def stop(self) -> None:
        """As Stream.stop."""
        self._control.request("stop")

    def close(self) -> None:
        """As Stream.close."""
        self.stop()
        if self._reading is not None:
            self._reading.close()
