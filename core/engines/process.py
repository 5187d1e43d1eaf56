"""The engine of the app: worker processes, seen from the server."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from core.engines.child import Answers, Child, Question, failure_of
from core.engines.messages import (
    Answer,
    Control,
    Ended,
    Failed,
    MeasureFacts,
    MeasureSpeed,
    Pause,
    Recorded,
    Resume,
    Stop,
    Train,
)
from core.engines.pool import Pool
from core.system import log
from core.vocabulary.errors import EngineClosed, EngineDied, LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record

STOP_SECONDS = 1.0
"""A producer that has not obeyed a stop after this long is killed."""


class ProcessEngine:
    """The loop in children that stay warm for the next run. A child ends when its pipe does."""

    def __init__(self, data: Path, workers: int = 1) -> None:
        self.data, self.places = data, workers
        self.pool = Pool(workers)

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ProcessStream:
        """The run's records, when they are read. For the log it is the run that this thread works for."""
        return ProcessStream(self.pool, Train(0, recipe, self.data, log.current_run(), resume or b""))

    def facts(self) -> Future[dict[str, Any]]:
        """What machine the children run on."""
        return self._ask(MeasureFacts(0))

    def speed(self, recipe: Recipe) -> Future[float]:
        """How fast a child trains a recipe, in images a second."""
        return self._ask(MeasureSpeed(0, recipe))

    def close(self) -> None:
        """Kills the children; questions are refused from now on."""
        self.pool.close()

    def _ask(self, question: Question) -> Future[Any]:
        try:
            return self.pool.for_question().ask(question)
        except (EngineClosed, EngineDied) as error:
            return _refused(error)


class ProcessStream:
    """A run in a child, seen from here. The child is chosen, and hears of the run, when the first record is wanted."""

    def __init__(self, pool: Pool, order: Train) -> None:
        self._pool, self._order = pool, order
        self._changed = threading.Lock()
        self._child: Child | None = None
        self._number, self._answers, self._over = 0, Answers(), False
        self._stop_at: float | None = None
        self._early: list[type[Control]] = []  # what was asked for before the child heard of the run

    def __iter__(self) -> Iterator[Record]:
        if self._stop_at is not None or not self._open():
            return
        try:
            while (answer := self._next()) is not None:
                match answer:
                    case Recorded():
                        yield answer.record
                    case Failed():
                        raise failure_of(answer)
                    case _:
                        return
            if self._stop_at is None and self._child is not None:
                raise EngineDied(f"{self._child.end}; resume the run to go on")
        finally:
            self.close()

    def _open(self) -> bool:
        """Tells the child; False when a stop came first."""
        child, number, answers = self._pool.open()
        with self._changed:
            if self._stop_at is not None:
                child.forget(number)
                return False
            self._child, self._number, self._answers = child, number, answers
            child.order(dataclasses.replace(self._order, job=number))
            for kind in self._early:
                child.order(kind(self._number))
        self._order = dataclasses.replace(self._order, checkpoint=b"")
        return True

    def _next(self) -> Answer | None:
        """The next answer; None when the child is gone, or had to be killed because it did not obey a stop."""
        while not self._over:
            try:
                item = self._answers.get(timeout=0.1)
            except queue.Empty:
                if self._child is None or self._stop_at is None or time.monotonic() <= self._stop_at:
                    continue
                self._child.kill()
                item = None
            self._over = item is None or isinstance(item, Ended | Failed)
            return item
        return None

    def pause(self) -> None:
        """As Stream.pause."""
        self._ask(Pause)

    def resume(self) -> None:
        """As Stream.resume."""
        self._ask(Resume)

    def stop(self) -> None:
        """As Stream.stop; a child that has not obeyed after STOP_SECONDS is killed."""
        self._ask(Stop)

    def close(self) -> None:
        """As Stream.close."""
        if self._child is None:
            return self.stop()
        if not self._over:
            self.stop()
            while self._next() is not None:
                pass
        self._child.forget(self._number)

    def _ask(self, kind: type[Control]) -> None:
        with self._changed:
            if kind is Stop and self._stop_at is None:
                self._stop_at = time.monotonic() + STOP_SECONDS
            if self._child is None:
                self._early.append(kind)
            else:
                self._child.order(kind(self._number))


def _refused(error: LabError) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
