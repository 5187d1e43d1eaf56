"""The worker process, seen from the server: starting it, writing to it, sorting what it says."""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from core.errors import LabError, RunFailed
from core.frames import read_frame, write_frame


class EngineDied(LabError):
    """The child that trained is gone; what it had finished is stored, and the run can be resumed."""


class Child:
    """One worker process, and the thread that sorts what it says."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parent.parent
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self.process = subprocess.Popen([sys.executable, "-m", "core.worker"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=environment)  # fmt: skip
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._streams: dict[int, queue.Queue[tuple[dict[str, Any], bytes] | None]] = {}
        self._questions: dict[int, tuple[Future[Any], str]] = {}
        threading.Thread(target=self._sort, daemon=True, name="from the worker").start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def order(self, message: dict[str, Any], blob: bytes = b"") -> None:
        assert self.process.stdin is not None
        with self._writing:
            try:
                write_frame(self.process.stdin, message, blob)
            except (OSError, ValueError):
                pass  # the child is gone; whoever waits for it is told by its end of file

    def ask(self, question: dict[str, Any], answer: str) -> Future[Any]:
        """The named value of the child's answer, when it comes; the child trains first what it is training."""
        number, future = next(self._numbers), Future[Any]()
        self._questions[number] = future, answer
        self.order({**question, "job": number})
        if not self.alive:
            self._end()
        return future

    def open(self, order: dict[str, Any], blob: bytes) -> tuple[int, queue.Queue[tuple[dict[str, Any], bytes] | None]]:
        number = next(self._numbers)
        self._streams[number] = queue.Queue(maxsize=2)
        self.order({**order, "job": number}, blob)
        return number, self._streams[number]

    def forget(self, number: int) -> None:
        self._streams.pop(number, None)

    def kill(self) -> None:
        """Ends the child now. Its pipes close, and everybody who waits hears of it."""
        self.process.kill()
        self.process.wait(timeout=5)

    def _sort(self) -> None:
        assert self.process.stdout is not None
        while (frame := read_frame(self.process.stdout)) is not None:
            message, blob = frame
            number = message.pop("job")
            if number in self._questions:
                self._reply(*self._questions.pop(number), message)
            else:
                self._hand_over(number, (message, blob))
        self.process.wait()
        self._end()

    def _reply(self, future: Future[Any], key: str, message: dict[str, Any]) -> None:
        if message["kind"] == "failed":
            future.set_exception(failure_of(message))
        else:
            future.set_result(message[key])

    def _hand_over(self, number: int, item: tuple[dict[str, Any], bytes] | None) -> None:
        while (waiting := self._streams.get(number)) is not None:  # nobody reads a forgotten stream
            try:
                return waiting.put(item, timeout=0.2)
            except queue.Full:
                continue

    def _end(self) -> None:
        for future, _ in list(self._questions.values()):
            if not future.done():
                future.set_exception(EngineDied("the worker ended"))
        for number in list(self._streams):
            self._hand_over(number, None)


def failure_of(message: dict[str, Any]) -> LabError:
    """The error that a 'failed' message tells of."""
    return (LabError if message["mistake"] else RunFailed)(message["message"])
