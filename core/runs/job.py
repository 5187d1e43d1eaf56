"""One run as the manager looks after it."""

from __future__ import annotations

import threading

from core.engines import base
from core.runs.curve import Curve
from core.runs.snapshot import Snapshot
from core.runs.store import StoredRun
from core.system.locks import RunLock
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record, Start, Tick, as_dict


class Job:
    """One run that this manager looks after. Its fields are guarded by the manager's lock."""

    def __init__(self, stored: StoredRun, lock: RunLock, status: str, address: str) -> None:
        self.run, self.recipe, self.owner, self.created = stored.run, stored.recipe, stored.owner, stored.created
        self.facts, self.epochs, self.result = stored.facts, list(stored.epochs), stored.result
        self.lock, self.address = lock, address
        self.status, self.message, self.version = status, "", 0
        self.tick: Tick | None = None
        self.curve = Curve.of_epochs(self.epochs)
        self.stream: base.Stream | None = None
        self.thread: threading.Thread | None = None
        self.ending = ""
        """What the run becomes when its stream ends: 'stopped', 'paused' (it gave its place up), 'interrupted'."""
        self.again = False
        """Whether it queues again as soon as its stream has ended."""

    def apply(self, record: Record) -> None:
        """Shows what a record tells. What the record makes of the status, the manager says."""
        self.version += 1
        if isinstance(record, Start):
            self.recipe, self.tick = Recipe.from_dict(record.recipe), None
            self.facts = self.facts or record.facts
        elif isinstance(record, Tick):
            self.tick = record
            self.curve.add_tick(record)
        elif isinstance(record, Epoch):
            self.epochs.append(as_dict(record))
            self.tick = None
        else:
            self.result = as_dict(record)

    def seconds_left(self) -> float | None:
        """From the pace of the newest epochs; None before there is one."""
        rates = [e["images_per_second"] for e in self.epochs[-3:] if e["images_per_second"]]
        rate = self.tick.images_per_second if self.tick and self.tick.images_per_second else rates[-1] if rates else None
        if not rate or "train" not in self.facts:
            return None
        done = self.epochs[-1]["epoch"] if self.epochs else 0
        inside = self.tick.step / self.tick.steps if self.tick and self.tick.phase == "training" and self.tick.steps else 0.0
        return max(0.0, (self.recipe.epochs - done - inside) * float(self.facts["train"]) / rate)

    def snapshot(self, place: int | None) -> Snapshot:
        """The run now; `place` is its 1-based place in the queue, None when it does not wait."""
        return Snapshot(
            run=self.run, status=self.status, recipe=self.recipe, facts=self.facts, owner=self.owner, created=self.created,
            place=place, version=self.version, epochs=tuple(self.epochs), tick=self.tick, curve=self.curve.points(),
            result=self.result, message=self.message, seconds_left=self.seconds_left(), weights=None,
        )  # fmt: skip
