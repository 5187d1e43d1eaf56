"""What the people of a class guess in the game "What is it?": a pool of the server, and what it says. No torch.

The pool lives beside the job manager (demo/server/services.py). A person is told apart by the cookie's owner, and the first
guess for an image at a side counts: later ones know too much. Nobody sees whose guess is whose.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.vocabulary import metrics, stats
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor

MOST_EACH, MOST = 2_000, 100_000
"""Guesses that are kept of one person, and in all: a class of 40 with 7 sides has room for 357 images each."""
ADDRESS_SHARE = 2
"""One address may bring this part of all, a half: a school behind one address has room, a program leaves some to others."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One person's answer to one image at one side."""

    image: int
    side: int
    truth: int
    answer: int | None
    """The number of a class; None: "no idea"."""

    @property
    def right(self) -> bool:
        """Whether it names the class of the image."""
        return self.answer == self.truth


class Guesses:
    """The guesses of everybody on this server. `teacher` tells whether a token is the teacher's.

    Every method may be called from any thread.
    """

    def __init__(self, teacher: Callable[[str], bool], most_each: int = MOST_EACH, most: int = MOST) -> None:
        self._teacher, self._most_each, self._most = teacher, most_each, most
        self._lock = threading.Lock()
        self._kept: dict[str, dict[tuple[int, int], Guess]] = {}
        self._count = 0
        self._of_address: Counter[str] = Counter()

    def submit(self, visitor: Visitor, guess: Guess) -> bool:
        """Keeps a guess; False where this person has guessed this image at this side. LabError when the pool is full."""
        with self._lock:
            own = self._kept.get(visitor.name, {})
            if (guess.image, guess.side) in own:
                return False
            if len(own) >= self._most_each:
                raise LabError(f"you have guessed {len(own)} times, and there is room for no more; the teacher can empty it")
            if self._count >= self._most:
                raise LabError(f"the class has guessed {self._count} times, and there is room for no more; the teacher can empty it")
            if visitor.address and self._of_address[visitor.address] >= self._most // ADDRESS_SHARE:
                raise LabError("your network has guessed half of all that there is room for; the teacher can empty it")
            self._kept.setdefault(visitor.name, own)[guess.image, guess.side] = guess
            self._count += 1
            self._of_address[visitor.address] += 1
            return True

    def of(self, visitor: Visitor, image: int) -> dict[int, Guess]:
        """This person's guesses for an image, by side."""
        with self._lock:
            return {side: guess for (its, side), guess in self._kept.get(visitor.name, {}).items() if its == image}

    def everybody(self) -> list[list[Guess]]:
        """All guesses, a list for each person."""
        with self._lock:
            return [list(own.values()) for own in self._kept.values()]

    def reset(self, visitor: Visitor) -> None:
        """Forgets all guesses. LabError for everybody but the teacher."""
        if not self._teacher(visitor.token):
            raise LabError("only the teacher can empty the class's guesses")
        with self._lock:
            self._kept.clear()
            self._of_address.clear()
            self._count = 0


# --- what they say ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GuessCounts:
    """How often people were right at one side."""

    side: int
    guesses: int
    right: int
    no_idea: int

    @property
    def accuracy(self) -> float:
        """The share of right guesses, 0 to 1."""
        return self.right / self.guesses

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy may lie (95%), if the guesses were independent of each other."""
        return stats.wilson(self.right, self.guesses)


def count_guesses(people: Iterable[Sequence[Guess]]) -> list[GuessCounts]:
    """One for each side that was guessed at, the smallest first. "No idea" is not right."""
    at: dict[int, list[Guess]] = {}
    for own in people:
        for guess in own:
            at.setdefault(guess.side, []).append(guess)
    return [
        GuessCounts(side, len(found), sum(guess.right for guess in found), sum(guess.answer is None for guess in found))
        for side, found in sorted(at.items())
    ]


def confusion(people: Iterable[Sequence[Guess]], classes: int, side: int | None = None) -> metrics.Counts:
    """The (classes, classes) matrix of the guesses at a side (None: at all), rows are the truth; without "no idea"."""
    named = [guess for own in people for guess in own if guess.answer is not None and side in (None, guess.side)]
    truth = np.array([guess.truth for guess in named], np.int64)
    return metrics.confusion_matrix(truth, np.array([guess.answer for guess in named], np.int64), classes)
