"""The rows of the studies' tables: frozen dataclasses whose fields are the columns, worked out once for the same cards.

Pages and findings use the fields; the command line's JSON and the tables of a page take `as_dict`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, ClassVar, TypeVar

from core.pretrained.cards import Card

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    KEYS: ClassVar[Mapping[str, str]] = {}
    """Field -> its key in JSON, where that is no name of Python: `label` -> `class`."""

    def as_dict(self) -> dict[str, Any]:
        """Key -> value in the order of the fields. Lists are not copied."""
        return {self.KEYS.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}


def as_dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """`as_dict` of each row."""
    return [row.as_dict() for row in rows]


def once_for_cards(compute: Callable[[Mapping[str, Card]], T]) -> Callable[[Mapping[str, Card]], T]:
    """Keeps the last answer of a function of cards (planned name -> card), and gives it again for the very same cards.

    Every visitor gets the same object, so it should be one that nobody can change.
    """
    kept: tuple[tuple[tuple[str, Card], ...], T] | None = None

    @wraps(compute)
    def answer(cards: Mapping[str, Card]) -> T:
        nonlocal kept
        own, last = tuple(cards.items()), kept
        if last is None or not _same(last[0], own):
            last = kept = own, compute(cards)
        return last[1]

    return answer


def _same(one: tuple[tuple[str, Card], ...], other: tuple[tuple[str, Card], ...]) -> bool:
    return len(one) == len(other) and all(a == b and card is its for (a, card), (b, its) in zip(one, other, strict=True))
