"""The job manager: a queue of runs, some at a time, each told by a background thread that reads its stream.

Screens never wait for training: they read snapshots. Every record is stored first and shown afterwards. How runs are
trained side by side, core.runs.scheduling.runner tells; where the server keeps its manager, demo.server.services.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from core.engines import base
from core.runs.history import History
from core.runs.scheduling import lifecycle
from core.runs.scheduling.estimates import Estimate
from core.runs.scheduling.job import Job
from core.runs.scheduling.lifecycle import PERSON
from core.runs.scheduling.supervision import SupervisedRunner
from core.runs.snapshot import Snapshot, Snapshots, history_of
from core.runs.store import RunStore
from core.runs.summaries import RunSummary
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor

WARM_UP_AFTER_S = 4.0
"""From the server's start: importing torch takes a core for two seconds."""
Shown = TypeVar("Shown", Snapshot, RunSummary)


class JobManager(SupervisedRunner):
    """Submits, shows, pauses, resumes and stops runs. Every method may be called from any thread."""

    def __init__(
        self, store: RunStore, engine: base.Engine, *, data: Path, token: str, threads: int, cards: Path
    ) -> None:
        super().__init__(store, engine, token)
        self.data, self.threads, self.cards = data, threads, cards
        self._stored = Snapshots(store, cards)

    # --- asking ----------------------------------------------------------------------------------------------------

    def check(self, recipe: Recipe) -> None:
        """Raises LabError, in one line, for a recipe that could not run here."""
        base.check(recipe, self.data, devices=self._devices(recipe))

    def _devices(self, recipe: Recipe) -> Sequence[str] | None:
        """The devices of this machine as the engine found them, best first; None where only torch would know.

        Until the engine has answered, what "auto" becomes is taken for the processor, of whose memory batches are told.
        """
        if (facts := self.facts) is not None:
            return tuple(dict.fromkeys((facts.get("device", "cpu"), "cpu")))
        return ("cpu",) if recipe.device in ("auto", "cpu") else None

    def expected(self, recipe: Recipe, visitor: Visitor | None = None) -> Estimate:
        """How long this recipe would take here; never waits. Ask again while its seconds are None."""
        busy = bool(self._active or self._queue)
        return self._estimates.of(self._with_threads(recipe), busy, visitor.name if visitor else "")

    def starts_later(self, recipe: Recipe, visitor: Visitor) -> bool:
        """Whether a run of this recipe would wait for the end of the lesson, because it is long; the teacher's never do."""
        return not self.teacher(visitor.token) and self._too_long(self._with_threads(recipe))

    @property
    def facts(self) -> dict[str, Any] | None:
        """The device as the engine sees it; None until the engine has answered. Never waits."""
        return None if self._closed else self._estimates.facts()

    def may(self, run: str, visitor: Visitor) -> bool:
        """Whether this person may pause, resume, stop or delete the run: its owner, or the teacher.

        A run that comes with the app is nobody's, not the teacher's either.
        """
        with self._changed:
            job = self._jobs.get(run)
        known = job or self.snapshot(run)
        if isinstance(known, Snapshot) and known.pretrained:
            return False
        return self.teacher(visitor.token) or (bool(known.owner) and known.owner == visitor.name)

    def snapshot(self, run: str) -> Snapshot:
        """The run now; by its name also one that comes with the app. NoSuchRun when there is none of this id."""
        with self._changed:
            job = self._jobs.get(run)
            if job is not None:
                place = next((place for place, other in enumerate(self._queue, start=1) if other is job), None)
                return self._shown(job, place, self._waits() if place else {})
        return self._explained(self._stored.of(run))

    def waiting(self) -> list[Snapshot]:
        """Every run that waits, as `snapshot`, in the order in which they will begin; those for the end of the lesson last.

        One look at the queue for all of them.
        """
        with self._changed:
            waits = self._waits()
            queued = [self._shown(job, place, waits) for place, job in enumerate(self._queue, start=1)]
            return queued + [self._shown(job, None, {}) for job in self._later]

    def history(self, run: str) -> History:
        """What a run keeps of its finished epochs, to go back in; also of one that comes with the app. NoSuchRun."""
        return history_of(run, self.store, self.cards)

    def list(self) -> list[RunSummary]:
        """Every run of the store that can be read, the newest first, without its epochs."""
        with self._changed:
            places = {job.run: place for place, job in enumerate(self._queue, start=1)}
            later = {job.run for job in self._later}
        found = map(self._explained, self.store.summaries())
        waiting = places.keys() | later
        return [dataclasses.replace(it, place=places.get(it.run), later=it.run in later) if it.run in waiting else it for it in found]

    def unreadable(self) -> dict[str, str]:
        """Run -> why it cannot be read; such runs harm no other."""
        return self.store.unreadable()

    def counts(self) -> Counter[str]:
        """How many runs of the store there are of each status."""
        return self.store.counts()

    def pretrained(self) -> tuple[RunSummary, ...]:
        """Every run that comes with the app, sorted by name. LabError when one of their files is damaged."""
        return self._stored.pretrained()

    # --- ordering --------------------------------------------------------------------------------------------------

    def submit(self, recipe: Recipe, visitor: Visitor) -> str:
        """Puts a new run into the queue, or among those for after the lesson, and returns its id.

        LabError for a bad recipe, one with more epochs than the teacher allows, and a full queue.
        """
        base.check(recipe, self.data, thoroughly=True, devices=self._devices(recipe))
        if recipe.epochs > self.limits.epochs and not self.teacher(visitor.token):
            raise LabError(f"epochs is {recipe.epochs:,}; expected at most {self.limits.epochs:,}, which the teacher has set for this lesson")
        with self._changed:
            self._check_limits(visitor.name, visitor)
            run = self.store.create(self._with_threads(recipe), visitor.name)
            try:
                job = Job(self.store.get(run), self.store.lock(run), lifecycle.NEW, visitor.address)
            except LabError as error:
                self._discard(run, str(error))
                raise
            self._enqueue(job, written=True, later=self.starts_later(recipe, visitor))
        return run

    def pause(self, run: str, visitor: Visitor) -> None:
        """Holds a running run where it is. When others wait, it gives its place up (and its unfinished epoch)."""
        with self._changed:
            job = self._own(run, visitor)
            if job.status != "running" or job.stream is None or job.ending:
                state = "about to end" if job.status == "running" else job.status
                raise LabError(f"run {run} is {state}; only a running run can be paused")
            self._move(job, "paused", PERSON)
            job.stream.pause()
            self._yield_slot()
            self._start_next()  # who waited for its result is trained now

    def resume(self, run: str, visitor: Visitor) -> None:
        """Goes on with a paused, stopped or interrupted run, after its last finished epoch.

        One that is on its way out queues again as soon as it is. Of a stop and a resume the last one counts.
        """
        self._allowed(run, visitor)
        with self._changed:
            job = self._jobs.get(run)
            if job is not None and job.status == "paused" and job.stream is not None and not job.ending:
                self._move(job, "running", PERSON)
                job.stream.resume()
            elif job is None or (job.status == "paused" and job.thread is None):
                self._queue_again(run, job, visitor)
            elif job.thread is not None and job.ending in ("paused", "stopped"):
                self._check_limits(job.owner, visitor, job)
                job.again = True
            else:
                raise LabError(f"run {run} is {job.status}; there is nothing to resume")

    def stop(self, run: str, visitor: Visitor) -> None:
        """Ends a run within about a second. The unfinished epoch is lost; finished ones stay, and it can be resumed.

        A run that is over stays as it is.
        """
        self._allowed(run, visitor)
        with self._changed:
            if run in self._jobs:
                self._stop(self._jobs[run])
            elif (status := self.store.status(run)) in lifecycle.ACTIVE:
                raise LabError(f"run {run} is {status} in another process; stop it there")

    def delete(self, run: str, visitor: Visitor) -> None:
        """Forgets a run that is not active, and its weights."""
        self._allowed(run, visitor)
        with self._changed:
            if run in self._jobs:
                raise LabError(f"run {run} is {self._jobs[run].status}; stop it first")
            self.store.delete(run)
            self._unwritten.pop(run, None)

    def rename(self, run: str, name: str, visitor: Visitor) -> None:
        """Gives a run a name, or takes it away with "". LabError for one that is too long, and for somebody else's run."""
        self._allowed(run, visitor)
        with self._changed:
            name = self.store.rename(run, name)
            if run in self._jobs:
                self._jobs[run].name, self._jobs[run].version = name, self._jobs[run].version + 1

    def start(self) -> None:
        """Warms the engine up, in the background, a little later: the first page has the processor for itself."""
        timer = threading.Timer(WARM_UP_AFTER_S, lambda: self.facts)
        timer.daemon, timer.name = True, "warm up"
        timer.start()

    # --- limits; called with the lock held -------------------------------------------------------------------------

    def _check_limits(self, owner: str, visitor: Visitor, job: Job | None = None) -> None:
        """LabError when no more runs may wait: none at all, or, unless the teacher asks, none of this owner or from this address."""
        if self._closed:
            raise LabError("the server is closing; start the run again when it is back")
        waiting = [other for other in self._jobs.values() if other not in self._active and other is not job]
        most, teacher = self.limits, self.teacher(visitor.token)
        if len(waiting) >= most.waiting:
            raise LabError(f"{most.waiting} runs are waiting already; try again when one has finished")
        if not teacher and visitor.address and sum(other.address == visitor.address for other in waiting) >= most.address:
            raise LabError(f"{most.address} runs from your network are waiting already; try again when one has finished")
        if not teacher and sum(other.owner == owner for other in waiting) >= most.person:
            raise LabError(f"{most.person} runs of one person wait or are paused already; stop one, or try again later")

    def _queue_again(self, run: str, job: Job | None, visitor: Visitor) -> None:
        """A run of the store, or one that gave its place up."""
        if job is not None:
            self._check_limits(job.owner, visitor, job)
            return self._enqueue(job)
        job = self._reopened(run, visitor)
        try:
            self._check_limits(job.owner, visitor)
            self._enqueue(job, later=not job.record.epochs and self.starts_later(job.recipe, visitor))
        except LabError:
            job.lock.release()
            raise

    def _reopened(self, run: str, visitor: Visitor) -> Job:
        """The run as it lies in the store, with its lock."""
        lock = self.store.lock(run)
        try:
            stored = self.store.get(run)
            status = "interrupted" if stored.status in lifecycle.ACTIVE else stored.status  # the lock was free
            if not lifecycle.may_follow(status, "queued", PERSON):
                raise LabError(f"run {run} is {status}; there is nothing to resume")
            return Job(stored, lock, status, visitor.address)
        except LabError:
            lock.release()
            raise

    def _discard(self, run: str, reason: str) -> None:
        """A run that was written and cannot be queued is forgotten, or at least told as failed."""
        try:
            self.store.delete(run)
        except LabError:
            with contextlib.suppress(LabError):
                self.store.set_status(run, "failed", reason)

    # --- small things ------------------------------------------------------------------------------------------------

    def _shown(self, job: Job, place: int | None, waits: Mapping[str, float]) -> Snapshot:
        """A run that is looked after, its lock held; `place` and `waits` as far as it waits in the queue."""
        return job.snapshot(place, waits.get(job.run), job in self._later, self._leader(job) if place else "")

    def _explained(self, run: Shown) -> Shown:
        """With the reason that could not be stored."""
        reason = self._unwritten.get(run.run)
        if reason and run.status == "interrupted" and not run.message:
            return dataclasses.replace(run, message=reason)
        return run

    def _own(self, run: str, visitor: Visitor) -> Job:
        self._allowed(run, visitor)
        job = self._jobs.get(run)
        if job is None:
            raise LabError(f"run {run} is {self.store.get(run).status} and not active in this server")
        return job

    def _allowed(self, run: str, visitor: Visitor) -> None:
        if self.snapshot(run).pretrained:
            raise LabError(f"run {run} comes with the app and nobody can change or delete it; train its recipe again instead")
        if not self.may(run, visitor):
            raise LabError(f"run {run} belongs to somebody else; only its owner or the teacher can do that")

    def _with_threads(self, recipe: Recipe) -> Recipe:
        return recipe if recipe.threads else recipe.changed(threads=self.threads)
