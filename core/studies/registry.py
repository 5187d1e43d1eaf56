"""The four studies: each a plan of runs, and the tables that are made of their cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, available
from core.studies import architectures, dropout, resolution, splits
from core.studies.rows import Row, as_dicts


@dataclass(frozen=True, slots=True)
class Study:
    """A question that several runs answer together."""

    name: str
    """As the command line and the pages call it."""
    plan: Callable[[], Plan]
    """Planned name -> run, in the order in which they are made."""
    tables: Callable[[Mapping[str, Card]], Mapping[str, Sequence[Row]]]
    """Of the cards that are there (planned name -> card): table -> its rows. What is not there is left out."""

    def as_json(self, cards: Mapping[str, Card]) -> dict[str, list[dict[str, Any]]]:
        """`tables` as plain values."""
        return {table: as_dicts(rows) for table, rows in self.tables(cards).items()}


STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        Study("resolution", resolution.plan, resolution.tables),
        Study("architectures", architectures.plan, architectures.tables),
        Study("dropout", dropout.plan, dropout.tables),
        Study("splits", splits.plan, splits.tables),
    )
}
"""Name -> study."""


@lru_cache
def planned_names() -> dict[str, tuple[str, ...]]:
    """Study -> the names of its planned runs."""
    return {name: tuple(study.plan()) for name, study in STUDIES.items()}


_cards_of: dict[str, tuple[Mapping[str, Card], dict[str, Card]]] = {}


def cards_of(study: str, cards: Mapping[str, Card]) -> dict[str, Card]:
    """Planned name -> card, of those runs of a study that are among `cards`; worked out once for the same cards."""
    kept = _cards_of.get(study)
    if kept is None or kept[0] is not cards:
        kept = _cards_of[study] = cards, available(STUDIES[study].plan(), cards.values())
    return kept[1]
