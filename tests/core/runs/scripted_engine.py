"""An engine and a store for tests of the manager: their threads stop at named points until the test lets them go on.

The points of a run, in order: `stream` (the engine hands it over), `start`, `epoch 0`, `epoch 1` ... `result`, `end`; before
each record is stored `store epoch 1`, after it `stored epoch 1` and so on; `close` (the stream is closed). At each of
them a run can be made to fail, to die or to be refused. No test waits for a time: it waits until a thread stands somewhere.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from core.runs.manager import JobManager
from core.runs.scheduling import lifecycle
from core.runs.store import RunStore, StoreError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Facts, Record, Result, Start
from core.vocabulary.visitor import Visitor

PATIENCE_S = 20.0
"""A test that waits longer has found something that waits for ever."""
CONFUSION = [[3, 1], [0, 4]]
FACTS = Facts(classes=("a", "b"), parameters=7, provenance={"torch": "none"})


class Script:
    """Which points are held, who stands where, and what happens there."""

    def __init__(self, *held: str) -> None:
        self._changed = threading.Condition()
        self._held = set(held)
        self._standing: dict[threading.Thread, tuple[str, Callable[[], bool]]] = {}
        """Thread -> its point, and whether it is paused there."""
        self._released: set[threading.Thread] = set()
        self.failures: dict[str, BaseException] = {}
        """What is raised, once, at a point, when its thread goes on; `*` stands for the next one, whatever it is."""
        self.passed: list[str] = []

    def hold(self, *points: str) -> None:
        """Whoever comes to one of these points from now on waits there; `*` stands for all of them."""
        with self._changed:
            self._held |= set(points)

    def open(self, *points: str) -> None:
        """These points (without names: all) hold nobody any more."""
        with self._changed:
            self._held = self._held - set(points) if points else set()
            self._changed.notify_all()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, point: str) -> None:
        """Until a thread stands at this point."""
        with self._changed:
            there = self._changed.wait_for(lambda: point in [name for name, _ in self._standing.values()], PATIENCE_S)
            assert there, f"nobody came to {point!r}; passed: {self.passed}"

    def standing(self, thread: threading.Thread | None) -> bool:
        with self._changed:
            return thread in self._standing

    def paused(self, thread: threading.Thread | None) -> bool:
        """Whether the thread stands somewhere because its run is paused."""
        with self._changed:
            return thread in self._standing and self._standing[thread][1]()

    def step(self, thread: threading.Thread | None) -> None:
        """This thread, which stands somewhere, goes on to the next point."""
        with self._changed:
            if thread is not None and self._standing.pop(thread, None):
                self._released.add(thread)
                self._changed.notify_all()

    def point(self, name: str, paused: Callable[[], bool] = lambda: False) -> None:
        """Where a thread of the engine or of the manager comes by. One that is paused stays, however often it is let go."""
        me = threading.current_thread()

        def free() -> bool:
            return me in self._released or not ({name, "*"} & self._held or paused())

        with self._changed:
            while True:
                self._standing[me] = name, paused
                self._changed.notify_all()
                assert self._changed.wait_for(free, 3 * PATIENCE_S), f"the test let nobody pass {name!r}"
                self._released.discard(me)
                if not paused():
                    break
            self._standing.pop(me, None)
            self.passed.append(name)
            failure = self.failures.pop(name, None) or self.failures.pop("*", None)
        if failure is not None:
            raise failure

    def settle(self, manager: JobManager) -> None:
        """Until every run at work stands at a point. What they did before can then be relied on."""
        end = time.monotonic() + PATIENCE_S
        while True:
            with manager._changed:
                if all(self.standing(job.thread) for job in manager._active):
                    return
            assert time.monotonic() < end, f"a run at work neither ends nor stands anywhere; passed: {self.passed}"
            with self._changed:
                self._changed.wait(0.0005)  # the end of a thread notifies nobody


    def go_on(self, manager: JobManager) -> None:
        """Each run at work goes on to its next point, one after the other: what happens is the same each time."""
        for job in list(manager._active):
            self.step(job.thread)
            self.settle(manager)


class ScriptedEngine:
    """Trains nothing. A run is as many epochs as its recipe says, whatever happens the same bytes for the same seed."""

    def __init__(self, script: Script, places: int = 1) -> None:
        self.script, self.places = script, places
        self._changed = threading.Lock()
        self.working = self.most_working = self.questions = 0
        self.streams: list[ScriptedStream] = []

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> ScriptedStream:
        self.script.point("stream")
        self.streams.append(ScriptedStream(self, recipe, resume))
        return self.streams[-1]

    def works(self, more: int) -> None:
        """One more run is at work, or one less."""
        with self._changed:
            self.working += more
            self.most_working = max(self.most_working, self.working)

    def facts(self) -> Future[dict[str, Any]]:
        self.questions += 1
        return _answer({"device": "cpu", "precision": "float32"})

    def speed(self, recipe: Recipe) -> Future[float]:
        self.questions += 1
        return _answer(1_000.0)

    def close(self) -> None:
        """As the end of a worker process: whoever stands somewhere is let go."""
        self.script.open()
        for stream in self.streams:
            stream.stop()


class ScriptedStream:
    def __init__(self, engine: ScriptedEngine, recipe: Recipe, resume: bytes | None) -> None:
        self.engine, self.recipe, self.resumed = engine, recipe, resume
        self.paused = self.stopped = self.closed = False

    def __iter__(self) -> Iterator[Record]:
        self.engine.works(1)
        try:
            for name, record in records(self.recipe, self.resumed):
                self.engine.script.point(name, lambda: self.paused and not self.stopped)
                if self.stopped:
                    return
                yield record
            self.engine.script.point("end")
        finally:
            self.engine.works(-1)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self.engine.script.wake()

    def stop(self) -> None:
        self.stopped = True
        self.engine.script.wake()

    def close(self) -> None:
        self.stop()
        self.closed = True
        self.engine.script.point("close")


def records(recipe: Recipe, resume: bytes | None = None) -> Iterator[tuple[str, Record]]:
    """(point, record): what a run of this recipe tells, from a checkpoint on."""
    done = int(json.loads(resume)["epoch"]) if resume else -1
    yield "start", Start(recipe.changed(device="cpu", precision="float32"), replace(FACTS, train=recipe.train_limit or 1_000), max(0, done))
    for epoch in range(done + 1, recipe.epochs + 1):
        yield f"epoch {epoch}", Epoch(
            epoch=epoch, train_loss=1.0 if epoch else None, running_accuracy=0.5 if epoch else None, train_accuracy=0.5,
            validation_loss=1.0, validation_accuracy=0.5, validation_confusion=CONFUSION, train_confusion=CONFUSION,
            learning_rate=0.1, seconds=0.1, images_per_second=100.0, best_epoch=epoch,
            checkpoint=json.dumps({"epoch": epoch, "seed": recipe.seed}).encode(),
        )  # fmt: skip
    yield "result", Result(recipe.epochs, 0.3, 0.8, CONFUSION, 0.1, weights_of(recipe))


def weights_of(recipe: Recipe) -> bytes:
    """What a finished run of this recipe keeps, however often it was stopped."""
    return f"seed {recipe.seed} after {recipe.epochs} epochs".encode()


class ScriptedStore(RunStore):
    """A store whose points can be held, and whose writes can be refused: `create`, `set_status`, `lock`, `start`, `epoch`,
    `result`, or `result afterwards` (it is written, and an error comes after it)."""

    def __init__(self, folder: Path, script: Script) -> None:
        super().__init__(folder)
        self.script = script
        self.refused: set[str] = set()

    def create(self, recipe: Recipe, owner: str) -> str:
        self._check("create")
        return super().create(recipe, owner)

    def lock(self, run: str) -> Any:
        self._check("lock")
        return super().lock(run)

    def set_status(self, run: str, status: str, message: str = "") -> None:
        self._check("set_status")
        super().set_status(run, status, message)

    def save(self, run: str, record: Record) -> None:
        kind = type(record).__name__.lower()
        name = f"epoch {record.epoch}" if isinstance(record, Epoch) else kind
        self.script.point(f"store {name}")
        self._check(kind)
        super().save(run, record)
        self.script.point(f"stored {name}")
        self._check(f"{kind} afterwards")

    def _check(self, operation: str) -> None:
        if operation in self.refused:
            raise StoreError(f"cannot write to the run store in {self.folder}: No space left on device")


class Lab:
    """A manager with a scripted engine and store, and the rules that hold for it whatever happens."""

    open: ClassVar[list[Lab]] = []
    """Those that were not closed: a run that stood somewhere for ever would break off in the midst of another test."""

    def __init__(self, folder: Path, *held: str, places: int = 1) -> None:
        Lab.open.append(self)
        self.folder, self.script = folder, Script(*held)
        self.store, self.engine = ScriptedStore(folder / "runs", self.script), ScriptedEngine(self.script, places)
        self.manager = JobManager(self.store, self.engine, data=folder, token="the token", threads=1, cards=folder / "cards")
        self._known: dict[str, tuple[object, str]] = {}

    def close(self) -> None:
        """Whoever stands somewhere is let go, and all ends."""
        Lab.open.remove(self)
        self.manager.close()
        self.store.close()

    def rules(self, thoroughly: bool = True) -> None:
        """At any moment at which nobody is between two points. Without `thoroughly` only runs that have changed are read."""
        assert self.engine.most_working <= self.engine.places, "more runs were at work at once than there are places"
        for run in self.store.names():
            state = self.store.version(run), self.store.status(run)
            if not thoroughly and self._known.get(run) == state:
                continue
            self._known[run] = state
            stored, now = self.store.get(run), self.manager.snapshot(run)
            assert [epoch.epoch for epoch in stored.epochs] == list(range(len(stored.epochs))), "an epoch is lost"
            if stored.result is not None:
                shown = now.status == "finished" or self._at_work(run)  # stored first, shown a moment later
                assert stored.status == "finished" and shown, f"{run} has a result and is {stored.status}, shown {now.status}"
                assert stored.weights is not None and stored.weights.read_bytes() == weights_of(stored.recipe)
            else:
                checkpoint = self.store.checkpoint(run)  # raises when it cannot be read
                assert (checkpoint is None) == (not stored.epochs)
                assert checkpoint is None or json.loads(checkpoint)["epoch"] == stored.epochs_done
            if now.status not in lifecycle.ACTIVE:
                RunStore.lock(self.store, run).release()  # raises when it is not free
            assert "\n" not in now.message

    def rest(self) -> None:
        """Nothing is held or refused any more: every run comes to rest, and all rules hold."""
        self.store.refused.clear()
        self.script.failures.clear()
        self.script.open()
        self.manager.hold(False, Visitor("", self.manager.token))
        self._until(self._idle, "a run waits for ever")
        self.rules()
        with self.manager._changed:
            at_work = [job.stream for job in self.manager._active]
        assert all(stream.closed or stream in at_work for stream in self.engine.streams), "a stream was left open"

    def _until(self, condition: Callable[[], bool], else_says: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"{else_says}; passed: {self.script.passed}"
            time.sleep(0.0005)

    def rest_of(self, run: str) -> None:
        """Nothing is held any more, what fails and is refused goes on: until this run rests."""
        self.script.open()
        self._until(lambda: self._rests(run), f"{run} waits for ever")

    def _at_work(self, run: str) -> bool:
        with self.manager._changed:
            return any(job.run == run for job in self.manager._active)

    def _idle(self) -> bool:
        """Nobody is at work but runs that are paused; and nobody waits for them."""
        with self.manager._changed:
            at_rest = all(job.status == "paused" and not job.ending and self.script.paused(job.thread) for job in self.manager._active)
            return at_rest and all(map(self._rests, self.store.names()))

    def _rests(self, run: str) -> bool:
        return self.manager.snapshot(run).status not in ("queued", "running")


def _answer(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future
