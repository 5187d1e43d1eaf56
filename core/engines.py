"""Where the arithmetic of a run happens: in a child process, or in the thread that asks.

Both hand over a stream: an iterator of records with `pause`, `resume`, `stop` and `close`. The producer obeys between
two records, and records come at least every half second. Torch is imported by whoever trains, not here.
"""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Callable, Iterator, Protocol

from core.errors import LabError, RunFailed
from core.frames import read_frame, write_frame
from core.recipe import Recipe
from core.records import Record, Tick, from_dict

STOP_SECONDS = 1.0
"""A producer that has not obeyed a stop after this long is killed."""


class EngineDied(LabError):
    """The child that trained is gone; what it had finished is stored, and the run can be resumed."""


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


def check(recipe: Recipe, folder: Path) -> None:
    """Raises LabError, in one line, for a recipe that could not run here. Trains nothing, reads no pictures."""
    from core import device, networks, sizes, sources

    source = sources.SOURCES[recipe.dataset]
    state = sources.state(recipe.dataset, folder)
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
            future.set_exception(_error(message))
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


def _error(message: dict[str, Any]) -> LabError:
    return (LabError if message["mistake"] else RunFailed)(message["message"])


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
                    raise _error(message)
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
