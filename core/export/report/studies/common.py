"""What the reports of several studies show: layers, recipes, the curves and mistakes of a card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.export.report import figures
from core.export.report.document import Block, Figure, Table
from core.export.report.figures import Series
from core.export.report.parts import field_value, mistakes, over_epochs
from core.export.report.words import number
from core.pretrained.cards import Card
from core.runs.snapshot import card_snapshot
from core.vocabulary.networks import layer_table

FIELDS = ("optimizer", "learning_rate", "momentum", "batch_size", "epochs", "schedule", "weight_decay", "loss", "augment", "validation", "keep", "seed")
"""The fields of a recipe that a report calls hyper-parameters."""


def layers(caption: str, network: str, shape: tuple[int, int, int]) -> Table:
    """The layer table of a network."""
    rows = [(layer.name, layer.activation or "–", " × ".join(map(str, layer.output_shape)), number(layer.parameters)) for layer in layer_table(network, shape)]
    return Table(caption, ("layer", "activation", "output", "parameters"), rows, words=2)


def recipes(caption: str, cards: Mapping[str, Card]) -> Table:
    """The hyper-parameters, a column for each card by its title."""
    rows = [(name.replace("_", " "), *(field_value(card.recipe, name) for card in cards.values())) for name in FIELDS]
    return Table(caption, ("", *cards), rows, words=len(cards) + 1)


def curves(caption: str, cards: Mapping[str, Card], field: str, y: str) -> list[Block]:
    """A field of the epochs over them, a line for each card by its title; nothing where none has it."""
    series = [Series(title, points) for title, card in cards.items() if (points := over_epochs(card.epochs, field))]
    return [Figure(caption, figures.plot(series, "epoch", y, shares="accuracy" in field))] if series else []


def surest_mistakes(card: Card, folder: Path, data: Path) -> list[Block]:
    """The most confident mistakes of a card in `folder`."""
    return mistakes(card_snapshot(card, folder), data)
