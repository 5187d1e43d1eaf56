"""A set as small as a class makes in ten minutes is learned by its own `quick` recipe, whole and reduced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets import arrays
from core.datasets.own.store import OwnStore
from core.engines.thread import ThreadEngine
from core.vocabulary.recipe import preset
from core.vocabulary.records import Epoch

EACH = 20


@pytest.mark.slow
@pytest.mark.parametrize("resolution", [None, 6])
def test_sixty_drawings_are_learned(own: OwnStore, tmp_path: Path, resolution: int | None) -> None:
    digits = arrays.read("digits", tmp_path)
    name = own.create("Digits", ["zero", "one", "two"], side=24).name
    for label in range(3):
        for image in digits.images[: digits.train_size][digits.labels[: digits.train_size] == label][:EACH]:
            own.add(name, np.kron(image, np.ones((1, 3, 3), np.uint8)), label)
    own.close(name)
    recipe = preset("quick", name).changed(resolution=resolution, threads=1, device="cpu", precision="float32")
    last = [record for record in ThreadEngine(tmp_path).stream(recipe) if isinstance(record, Epoch)][-1]
    assert last.train_accuracy >= 0.9
