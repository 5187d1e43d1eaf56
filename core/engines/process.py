"""The engine of the app: a worker process, seen from the server. Starting it, writing to it, sorting what it says."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any

from core.engines.frames import frame_of, read_frame
from core.engines.messages import (
    Answer,
    Control,
    Ended,
    Facts,
    Failed,
    MeasureFacts,
    MeasureSpeed,
    Order,
    Pause,
    Recorded,
    Resume,
    Speed,
    Stop,
    Train,
    UnknownMessage,
    decode_answer,
    encode_order,
)
from core.system import log
from core.vocabulary.errors import EngineClosed, EngineDied, LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record

LOG = logging.getLogger(__name__)
STOP_SECONDS = 1.0
"""A producer that has not obeyed a stop after this long is killed."""
Answers = queue.Queue[Answer | None]
"""What the child says of one run; None when the child is gone."""
Question = MeasureFacts | MeasureSpeed


class ProcessEngine:
    """The loop in a child that stays warm for the next run. The child ends when its pipe does."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._closed = False

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ProcessStream:
        """The run's records, when they are read. For the log it is the run that this thread works for."""
        return ProcessStream(self.child, Train(0, recipe, self.data, log.current_run(), resume or b""))

    def facts(self) -> Future[dict[str, Any]]:
        """What machine the child runs on."""
        return self._ask(MeasureFacts(0))

    def speed(self, recipe: Recipe) -> Future[float]:
        """How fast the child trains a recipe, in images a second."""
        return self._ask(MeasureSpeed(0, recipe))

    def child(self) -> Child:
        """The child, started when there is none (any more). EngineDied where it cannot be started."""
        with self._lock:
            self._closed = False
            if self._child is None or not self._child.alive:
                self._child = Child()
            return self._child

    def close(self) -> None:
        """Kills the child; questions are refused from now on."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
            self._child = None

    def _ask(self, question: Question) -> Future[Any]:
        with self._lock:
            if self._closed:
                return _refused(EngineClosed())
            try:
                return self.child().ask(question)
            except EngineDied as error:
                return _refused(error)


class ProcessStream:
    """A run in the child, seen from here. The child is started, and hears of the run, when the first record is wanted."""

    def __init__(self, child: Callable[[], Child], order: Train) -> None:
        self._start, self._order = child, order
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
        child = self._start()
        with self._changed:
            if self._stop_at is not None:
                return False
            self._child = child
            self._number, self._answers = child.open(self._order)
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


class Child:
    """One worker process, a thread that writes to it and one that sorts what it says. Nobody waits for its pipes."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parents[2]
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        try:
            self.process = subprocess.Popen([sys.executable, "-m", "core.engines.worker"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, env=environment)  # fmt: skip
        except OSError as error:
            raise _not_started(error.strerror or error) from error
        self._numbers = itertools.count(1)
        self._changed = threading.Lock()
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._streams: dict[int, Answers] = {}
        self._questions: dict[int, Future[Any]] = {}
        self._unreadable = ""
        self._gone = False
        try:
            threading.Thread(target=self._write, daemon=True, name="to the worker").start()
            threading.Thread(target=self._sort, daemon=True, name="from the worker").start()
        except RuntimeError as error:
            self.kill()
            raise _not_started(error) from error

    @property
    def alive(self) -> bool:
        """Whether the process runs and can be heard."""
        return not self._gone and self.process.poll() is None

    @property
    def end(self) -> str:
        """How the child ended, for a message to a user."""
        if self._unreadable:
            return f"the worker process said what cannot be read ({self._unreadable}) and was ended"
        return f"the worker process ended by itself (exit code {self.process.poll()})"

    def order(self, order: Order) -> None:
        """Sends an order, at once or when the child reads; whoever waits for a child that is gone is told by its end."""
        LOG.debug("to the worker: %s, job %s", type(order).__name__, order.job)
        self._orders.put(frame_of(*encode_order(order)))

    def ask(self, question: Question) -> Future[Any]:
        """The value of the child's answer, when it comes; the child trains first what it is training."""
        number, future = next(self._numbers), Future[Any]()
        with self._changed:
            self._questions[number] = future
            gone = self._gone
        self.order(dataclasses.replace(question, job=number))
        if gone:
            self._end()
        return future

    def open(self, order: Train) -> tuple[int, Answers]:
        """Orders a run; its number, and where its answers arrive until it is forgotten."""
        number, answers = next(self._numbers), Answers(maxsize=2)
        with self._changed:
            self._streams[number] = answers
            gone = self._gone
        self.order(dataclasses.replace(order, job=number))
        if gone:
            answers.put(None)
        return number, answers

    def forget(self, number: int) -> None:
        """What still comes of this run is dropped."""
        with self._changed:
            self._streams.pop(number, None)

    def kill(self) -> None:
        """Ends the child now. Its pipes close, and everybody who waits hears of it."""
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)

    def _write(self) -> None:
        pipe = self.process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError, ValueError), pipe:  # the child is gone: its end is told by the other thread
            while (frame := self._orders.get()) is not None:
                pipe.write(frame)
                pipe.flush()

    def _sort(self) -> None:
        assert self.process.stdout is not None
        try:
            while (frame := read_frame(self.process.stdout)) is not None:
                self._deliver(decode_answer(*frame))
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=1)  # its pipe closes a moment before it ends, and the exit code is told
        except Exception as error:  # after one unreadable message no other can be trusted
            self._unreadable = str(error) or type(error).__name__
            LOG.error("the worker said what cannot be read", exc_info=error)
        finally:
            self.kill()
            self._end()
            self.process.stdout.close()

    def _deliver(self, answer: Answer) -> None:
        with self._changed:
            future = self._questions.get(answer.job)
        if future is None:
            return self._hand_over(answer.job, answer)
        match answer:
            case Facts():
                future.set_result(answer.facts)
            case Speed():
                future.set_result(answer.images_per_second)
            case Failed():
                future.set_exception(failure_of(answer))
            case _:
                raise UnknownMessage(f"{type(answer).__name__} is no answer to a question")
        with self._changed:
            self._questions.pop(answer.job, None)

    def _hand_over(self, number: int, item: Answer | None) -> None:
        while (answers := self._streams.get(number)) is not None:  # nobody reads a forgotten stream
            try:
                return answers.put(item, timeout=0.2)
            except queue.Full:
                continue

    def _end(self) -> None:
        """Tells everybody who waits that nothing more will come."""
        with self._changed:
            self._gone = True
            waiting, numbers = list(self._questions.values()), list(self._streams)
            self._questions.clear()
        self._orders.put(None)
        for future in waiting:
            with contextlib.suppress(InvalidStateError):
                future.set_exception(EngineDied(self.end))
        for number in numbers:
            self._hand_over(number, None)


def _not_started(why: object) -> EngineDied:
    return EngineDied(f"the worker process cannot be started ({why}); close other programs, then resume the run")


def failure_of(answer: Failed) -> LabError:
    """The error that the worker tells of."""
    return (LabError if answer.mistake else RunFailed)(answer.message)


def _refused(error: LabError) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
