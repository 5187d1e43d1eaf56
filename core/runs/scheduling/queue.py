"""The runs that wait for a place in the engine: the owners take turns, each owner's runs keep their order."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

LATE = 64
"""So many owners may still join a round that has begun; then the next one comes, however many more there are."""


class Owned(Protocol):
    """What has an owner."""

    @property
    def owner(self) -> str:
        """Whose it is."""


Waiting = TypeVar("Waiting", bound=Owned)


class RunQueue(Generic[Waiting]):
    """Start-time fair queueing (Goyal et al. 1996) in which every run counts as one.

    Each owner has one run in a round. Whoever had none in the present one joins it, so that nobody waits for another's second
    run before the own first; whoever had one waits for the round after that of the own run before. LATE bounds how many
    join late, so that nobody who waits is overtaken for ever. Not guarded: the manager calls it with its lock held.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[int, Waiting]] = []
        self._round = self._late = 0
        self._served: set[str] = set()
        """The owners that had a run in the present round."""

    def push(self, run: Waiting) -> None:
        """Adds a run behind its owner's others: owners take turns."""
        turns = [turn for turn, other in self._entries if other.owner == run.owner]
        turn = 1 + max([self._round, *turns])
        if not turns and run.owner not in self._served and self._late < LATE:
            turn, self._late = self._round, self._late + 1
        insort(self._entries, (turn, run), key=lambda entry: entry[0])

    def take(self, run: Waiting) -> Waiting:
        """A run that waits has its turn now, in its place."""
        turn = next(turn for turn, waiting in self._entries if waiting is run)
        self.remove(run)
        if turn > self._round:
            self._round, self._late, self._served = turn, 0, set()
        self._served.add(run.owner)
        return run

    def remove(self, run: Waiting) -> None:
        """The run no longer waits, if it did."""
        self._entries = [entry for entry in self._entries if entry[1] is not run]

    def put_first(self, run: Waiting) -> None:
        """The run, which waits, is the next one."""
        turn = self._entries[0][0]
        self.remove(run)
        self._entries.insert(0, (turn, run))

    def move(self, run: Waiting, by: int) -> None:
        """The run, which waits, changes its place with the one before it (`by` -1) or after it (1), if there is one."""
        here = next(place for place, waiting in enumerate(self) if waiting is run)
        there = here + by
        if 0 <= there < len(self._entries):
            (turn, run), (other_turn, other) = self._entries[here], self._entries[there]
            self._entries[here], self._entries[there] = (turn, other), (other_turn, run)

    def __iter__(self) -> Iterator[Waiting]:
        return (run for _, run in self._entries)

    def __len__(self) -> int:
        return len(self._entries)
