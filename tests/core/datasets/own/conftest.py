"""Stores of one's own in a temporary folder, which the whole process takes for the one of this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets.own.images import Pixels
from core.datasets.own.store import OwnStore


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnStore:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    return OwnStore()


def drawing(seed: int, side: int = 28, channels: int = 1) -> Pixels:
    """Noise that no other seed has."""
    return np.random.default_rng(seed).integers(0, 256, (channels, side, side), np.uint8)


def collected(own: OwnStore, each: int = 5, authors: int = 5, title: str = "Shapes") -> str:
    """The name of an open set of three classes with `each` images by each of `authors` authors in each class."""
    name = own.create(title, ["circle", "square", "star"], owner="ann").name
    for author in range(authors):
        for label in range(3):
            for image in range(each):
                own.add(name, drawing(1000 * author + 100 * label + image), label, f"visitor {author}")
    return name
