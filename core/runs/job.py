"""One run as the manager looks after it, and the snapshot of it that screens show."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.engines import base
from core.pretrained.cards import FOLDER, Card, read_named
from core.runs.curve import Curve
from core.runs.store import RunStore, StoredRun
from core.system.locks import RunLock
from core.vocabulary.errors import NoSuchRun
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Matrix, Record, Start, Tick, as_dict


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the owner's cookie, the teacher's token as it was typed, and the network address that the request came from.

    Many may share an address (a school behind one), and a cookie costs nothing: bounds for a person hold for both.
    """

    owner: str
    token: str = ""
    address: str = ""
    """"" where it is not known; such a visitor is bounded by the cookie alone."""

    @property
    def name(self) -> str:
        """What is stored as a run's owner: a digest, so that the store gives no cookie away."""
        return hashlib.sha256(self.owner.encode()).hexdigest()[:16] if self.owner else ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a screen shows of a run, at one moment."""

    run: str
    status: str
    recipe: Recipe
    facts: dict[str, Any]
    owner: str
    created: float
    place: int | None
    """1-based place in the queue."""
    version: int
    """Grows with every change."""
    epochs: tuple[dict[str, Any], ...]
    tick: Tick | None
    curve: tuple[tuple[float, float, float], ...]
    """(position in epochs, mean training loss, running accuracy), at most 300 points, inside epochs too."""
    result: dict[str, Any] | None
    message: str
    seconds_left: float | None
    weights: Path | None
    pretrained: bool = False
    """Whether it comes with the app: made of a card, finished, nobody's; nobody can change or delete it."""
    evaluations: Mapping[str, Mapping[str, Matrix]] = field(default_factory=dict)
    """filter -> side in pixels (as text) -> confusion matrix of the test set seen so; of pretrained runs only."""

    @property
    def active(self) -> bool:
        """Whether it can change by itself, so that a screen should keep looking."""
        return self.status in ("queued", "running", "paused")

    @property
    def epochs_done(self) -> int:
        return int(self.epochs[-1]["epoch"]) if self.epochs else 0


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


def stored_snapshot(stored: StoredRun) -> Snapshot:
    return Snapshot(
        run=stored.run, status=stored.status, recipe=stored.recipe, facts=stored.facts, owner=stored.owner,
        created=stored.created, place=None, version=0, epochs=stored.epochs, tick=None,
        curve=Curve.of_epochs(stored.epochs).points(), result=stored.result, message=stored.message,
        seconds_left=None, weights=stored.weights,
    )  # fmt: skip


def card_snapshot(card: Card, folder: Path = FOLDER) -> Snapshot:
    """The run that a card tells of. When it was made and by whom, a card does not say."""
    weights = folder / f"{card.name}.safetensors"
    return Snapshot(
        run=card.name, status="finished", recipe=card.recipe, facts=card.facts, owner="", created=0.0, place=None, version=0,
        epochs=card.epochs, tick=None, curve=Curve.of_epochs(card.epochs).points(), result=card.result, message="",
        seconds_left=None, weights=weights if weights.exists() else None, pretrained=True, evaluations=card.evaluations,
    )  # fmt: skip


def look_up(run: str, store: RunStore, pretrained: Path = FOLDER) -> Snapshot:
    """A run of the store by its id, else one that comes with the app by its name. NoSuchRun where there is neither."""
    try:
        return stored_snapshot(store.get(run))
    except NoSuchRun:
        card = read_named(run, pretrained)
        if card is None:
            raise
        return card_snapshot(card, pretrained)
