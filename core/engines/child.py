"""One worker process, seen from the server: starting it, writing to it, sorting what it says."""

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
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any

from core.engines.frames import frame_of, read_frame
from core.engines.messages import (
    Answer,
    Facts,
    Failed,
    MeasureFacts,
    MeasureSpeed,
    Order,
    Speed,
    UnknownMessage,
    decode_answer,
    encode_order,
)
from core.vocabulary.errors import EngineDied, LabError, RunFailed

LOG = logging.getLogger(__name__)
Answers = queue.Queue[Answer | None]
"""What the child says of one run; None when the child is gone."""
Question = MeasureFacts | MeasureSpeed


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
        self.worked_at = time.monotonic()
        """When it had something to do for the last time, or was started; by the clock of `time.monotonic`."""
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
            gone = self._gone
            if not gone:
                self._questions[number] = future
        if gone:  # whoever asks never waits, not even for the readers of the child's runs
            future.set_exception(EngineDied(self.end))
        else:
            self.order(dataclasses.replace(question, job=number))
        return future

    def open(self) -> tuple[int, Answers]:
        """A number for a run that will be ordered, and where its answers arrive until it is forgotten."""
        number, answers = next(self._numbers), Answers(maxsize=2)
        with self._changed:
            self._streams[number] = answers
            gone = self._gone
        if gone:
            answers.put(None)
        return number, answers

    def forget(self, number: int) -> None:
        """What still comes of this run is dropped."""
        with self._changed:
            self._streams.pop(number, None)
            self.worked_at = time.monotonic()

    @property
    def runs(self) -> int:
        """How many runs it has, the one that it trains and those that wait for that."""
        return len(self._streams)

    def idle_seconds(self) -> float:
        """So long it has had nothing to do; 0.0 while it has a run or a question."""
        with self._changed:
            return 0.0 if self._streams or self._questions else time.monotonic() - self.worked_at

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
            self.worked_at = time.monotonic()

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
