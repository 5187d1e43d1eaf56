"""The published numbers that ours stand beside: of the course report and of the two papers behind it, as printed.

`published.json` holds them. They are never shown instead of ours, and nothing is computed from them but on the page
"Audit", which asks whether they can be true.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")


@cache
def published() -> dict[str, Any]:
    """`report` (`resolution`, `architectures`), `kannojia` (Kannojia and Jaiswal 2018), `kadam` (Kadam 2020), `warm_up`."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def report_score(protocol: str, score: str, side: int) -> float | None:
    """A score (`accuracy`, `precision`, `f1`) of the report's study 1 by protocol (`totv`, `tvtv`); None if not printed."""
    value: float | None = published()["report"]["resolution"][protocol][score].get(str(side))
    return value


def report_recall(protocol: str, side: int) -> dict[str, float] | None:
    """Class -> recall (0 to 1) of the report's study 1, which calls it accuracy per class; None if not printed."""
    percent = published()["report"]["resolution"][protocol]["per_class_accuracy_percent"].get(str(side))
    return {name: value / 100 for name, value in percent.items()} if percent else None


def kannojia(dataset: str, protocol: str, side: int) -> tuple[float, float, float] | None:
    """(accuracy, macro precision, macro F1) of the paper; `dataset` is ours (`cifar10`, `mnist`). None if not printed."""
    name = {"cifar10": "CIFAR10", "mnist": "MNIST"}[dataset]
    found = published()["kannojia"]["results"][name].get(protocol.upper(), {}).get(str(side))
    return (found[0], found[1], found[2]) if found else None
