"""The job manager: a queue of runs, one at a time, each told by a background thread that reads its stream.

Screens never wait for training: they read snapshots. Every record is stored first and shown afterwards. Where
the server keeps its manager, core.installed tells.
"""

from __future__ import annotations

import dataclasses
import secrets
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from core import engines
from core.cards import FOLDER
from core.errors import LabError, RunFailed
from core.estimates import Estimate, Estimates
from core.job import Job, Snapshot, Who
from core.recipe import Recipe
from core.records import Epoch, Result
from core.runs import RunStore, StoreError
from core.snapshots import Snapshots
from core.summaries import RunSummary

__all__ = ["Estimate", "JobManager", "RunSummary", "Snapshot", "Who"]

QUEUE_LIMIT = 32
CLOSE_SECONDS = 3.0


class JobManager:
    """Submits, shows, pauses, resumes and stops runs. Every method may be called from any thread."""

    def __init__(
        self, store: RunStore, engine: engines.Engine, *, data: Path, token: str, threads: int, cards: Path = FOLDER
    ) -> None:
        self.store, self.engine, self.data, self.token, self.threads = store, engine, data, token, threads
        self.cards = cards
        self._changed = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._active: Job | None = None
        self._closed = False
        self._stored = Snapshots(store, cards)
        self._estimates = Estimates(engine)

    # --- asking ----------------------------------------------------------------------------------------------------

    def check(self, recipe: Recipe) -> None:
        """Raises LabError, in one line, for a recipe that could not run here."""
        engines.check(recipe, self.data)

    def expected(self, recipe: Recipe) -> Estimate:
        """How long this recipe would take here; never waits. Ask again while its seconds are None."""
        return self._estimates.of(self._with_threads(recipe), busy=self._active is not None)

    @property
    def facts(self) -> dict[str, Any] | None:
        """The device as the engine sees it; None until the engine has answered. Never waits."""
        return self._estimates.facts()

    def teacher(self, token: str) -> bool:
        return bool(token) and secrets.compare_digest(token.encode(), self.token.encode())

    def may(self, run: str, who: Who) -> bool:
        """Whether this person may pause, resume, stop or delete the run: its owner, or the teacher.

        A run that comes with the app is nobody's, not the teacher's either.
        """
        with self._changed:
            job = self._jobs.get(run)
        known = job or self.snapshot(run)
        if isinstance(known, Snapshot) and known.pretrained:
            return False
        return self.teacher(who.token) or (bool(known.owner) and known.owner == who.name)

    def snapshot(self, run: str) -> Snapshot:
        """The run now; by its name also one that comes with the app. NoSuchRun when there is none of this id."""
        with self._changed:
            job = self._jobs.get(run)
            if job is not None:
                return job.snapshot(self._place(job))
        return self._stored.of(run)

    def list(self) -> list[RunSummary]:
        """Every run of the store that can be read, the newest first, without its epochs."""
        with self._changed:
            places = {job.run: place for place, job in enumerate(self._queue, start=1)}
        found = self.store.summaries()
        return [dataclasses.replace(it, place=places[it.run]) if it.run in places else it for it in found]

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

    def submit(self, recipe: Recipe, who: Who) -> str:
        """Puts a new run into the queue and returns its id. LabError for a bad recipe or a full queue."""
        engines.check(recipe, self.data, thoroughly=True)
        with self._changed:
            self._room()
            run = self.store.create(self._with_threads(recipe), who.name)
            self._enqueue(Job(self.store.get(run), self.store.lock(run)))
        return run

    def pause(self, run: str, who: Who) -> None:
        """Holds a running run where it is. When others wait, it gives its place up (and its unfinished epoch)."""
        with self._changed:
            job = self._own(run, who)
            if job.status != "running" or job.stream is None:
                raise LabError(f"run {run} is {job.status}; only a running run can be paused")
            job.stream.pause()
            self._set(job, "paused")
            self._give_way()

    def resume(self, run: str, who: Who) -> None:
        """Goes on with a paused, stopped or interrupted run, after its last finished epoch."""
        self._allowed(run, who)
        with self._changed:
            job = self._jobs.get(run)
            if job is not None and job.status == "paused" and job.stream is not None and not job.ending:
                job.stream.resume()
                self._set(job, "running")
                return
            if job is not None and job.status != "paused":
                raise LabError(f"run {run} is {job.status}; there is nothing to resume")
            if job is not None and job.thread is not None:
                job.ending = "queued"  # it is on its way out; it queues again as soon as it is
                return
            self._room()
            self._enqueue(job or self._reopened(run))

    def stop(self, run: str, who: Who) -> None:
        """Ends a run within about a second. The unfinished epoch is lost; finished ones stay, and it can be resumed."""
        with self._changed:
            job = self._own(run, who)
            if job.thread is not None and job.stream is not None:
                job.ending = "stopped"
                job.stream.stop()
                return
            if job in self._queue:
                self._queue.remove(job)
            self._close_job(job, "stopped", "")

    def delete(self, run: str, who: Who) -> None:
        """Forgets a run that is not active, and its weights."""
        self._allowed(run, who)
        with self._changed:
            if run in self._jobs:
                raise LabError(f"run {run} is {self._jobs[run].status}; stop it first")
            self.store.delete(run)

    def start(self) -> None:
        """Warms the engine up, in the background."""
        threading.Thread(target=self._estimates.facts, daemon=True, name="warm up").start()

    def close(self) -> None:
        """Ends everything, within seconds. Runs that were running are listed as interrupted and can be resumed."""
        with self._changed:
            self._closed = True
            jobs = list(self._jobs.values())
            for job in jobs:
                job.ending = "interrupted"
                if job.stream is not None:
                    job.stream.close()
        self.engine.close()
        for job in jobs:
            if job.thread is not None:
                job.thread.join(CLOSE_SECONDS)
            job.lock.release()

    # --- the queue; called with the lock held -------------------------------------------------------------------------

    def _room(self) -> None:
        if self._closed:
            raise LabError("the server is closing; start the run again when it is back")
        if len(self._queue) >= QUEUE_LIMIT:
            raise LabError(f"{QUEUE_LIMIT} runs are waiting already; try again when one has finished")

    def _enqueue(self, job: Job) -> None:
        self._jobs[job.run] = job
        self._queue.append(job)
        self._set(job, "queued")
        self._give_way()
        self._advance()

    def _advance(self) -> None:
        """Starts the next run when nothing is in its way."""
        if self._active is None and self._queue and not self._closed:
            job = self._active = self._queue.pop(0)
            job.ending, job.version = "", job.version + 1
            job.thread = threading.Thread(target=self._work, args=(job,), daemon=True, name=f"run {job.run}")
            job.thread.start()

    def _give_way(self) -> None:
        """A paused run gives its place up when others wait."""
        job = self._active
        if job is not None and job.status == "paused" and self._queue and job.stream is not None:
            job.ending = "paused"
            job.stream.close()

    def _set(self, job: Job, status: str, message: str = "") -> None:
        self.store.set_status(job.run, status, message)
        job.status, job.message, job.version = status, message, job.version + 1

    def _reopened(self, run: str) -> Job:
        stored = self.store.get(run)
        if stored.status not in ("stopped", "interrupted", "paused"):
            raise LabError(f"run {run} is {stored.status}; there is nothing to resume")
        return Job(stored, self.store.lock(run))

    def _close_job(self, job: Job, status: str, message: str) -> None:
        """The run is no longer this manager's: what the store says is what counts from now on."""
        # 'interrupted' is not written: an unfinished run without its lock is that.
        written = "running" if status == "interrupted" else status
        try:
            self.store.set_status(job.run, written, message)
        except StoreError as error:  # a full disk, say: then the store keeps 'running', which reads as interrupted
            print(error, file=sys.stderr)
        self._jobs.pop(job.run, None)
        job.lock.release()

    # --- the job's own thread ------------------------------------------------------------------------------------------

    def _work(self, job: Job) -> None:
        status, message = "interrupted", ""
        try:
            status = self._consume(job)
        except RunFailed as error:
            status, message = "failed", str(error)
        except LabError as error:
            status, message = ("interrupted" if job.epochs else "failed"), str(error)
        except Exception as error:  # a fault of ours: shown to the user, with the traceback on stderr
            sys.excepthook(type(error), error, error.__traceback__)
            status, message = "failed", f"{type(error).__name__}: {error}"
        finally:
            with self._changed:
                self._ended(job, job.ending or status, message)

    def _consume(self, job: Job) -> str:
        """Reads the stream to its end; stores each record before it shows it."""
        stream = self.engine.stream(job.recipe, self.store.checkpoint(job.run))
        with self._changed:
            job.stream = stream
            if job.ending:  # stopped before it began
                stream.close()
        for record in stream:
            self.store.keep(job.run, record)
            with self._changed:
                job.take(record)
                if isinstance(record, Result):
                    job.ending = "finished"
            if isinstance(record, Epoch) and record.images_per_second:
                self._estimates.learn(job.recipe, record.images_per_second)
        return "interrupted"

    def _ended(self, job: Job, status: str, message: str) -> None:
        job.stream, job.thread, job.tick, job.ending = None, None, None, ""
        if self._active is job:
            self._active = None
        if status == "paused":  # it gave its place up; it keeps its lock and waits for its owner
            job.version += 1
        elif status == "queued":
            self._enqueue(job)
        else:
            self._close_job(job, status, message)
        self._advance()

    # --- small things ------------------------------------------------------------------------------------------------

    def _place(self, job: Job) -> int | None:
        return self._queue.index(job) + 1 if job in self._queue else None

    def _own(self, run: str, who: Who) -> Job:
        self._allowed(run, who)
        job = self._jobs.get(run)
        if job is None:
            raise LabError(f"run {run} is {self.store.get(run).status} and not active in this server")
        return job

    def _allowed(self, run: str, who: Who) -> None:
        if self.snapshot(run).pretrained:
            raise LabError(f"run {run} comes with the app and nobody can change or delete it; train its recipe again instead")
        if not self.may(run, who):
            raise LabError(f"run {run} belongs to somebody else; only its owner or the teacher can do that")

    def _with_threads(self, recipe: Recipe) -> Recipe:
        return recipe if recipe.threads else recipe.changed(threads=self.threads)
