"""What a study plans: a recipe, and what is to be kept of the run under pretrained/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.pretrained.cards import Card, identity
from core.vocabulary.recipe import FILTERS, Recipe
from core.vocabulary.sources import source_of

Sides = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a study."""

    recipe: Recipe
    weights: bool = False
    """Whether the tested weights are kept; else the card alone."""
    evaluate_at: Mapping[str, Sides] | None = None
    """filter -> the sides in pixels at which the test set is looked at; each leaves a confusion matrix."""
    keep_outputs_at: Sides = ()
    """The sides at which the network's answers to the whole test set are kept, with the recipe's filter."""


Plan = Mapping[str, PlannedRun]
"""Name -> planned run. It is the same for everybody and as long as the process lasts: nobody changes it."""


def sweep(dataset: str) -> dict[str, Sides]:
    """Every side from 4 pixels to the original, with every filter."""
    return {filter: tuple(range(4, source_of(dataset).side + 1)) for filter in FILTERS}


def available(plan: Plan, cards: Iterable[Card]) -> dict[str, Card]:
    """Name -> card of those planned runs that are there; a card of another recipe does not count."""
    by_identity: dict[tuple[object, ...], Card] = {}
    for card in cards:
        by_identity.setdefault(identity(card.recipe), card)
    found = {name: by_identity.get(identity(planned.recipe)) for name, planned in plan.items()}
    return {name: card for name, card in found.items() if card is not None}
