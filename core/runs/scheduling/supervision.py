"""What the teacher does with the queue: bounds, order, holding it, clearing it, and the runs that wait for the end of the lesson."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from core.engines.base import Engine
from core.runs.scheduling.job import Job
from core.runs.scheduling.limits import Limits
from core.runs.scheduling.runner import Runner
from core.runs.scheduling.waits import expected_waits
from core.runs.store import RunStore
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor


@dataclass(frozen=True, slots=True)
class QueueState:
    """The ids of all runs that are looked after, at one moment."""

    at_work: tuple[str, ...]
    waiting: tuple[str, ...]
    """In the order in which they will begin."""
    later: tuple[str, ...]
    """Those that wait for the end of the lesson."""
    held: bool
    """Whether no waiting run begins."""


class SupervisedRunner(Runner):
    """A runner whose queue a teacher oversees. Every public method may be called from any thread."""

    def __init__(self, store: RunStore, engine: Engine, token: str) -> None:
        super().__init__(store, engine)
        self.token, self.limits = token, Limits()

    def teacher(self, token: str) -> bool:
        """Whether this is the teacher's token; compared in constant time."""
        return bool(token) and secrets.compare_digest(token.encode(), self.token.encode())

    def queue_state(self) -> QueueState:
        """Who is at work, who waits, and for what."""
        with self._changed:
            at_work, waiting, later = ([job.run for job in jobs] for jobs in (self._active, self._queue, self._later))
            return QueueState(tuple(at_work), tuple(waiting), tuple(later), self._held)

    def set_limits(self, limits: Limits, visitor: Visitor) -> None:
        """From now on these bounds count for new runs. LabError for anybody but the teacher, as everywhere below."""
        self._only_teacher(visitor)
        self.limits = limits

    def hold(self, held: bool, visitor: Visitor) -> None:
        """No waiting run begins while the queue is held; runs at work go on."""
        self._only_teacher(visitor)
        with self._changed:
            self._held = held
            self._yield_slot()
            self._start_next()

    def put_first(self, run: str, visitor: Visitor) -> None:
        """A waiting run is the next one to begin; one that waits for the end of the lesson begins before that."""
        self._only_teacher(visitor)
        with self._changed:
            job = self._waiting_job(run)
            if job in self._later:
                self._later.remove(job)
                self._queue.push(job)
            self._queue.put_first(job)
            self._yield_slot()
            self._start_next()

    def move(self, run: str, by: int, visitor: Visitor) -> None:
        """A waiting run changes its place with the one before it (`by` -1) or after it (1)."""
        self._only_teacher(visitor)
        with self._changed:
            job = self._waiting_job(run)
            if job not in self._later:
                self._queue.move(job, by)

    def start_later_runs(self, visitor: Visitor) -> int:
        """The lesson is over: the runs that waited for that queue now; how many they are."""
        self._only_teacher(visitor)
        with self._changed:
            jobs, self._later = self._later, []
            for job in jobs:
                self._queue.push(job)
            self._yield_slot()
            self._start_next()
        return len(jobs)

    def clear(self, visitor: Visitor) -> int:
        """Stops every run that waits, not those at work; how many that were."""
        self._only_teacher(visitor)
        with self._changed:
            jobs = [*self._queue, *self._later]
            for job in jobs:
                self._stop(job)
        return len(jobs)

    def stop_all(self, visitor: Visitor) -> int:
        """Stops every run that is queued, running or paused, whoever's it is; how many that were."""
        self._only_teacher(visitor)
        with self._changed:
            jobs = list(self._jobs.values())
            for job in jobs:
                self._stop(job)
        return len(jobs)

    # --- below; but for `_too_long` called with the lock held -------------------------------------------------------

    def _too_long(self, recipe: Recipe) -> bool:
        """Whether the run is expected to take longer than the teacher leaves for one; not while nobody can tell."""
        seconds = self._estimates.of(recipe, busy=True).seconds
        return seconds is not None and seconds > 60 * self.limits.minutes

    def _waits(self) -> dict[str, float]:
        """Run -> seconds until it begins, of those that wait in the queue and of which that can be told."""
        if self._held:
            return {}
        at_work = [self._seconds_left(job) for job in self._active]
        waiting = [self._expected_seconds(job) for job in self._queue]
        waits = expected_waits(at_work, waiting, self.engine.places)
        return {job.run: wait for job, wait in zip(self._queue, waits, strict=True) if wait is not None}

    def _seconds_left(self, job: Job) -> float | None:
        """Until its place is free: at once where it is about to end, or gives the place up because it is paused."""
        if job.status == "paused" or job.ending:
            return 0.0
        left = job.seconds_left()
        return self._expected_seconds(job) if left is None else left

    def _expected_seconds(self, job: Job) -> float | None:
        """For all that is left of it, once it has begun; nothing where it gets somebody else's result."""
        if job.twin or self._leader(job):
            return 0.0
        whole = self._estimates.of(job.recipe, busy=True).seconds
        return None if whole is None else whole * (1 - job.record.epochs_done / job.recipe.epochs)

    def _waiting_job(self, run: str) -> Job:
        job = self._jobs.get(run)
        if job is None or job.thread is not None or job.status != "queued":
            raise LabError(f"run {run} does not wait; only a waiting run has a place in the queue")
        return job

    def _only_teacher(self, visitor: Visitor) -> None:
        if not self.teacher(visitor.token):
            raise LabError("only the teacher can do that to everybody's runs")
