"""A run as a screen shows it, at one moment: made of the store's run or of a card, read again only when it changes."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.pretrained.cards import Card, read_cards, read_named
from core.runs.curve import Curve
from core.runs.history import FOLDER as HISTORY
from core.runs.history import History
from core.runs.store import RunStore, StoredRun
from core.runs.summaries import RunSummary
from core.vocabulary import metrics
from core.vocabulary.errors import LabError, NoSuchRun
from core.vocabulary.records import HasRunRecord, Matrix, RunRecord, Tick
from core.vocabulary.sources import source_of

KEPT = 64
"""So many stored runs stay in memory, whole; the one that was not looked at longest goes first."""


@dataclass(frozen=True, slots=True)
class Snapshot(HasRunRecord):
    """All that a screen shows of a run, at one moment."""

    run: str
    status: str
    record: RunRecord
    owner: str
    created: float
    place: int | None
    """1-based place in the queue."""
    version: int
    """Grows with every change."""
    tick: Tick | None
    curve: tuple[tuple[float, float, float], ...]
    """(position in epochs, mean training loss, running accuracy), at most 300 points, inside epochs too."""
    message: str
    seconds_left: float | None
    weights: Path | None
    pretrained: bool = False
    """Whether it comes with the app: made of a card, finished, nobody's; nobody can change or delete it."""
    evaluations: Mapping[str, Mapping[str, Matrix]] = field(default_factory=dict)
    """filter -> side in pixels (as text) -> confusion matrix of the test set seen so; of pretrained runs only."""
    name: str = ""
    """What somebody called it; "" where nobody did."""
    epoch: int | None = None
    """Set: the run as it was after this epoch, RUN@EPOCH; `weights` are those that it kept, and it has no result."""
    wait: float | None = None
    """Seconds until it begins; None when it does not wait, and where nobody can tell."""
    later: bool = False
    """Whether it waits for the end of the lesson."""
    leader: str = ""
    """Somebody else's run of the same recipe, which is being trained; this one waits for it and gets its result."""
    history: History | None = None
    """What it keeps of its epochs and of the test; None where nobody looked."""

    @property
    def active(self) -> bool:
        """Whether it can change by itself, so that a screen should keep looking."""
        return self.status in ("queued", "running", "paused")


def stored_snapshot(stored: StoredRun) -> Snapshot:
    """The snapshot of a stored run that nobody trains now."""
    return Snapshot(
        run=stored.run, status=stored.status, record=stored.record, owner=stored.owner, created=stored.created, place=None,
        version=0, tick=None, curve=Curve.of_epochs(stored.epochs).points(), message=stored.message, seconds_left=None,
        weights=stored.weights, name=stored.name,
    )  # fmt: skip


def card_snapshot(card: Card, folder: Path) -> Snapshot:
    """The run that a card tells of. When it was made and by whom, a card does not say."""
    weights = folder / f"{card.name}.safetensors"
    return Snapshot(
        run=card.name, status="finished", record=card.record, owner="", created=0.0, place=None, version=0, tick=None,
        curve=Curve.of_epochs(card.epochs).points(), message="", seconds_left=None, weights=weights if weights.exists() else None, pretrained=True, evaluations=card.evaluations,
        history=History(folder / HISTORY / card.name),
    )  # fmt: skip


def look_up(run: str, store: RunStore, pretrained: Path) -> Snapshot:
    """A run of the store by its id, else one that comes with the app by its name. NoSuchRun where there is neither."""
    try:
        return dataclasses.replace(stored_snapshot(store.get(run)), history=store.history(run))
    except NoSuchRun:
        card = read_named(run, pretrained)
        if card is None:
            raise
        return card_snapshot(card, pretrained)


def look_up_epoch(name: str, store: RunStore, pretrained: Path) -> Snapshot:
    """A run as `look_up`; for RUN@EPOCH the run as it was after that epoch, also while it goes on.

    LabError, which lists the kept epochs, for one whose weights were not kept.
    """
    run, at, number = name.partition("@")
    now = look_up(run, store, pretrained)
    if not at:
        return now
    if not (number.isdecimal() and len(number) < 10):
        raise LabError(f"{name!r} names no epoch; expected RUN@EPOCH, as {run}@3")
    epoch = int(number)
    weights = history_of(run, store, pretrained).weights_file(epoch)
    record = dataclasses.replace(now.record, epochs=tuple(it for it in now.epochs if it.epoch <= epoch), result=None)
    return dataclasses.replace(now, record=record, epoch=epoch, weights=weights)


def history_of(run: str, store: RunStore, pretrained: Path) -> History:
    """What a run of the store keeps of its epochs, else one that comes with the app. NoSuchRun where there is neither."""
    try:
        return store.history(run)
    except NoSuchRun:
        if read_named(run, pretrained) is None:
            raise
        return History(pretrained / HISTORY / run)


def card_summary(card: Card) -> RunSummary:
    """A run that comes with the app, as a list shows it."""
    return RunSummary(
        run=card.name, status="finished", recipe=card.recipe, owner="", created=0.0, message="",
        epochs_done=card.epochs_done, seconds=card.record.seconds, test_accuracy=card.result.test_accuracy,
        macro_f1=metrics.macro(card.result.confusion).f1, pretrained=True,
    )  # fmt: skip


class Snapshots:
    """Reads of a store and a folder of cards. Every method may be called from any thread."""

    def __init__(self, store: RunStore, cards: Path) -> None:
        self._store, self._cards = store, cards
        self._lock = threading.Lock()
        self._stored: OrderedDict[str, tuple[int, Snapshot]] = OrderedDict()
        self._shelf: tuple[Mapping[str, Card], tuple[RunSummary, ...]] = {}, ()

    def of(self, run: str) -> Snapshot:
        """A run of the store, else one that comes with the app. NoSuchRun where there is neither, LabError where its data set of
        one's own was deleted."""
        version = self._store.version(run)
        if version is None:
            return look_up(run, self._store, self._cards)
        with self._lock:
            known = self._stored.get(run)
        if known is None or known[0] != version:
            known = version, look_up(run, self._store, self._cards)
            with self._lock:
                self._stored[run] = known
                while len(self._stored) > KEPT:
                    self._stored.popitem(last=False)
        with self._lock:
            if run in self._stored:
                self._stored.move_to_end(run)
        source_of(known[1].recipe.dataset)  # a set of one's own may have been deleted since
        status = self._store.status(run)  # a lock that goes, with its process perhaps, is no change of the store
        return known[1] if known[1].status == status else dataclasses.replace(known[1], status=status)

    def pretrained(self) -> tuple[RunSummary, ...]:
        """Every run that comes with the app, sorted by name. LabError when one of their files is damaged."""
        cards = read_cards(self._cards)
        if self._shelf[0] is not cards:
            self._shelf = cards, tuple(map(card_summary, cards.values()))
        return self._shelf[1]
