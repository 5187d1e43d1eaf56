"""What the data say about one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.pretrained.cards import Card

Cards = Mapping[str, Card]
"""The runs of a study that are there, by their planned name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The option that the data bear out (None: they do not decide), and the numbers that a sentence about it needs.

    Accuracies and other shares are from 0 to 1. Where the runs that decide are not there, there is no finding.
    """

    right: str | None
    numbers: Mapping[str, Any] = field(default_factory=dict)
