"""The places where runs are trained: the queue before them, the threads of the runs at work, and each run's status.

Which status follows which, core.runs.scheduling.lifecycle tells; `_move` and `_leave` are the only places that change one. An order to
a run whose thread is at work sets what it becomes (`Job.ending`); the thread obeys it, also before its stream is there,
closes the stream and only then ends. Who may give an order is the job manager's business (core.runs.manager).
"""

from __future__ import annotations

import logging
import threading
import time

from core.engines.base import Engine
from core.runs.scheduling import lifecycle
from core.runs.scheduling.estimates import Estimates
from core.runs.scheduling.job import Job
from core.runs.scheduling.lifecycle import CLOSE, ENGINE, NO_RESULT, PERSON, STORE, Cause, Outcome, outcome_of
from core.runs.scheduling.queue import RunQueue
from core.runs.store import RunStore, StoreError
from core.system import log
from core.vocabulary.records import Epoch, Record, Result, Start

LOG = logging.getLogger(__name__)
CLOSE_SECONDS = 3.0


class Runner:
    """Runs its jobs, as many side by side as the engine has places. But for `close`, what is here is called with `_changed` held."""

    def __init__(self, store: RunStore, engine: Engine) -> None:
        self.store, self.engine = store, engine
        self._estimates = Estimates(engine)
        self._changed = threading.RLock()
        self._jobs: dict[str, Job] = {}
        """Every run that waits, is trained, or is paused; this process holds its lock."""
        self._queue = RunQueue[Job]()
        self._later: list[Job] = []
        """Those that wait for the end of the lesson; they are not in the queue."""
        self._held = False
        """Whether no waiting run begins."""
        self._active: list[Job] = []
        """The jobs whose threads are at work, the one that began first in front; each keeps its place until its stream is closed."""
        self._closed = False
        self._unwritten: dict[str, str] = {}
        """run -> why it is interrupted, where the store could not take that down."""

    def close(self) -> None:
        """Ends everything, within seconds; nothing starts afterwards. Unfinished runs are interrupted, to be resumed."""
        with self._changed:
            self._closed = True
            self._estimates.close()
            for job in list(self._jobs.values()):
                if job.thread is not None:
                    self._end(job, "interrupted")
                else:
                    self._unqueue(job)
                    self._leave(job, "interrupted", CLOSE)
            threads = [job.thread for job in self._active if job.thread is not None]
        self.engine.close()
        end = time.monotonic() + CLOSE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    # --- the status --------------------------------------------------------------------------------------------------

    def _move(self, job: Job, status: str, cause: Cause, *, written: bool = False) -> None:
        """The run gets this status: in the store first, unless that has it already, then for all to see.

        StoreError when it cannot be written: then nothing has changed.
        """
        lifecycle.check(job.status, status, cause)
        if not written:
            self.store.set_status(job.run, status)
        job.status, job.message, job.version = status, "", job.version + 1

    def _leave(self, job: Job, status: str, cause: Cause, message: str = "") -> None:
        """The run is over and no longer this manager's: from now on what the store says is what counts.

        Where the store cannot take that down, the run is interrupted, and the manager remembers why.
        """
        lifecycle.check(job.status, status, cause)
        try:
            if status == "interrupted":  # its status stays as it is, and its free lock says the rest
                if message:
                    self.store.set_status(job.run, job.status, message)
            elif status != "finished":  # that was written with the result
                self.store.set_status(job.run, status, message)
        except StoreError as error:
            lifecycle.check(job.status, "interrupted", STORE)
            self._unwritten[job.run] = message or f"it was {status}, which could not be stored: {error}"
            with log.of_run(job.run):
                LOG.error("%s", self._unwritten[job.run])
        with log.of_run(job.run):
            LOG.debug("%s", " ".join(filter(None, (status, message))))
        self._jobs.pop(job.run, None)
        job.lock.release()

    def _end(self, job: Job, ending: str) -> None:
        """Asks a job at work to end; its thread does the rest."""
        job.ending, job.again = ending, False
        if job.stream is not None:
            job.stream.stop()

    def _stop(self, job: Job) -> None:
        if job.thread is not None:
            self._end(job, "stopped")
        else:
            self._unqueue(job)
            self._leave(job, "stopped", PERSON)

    # --- the queue ---------------------------------------------------------------------------------------------------

    def _enqueue(self, job: Job, *, written: bool = False, later: bool = False) -> None:
        """The run waits for its turn, or for the end of the lesson (`later`)."""
        if job.status != "queued":
            self._move(job, "queued", PERSON, written=written)
        self._unwritten.pop(job.run, None)
        self._jobs[job.run] = job
        (self._later.append if later else self._queue.push)(job)
        with log.of_run(job.run):
            LOG.debug("queued")
        self._yield_slot()
        self._start_next()

    def _unqueue(self, job: Job) -> None:
        """The run waits no more, if it did."""
        self._queue.remove(job)
        self._later = [other for other in self._later if other is not job]

    def _start_next(self) -> None:
        """Starts the next runs while there are places for them."""
        while len(self._active) < self.engine.places and not self._closed and not self._held and (ready := self._ready()):
            job = self._queue.take(ready[0])
            self._active.append(job)
            job.ending, job.again, job.version = "", False, job.version + 1
            job.thread = threading.Thread(target=self._work, args=(job,), daemon=True, name=f"run {job.run}")
            try:
                job.thread.start()
            except RuntimeError as error:
                self._ended(job, Outcome("interrupted", ENGINE, f"it could not be started ({error}); resume it to go on"))

    def _leader(self, job: Job) -> str:
        """The run at work that trains what this waiting one asks for, and for which it waits; "" when there is none."""
        return next((other.run for other in self._active if job.is_alike(other) and other.status != "paused" and not other.ending), "")

    def _ready(self) -> list[Job]:
        """The waiting runs that could begin: what is being trained for somebody else already is not trained twice."""
        return [job for job in self._queue if not self._leader(job)]

    def _yield_slot(self) -> None:
        """Paused runs give their places up when others wait for which no place is free, or about to be."""
        if self._held:
            return
        ending = sum(bool(job.ending) for job in self._active)
        lacking = len(self._ready()) - ending - max(0, self.engine.places - len(self._active))
        paused = [job for job in self._active if job.status == "paused" and not job.ending]
        for job in paused[: max(0, lacking)]:
            self._end(job, "paused")

    # --- the job's own thread ------------------------------------------------------------------------------------------

    def _work(self, job: Job) -> None:
        failure = None
        with log.of_run(job.run):
            try:
                self._consume(job)
            except BaseException as error:  # whatever it was, the place must become free again
                failure = outcome_of(error, begun=bool(job.record.epochs))
        with self._changed:
            self._ended(job, failure)
            closed = self._closed
        if closed:  # the engine may have been started while it was being closed
            self.engine.close()

    def _consume(self, job: Job) -> None:
        """Reads the stream to its end; stores each record before it shows it. The stream is closed whatever happens.

        Nothing is trained where somebody else's run has the result already.
        """
        if job.twin and self.store.copy_finished(job.twin, job.run):
            return self._show_copied(job)
        stream = self.engine.stream(job.recipe, self.store.checkpoint(job.run))
        try:
            with self._changed:
                job.stream = stream
                if job.ending:  # ordered while there was no stream yet
                    return
            for record in stream:
                self.store.save(job.run, record)
                self._show(job, record)
                if isinstance(record, Result):
                    return
        finally:
            with self._changed:
                job.stream = None
            stream.close()

    def _show(self, job: Job, record: Record) -> None:
        """What is stored is shown, and makes of the run's status what the store has made of it."""
        with self._changed:
            job.apply(record)
            if isinstance(record, Start):
                LOG.debug("started after epoch %s", record.epoch)
                self._move(job, "running", ENGINE, written=True)
            elif isinstance(record, Result):
                self._leave(job, "finished", ENGINE)
                for other in (*self._queue, *self._later):
                    if other.is_alike(job):
                        other.twin = job.run
        if isinstance(record, Epoch):
            LOG.debug("epoch %s, %.2f s", record.epoch, record.seconds)
        if isinstance(record, Epoch) and record.images_per_second:
            self._estimates.record_speed(job.recipe, record.images_per_second)

    def _show_copied(self, job: Job) -> None:
        record = self.store.get(job.run).record
        with self._changed:
            job.copied(record)
            self._move(job, "running", ENGINE, written=True)
            self._leave(job, "finished", ENGINE)

    def _ended(self, job: Job, failure: Outcome | None) -> None:
        """The job's thread has nothing more to do: the run becomes what it was told to, or what happened to it."""
        ending, again = job.ending, job.again
        job.thread, job.tick, job.ending, job.again = None, None, "", False
        self._active.remove(job)
        try:
            if self._jobs.get(job.run) is not job:
                pass  # it has finished
            elif failure is not None and (failure.status == "failed" or not ending):
                self._leave(job, *failure)
            elif again:
                self._requeue(job)
            else:
                self._come_to_rest(job, ending, failure.message if failure else "")
        finally:
            self._start_next()

    def _requeue(self, job: Job) -> None:
        try:
            self._enqueue(job)
        except StoreError as error:
            self._leave(job, "interrupted", STORE, str(error))

    def _come_to_rest(self, job: Job, ending: str, message: str) -> None:
        if ending == "paused":  # it gave its place up; it keeps its lock and waits for its owner
            job.message, job.version = message, job.version + 1
        elif ending == "stopped":
            self._leave(job, "stopped", PERSON, message)
        elif ending == "interrupted":
            self._leave(job, "interrupted", CLOSE, message)
        else:
            self._leave(job, "interrupted", ENGINE, NO_RESULT)
