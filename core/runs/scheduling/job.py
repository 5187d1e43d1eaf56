"""One run as the manager looks after it."""

from __future__ import annotations

import threading
from dataclasses import replace

from core.engines import base
from core.runs.curve import Curve
from core.runs.snapshot import Snapshot
from core.runs.store import StoredRun
from core.system.locks import RunLock
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record, RunRecord, Start, Tick, without_blobs
from core.vocabulary.sources import source_of


class Job:
    """One run that this manager looks after. Its fields are guarded by the manager's lock. LabError where its data set is not here."""

    def __init__(self, stored: StoredRun, lock: RunLock, status: str, address: str) -> None:
        self.run, self.record, self.owner, self.created = stored.run, stored.record, stored.owner, stored.created
        self.name, self.lock, self.address = stored.name, lock, address
        self.status, self.message, self.version = status, "", 0
        self.tick: Tick | None = None
        self.curve = Curve.of_epochs(self.record.epochs)
        self.stream: base.Stream | None = None
        self.thread: threading.Thread | None = None
        self.ending = ""
        """What the run becomes when its stream ends: 'stopped', 'paused' (it gave its place up), 'interrupted'."""
        self.asked = self.record.recipe, source_of(self.record.recipe.dataset)
        """The recipe and the data set, its files' digests included, as they were asked for: runs that were asked for alike have
        the same bits."""
        self.twin = ""
        """A finished run of somebody else that was asked for alike; this one gets its result."""
        self.again = False
        """Whether it queues again as soon as its stream has ended."""

    @property
    def recipe(self) -> Recipe:
        """What it trains; with device, precision and threads resolved once it has started."""
        return self.record.recipe

    def is_alike(self, other: Job) -> bool:
        """Whether this run, of which nothing is trained, would repeat the other one, which is somebody else's."""
        return not self.record.epochs and self.asked == other.asked and self.owner != other.owner

    def copied(self, record: RunRecord) -> None:
        """It has got what another run had been trained to."""
        self.version += 1
        self.record, self.tick, self.curve = record, None, Curve.of_epochs(record.epochs)

    def apply(self, record: Record) -> None:
        """Shows what a record tells. What the record makes of the status, the manager says."""
        self.version += 1
        if isinstance(record, Start):
            self.record = replace(self.record, recipe=record.recipe, facts=self.record.facts or record.facts)
            self.tick = None
        elif isinstance(record, Tick):
            self.tick = record
            self.curve.add_tick(record)
        elif isinstance(record, Epoch):
            self.record = replace(self.record, epochs=(*self.record.epochs, without_blobs(record)))
            self.tick = None
        else:
            self.record = replace(self.record, result=without_blobs(record))

    def seconds_left(self) -> float | None:
        """From the pace of the newest epochs; None before there is one."""
        rates = [epoch.images_per_second for epoch in self.record.epochs[-3:] if epoch.images_per_second]
        rate = self.tick.images_per_second if self.tick and self.tick.images_per_second else rates[-1] if rates else None
        if not rate or not self.record.facts.train:
            return None
        inside = self.tick.step / self.tick.steps if self.tick and self.tick.phase == "training" and self.tick.steps else 0.0
        return max(0.0, (self.recipe.epochs - self.record.epochs_done - inside) * self.record.facts.train / rate)

    def snapshot(self, place: int | None, wait: float | None = None, later: bool = False, leader: str = "") -> Snapshot:
        """The run now; `place` is its 1-based place in the queue, None when it does not wait there; `wait`: seconds until it begins."""
        return Snapshot(
            run=self.run, status=self.status, record=self.record, owner=self.owner, created=self.created, place=place,
            version=self.version, tick=self.tick, curve=self.curve.points(), message=self.message,
            seconds_left=self.seconds_left(), weights=None, name=self.name, wait=wait, later=later, leader=leader,
        )  # fmt: skip
