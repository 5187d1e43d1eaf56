"""The four studies, by name: each a plan of runs, and the tables that are made of their cards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import ModuleType

from core.pretrained.cards import Card
from core.pretrained.plan import available
from core.studies import architectures, dropout, resolution, splits

STUDIES: dict[str, ModuleType] = {
    "resolution": resolution, "architectures": architectures, "dropout": dropout, "splits": splits,
}  # fmt: skip
"""Each module has `plan() -> Plan` and `tables(made) -> name -> rows`."""


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
