"""What a list of runs needs to know of each: one small record a run, without its epochs, read again only when it changes."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.runs.database import Database
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Result
from core.vocabulary.sources import problem_of

UNFINISHED = ("queued", "running", "paused")
"""Statuses that are true only while somebody holds the run's lock; without it the run is interrupted."""
LOOKS, FREE_S = 20, 1.0
_QUESTION = """
SELECT changes.number, changes.run, created, owner, status, message, recipe, result, epochs, seconds, name
FROM changes LEFT JOIN runs ON runs.run = changes.run LEFT JOIN totals ON totals.run = changes.run
LEFT JOIN names ON names.run = changes.run
WHERE changes.number > ? ORDER BY changes.number
"""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a list shows it."""

    run: str
    status: str
    recipe: Recipe
    owner: str
    created: float
    """Seconds since 1970 (UTC); 0 where nobody knows."""
    message: str
    epochs_done: int
    seconds: float
    """Of training, over all epochs."""
    test_accuracy: float | None
    """0 to 1; None before the test."""
    macro_f1: float | None
    place: int | None = None
    """1-based place in the queue."""
    later: bool = False
    """Whether it waits for the end of the lesson."""
    pretrained: bool = False
    name: str = ""
    """What somebody called it; "" where nobody did."""

    @property
    def active(self) -> bool:
        """Whether it can change by itself, so that a screen should keep looking."""
        return self.status in UNFINISHED


@dataclass(frozen=True, slots=True)
class _Entry:
    """A run as its owner has written it, and as it is when nobody holds its lock."""

    held: RunSummary
    free: RunSummary


class Summaries:
    """Follows a store. A look costs what has changed since the look before, not what is stored."""

    def __init__(self, database: Database, is_held: Callable[[str], bool]) -> None:
        self._database, self._is_held = database, is_held
        self._lock = threading.Lock()
        self._number = 0
        self._entries: dict[str, _Entry] = {}
        self._unreadable: dict[str, str] = {}
        self._free: dict[str, float] = {}
        """Unfinished run -> when nobody was found to hold it (monotonic)."""

    def all(self) -> list[RunSummary]:
        """Every run that can be read, the newest first."""
        self._follow()
        looks = self._looks()
        return [entry.held if entry.held is entry.free or looks(run) else entry.free for run, entry in self._entries.items()
                if not _forgotten(entry)]  # fmt: skip

    def unreadable(self) -> dict[str, str]:
        """Run -> why it cannot be read. It harms no other."""
        self._follow()
        return {**self._unreadable, **{run: why for run, entry in self._entries.items() if (why := _forgotten(entry))}}

    def version(self) -> int:
        """The number of the newest change: equal numbers, equal runs (but for their locks)."""
        self._follow()
        return self._number

    def _looks(self) -> Callable[[str], bool]:
        """Whether somebody holds a run. Of those that nobody held a moment ago, LOOKS at most are asked again: there may
        be thousands, and whoever takes one soon writes it, which is seen at once."""
        now, left = time.monotonic(), LOOKS

        def held(run: str) -> bool:
            nonlocal left
            known = self._free.get(run)
            if known is not None and (left <= 0 or now - known < FREE_S):
                return False
            left -= 1
            if self._is_held(run):
                return True
            self._free[run] = now
            return False

        return held

    def _follow(self) -> None:
        with self._lock:
            rows = self._database.rows(_QUESTION, self._number)
            if not rows:
                return
            entries = dict(self._entries)  # those who are reading the old ones go on
            for row in rows:
                self._take(row, entries)
            self._entries = dict(sorted(entries.items(), key=lambda item: -item[1].held.created))
            self._number = rows[-1]["number"]

    def _take(self, row: Any, entries: dict[str, _Entry]) -> None:
        run = row["run"]
        entries.pop(run, None)
        self._free.pop(run, None)
        self._unreadable.pop(run, None)
        if row["status"] is None:
            return  # it was deleted
        try:
            entries[run] = _entry(row)
        except (LabError, ValueError, TypeError, KeyError) as error:
            self._unreadable[run] = " ".join(str(error).split())


def _forgotten(entry: _Entry) -> str:
    """Why a run cannot be shown although it was read: its data set of one's own was deleted meanwhile."""
    return problem_of(entry.held.recipe.dataset)


def _entry(row: Any) -> _Entry:
    result = Result.from_dict(json.loads(row["result"])) if row["result"] else None
    held = RunSummary(
        run=row["run"], status=row["status"], recipe=_recipe(row["recipe"]), owner=row["owner"], created=float(row["created"]),
        message=row["message"], epochs_done=int(row["epochs"] or 0), seconds=float(row["seconds"] or 0.0),
        test_accuracy=None if result is None else float(result.test_accuracy),
        macro_f1=None if result is None else metrics.macro(result.confusion).f1, name=row["name"] or "",
    )  # fmt: skip
    return _Entry(held, dataclasses.replace(held, status="interrupted") if held.active else held)


@lru_cache(maxsize=1024)
def _recipe(text: str) -> Recipe:
    """One object for equal recipes: a class trains the same one many times."""
    return Recipe.from_dict(json.loads(text))


def utc(seconds: float) -> str:
    """A moment in seconds since 1970 as ISO 8601 in UTC; "" for one that no calendar has.

    >>> utc(0.0)
    '1970-01-01T00:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""
