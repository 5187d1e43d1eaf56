"""The runs that wait for a place in the engine: the owners take turns, each owner's runs keep their order."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Owned(Protocol):
    """What has an owner."""

    @property
    def owner(self) -> str:
        """Whose it is."""


Waiting = TypeVar("Waiting", bound=Owned)


class RunQueue(Generic[Waiting]):
    """Start-time fair queueing (Goyal et al. 1996) in which every run counts as one.

    A run waits for the round after the present one, or after that of its owner's run before it, whichever is later. So a
    newcomer waits for one run of each other owner at most, and nobody who waits is overtaken for ever, however many
    new owners come. Not guarded: the manager calls it with its lock held.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[int, Waiting]] = []
        self._round = 0

    def push(self, run: Waiting) -> None:
        """Adds a run behind its owner's others: owners take turns."""
        turn = 1 + max([self._round, *(turn for turn, other in self._entries if other.owner == run.owner)])
        insort(self._entries, (turn, run), key=lambda entry: entry[0])

    def pop(self) -> Waiting:
        """The run whose turn it is. IndexError when none waits."""
        self._round, run = self._entries.pop(0)
        return run

    def remove(self, run: Waiting) -> None:
        """The run no longer waits, if it did."""
        self._entries = [entry for entry in self._entries if entry[1] is not run]

    def place(self, run: Waiting) -> int | None:
        """1-based place; None when it does not wait."""
        return next((place for place, waiting in enumerate(self, 1) if waiting is run), None)

    def __iter__(self) -> Iterator[Waiting]:
        return (run for _, run in self._entries)

    def __len__(self) -> int:
        return len(self._entries)
