"""Which class the next picture of a collection is for: called by whoever collects, given to each author, or chosen. No torch.

The calls live beside the job manager (demo/server/services.py): what has been handed in lies in core/datasets/own and survives
a restart, and after one each author is given a class again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from core.vocabulary.errors import LabError

Mode = Literal["given", "called", "free"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""Each author is given the class of which he has the fewest; all draw the class that was called; each chooses."""


@dataclass(frozen=True, slots=True)
class Call:
    """How the class of the next picture is found."""

    mode: Mode = "given"
    label: int = 0
    """Index of the class that is called; it counts while `mode` is "called"."""


class Calls:
    """The call of each collection, by its data set's name. Every method may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, Call] = {}

    def of(self, name: str) -> Call:
        """The call of a collection; at first each author is given a class."""
        with self._lock:
            return self._of.get(name, Call())

    def change(self, name: str, call: Call, classes: int) -> None:
        """From now on this call. LabError for an unknown mode and for a class that none of the `classes` is."""
        if call.mode not in MODES:
            raise LabError(f"unknown way to share out the classes {call.mode!r}; choose one of {', '.join(MODES)}")
        if not 0 <= call.label < classes:
            raise LabError(f"class {call.label} was called; expected 0 to {classes - 1}")
        with self._lock:
            self._of[name] = call

    def forget(self, name: str) -> None:
        """The collection is over."""
        with self._lock:
            self._of.pop(name, None)


def next_label(call: Call, own: Sequence[int], author: str) -> int | None:
    """The class that this author's next picture is for; None where he chooses. `own`: how many he has of each class.

    Among equals each author begins with another class, so that a class fills all of them at once.

    >>> next_label(Call("given"), [2, 1, 2], "any"), next_label(Call("called", 2), [0, 0, 0], "any"), next_label(Call("free"), [0, 0], "any")
    (1, 2, None)
    """
    if call.mode == "free":
        return None
    if call.mode == "called":
        return call.label
    first = hashlib.sha256(author.encode()).digest()[0]
    fewest = min(own)
    found: int = next(label for turn in range(len(own)) if own[label := (first + turn) % len(own)] == fewest)
    return found
