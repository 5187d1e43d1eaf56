"""Snapshots of runs that nobody trains now: stored ones and those that come with the app, read again only when they change."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from core.pretrained.cards import Card, read_cards
from core.runs.job import Snapshot, look_up
from core.runs.store import RunStore
from core.runs.summaries import RunSummary
from core.vocabulary import metrics

KEPT = 64
"""So many stored runs stay in memory, whole; the one that was not looked at longest goes first."""


class Snapshots:
    """Reads of a store and a folder of cards. Every method may be called from any thread."""

    def __init__(self, store: RunStore, cards: Path) -> None:
        self._store, self._cards = store, cards
        self._lock = threading.Lock()
        self._stored: OrderedDict[str, tuple[int, Snapshot]] = OrderedDict()
        self._shelf: tuple[Mapping[str, Card], tuple[RunSummary, ...]] = {}, ()

    def of(self, run: str) -> Snapshot:
        """A run of the store, else one that comes with the app. NoSuchRun where there is neither."""
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
        status = self._store.status(run)  # a lock that goes, with its process perhaps, is no change of the store
        return known[1] if known[1].status == status else dataclasses.replace(known[1], status=status)

    def pretrained(self) -> tuple[RunSummary, ...]:
        """Every run that comes with the app, sorted by name. LabError when one of their files is damaged."""
        cards = read_cards(self._cards)
        if self._shelf[0] is not cards:
            self._shelf = cards, tuple(map(card_summary, cards.values()))
        return self._shelf[1]


def card_summary(card: Card) -> RunSummary:
    """A run that comes with the app, as a list shows it."""
    return RunSummary(
        run=card.name, status="finished", recipe=card.recipe, owner="", created=0.0, message="",
        epochs_done=int(card.epochs[-1]["epoch"]) if card.epochs else 0, seconds=sum(epoch["seconds"] for epoch in card.epochs),
        test_accuracy=card.result["test_accuracy"], macro_f1=metrics.macro(card.result["confusion"]).f1, pretrained=True,
    )  # fmt: skip
