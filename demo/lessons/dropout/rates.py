"""What the screens of the page "Dropout" share: the networks in the order of the page, and their rates."""

from __future__ import annotations

from collections.abc import Mapping

from core.pretrained.cards import Card
from core.studies import dropout as study_3
from core.studies.dropout import RateRow
from demo.ui.defaults import DEFAULTS

FIRST = DEFAULTS["dropout"].setting
NETWORKS = (FIRST, *(name for name in study_3.NETWORKS if name != FIRST))
"""First the one that learns few images, where a gap can be closed."""


def of_network(cards: Mapping[str, Card], network: str) -> list[RateRow]:
    """The rows of one network by rate."""
    return [row for row in study_3.rate_rows(cards) if row.network == network]


def listed(rates: list[float]) -> str:
    """Rates as they stand in a sentence."""
    return ", ".join(f"{rate:g}" for rate in rates)
