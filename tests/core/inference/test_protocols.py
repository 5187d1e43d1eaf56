"""The strip says about a test picture what the studies counted for it, in every cell that a study's network answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets import loading
from core.images.preprocessing import prepare
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import compare_protocols
from core.pretrained.cards import FOLDER
from core.pretrained.outputs import read_outputs
from core.studies.resolution import PROTOCOLS, SIDES, variants

IMAGES = 24


@pytest.mark.data
@pytest.mark.timeout(400)
def test_the_strip_on_a_test_picture_is_the_studies_prediction(real_data: Path) -> None:
    data, registry = loading.load("cifar10", real_data), ModelRegistry(FOLDER, data=real_data)
    chosen, compared = registry.get("cifar10"), set()
    for number in range(IMAGES):
        image = data.images[data.train_size + number].permute(1, 2, 0).numpy()
        seen = prepare(image, "cifar10", chosen.shape).seen
        for cell in compare_protocols(seen, chosen, chosen.recipe.filter, registry.get):
            outputs = read_outputs(cell.network, FOLDER)
            if outputs is None or cell.resolution not in outputs.logits:
                continue  # not trained yet, or its answers were not kept
            logits = outputs.logits[cell.resolution][number]
            said = {data.classes[place] for place in np.flatnonzero(logits == logits.max())}  # kept as halves: ties
            assert cell.label in said, f"test picture {number}, {cell.protocol} at {cell.resolution}"
            compared.add((cell.protocol, cell.resolution))
    assert {("totv", side) for side in SIDES["cifar10"]} <= compared
    assert compared == kept(), "every cell whose answers a study kept was compared"


def kept() -> set[tuple[str, int]]:
    """The cells whose network, the first of its variants that is there, has its answers to the test pictures at hand."""
    names = {(protocol, side): [name for name in variants("cifar10", protocol, side) if name in present()]
             for protocol in PROTOCOLS for side in SIDES["cifar10"]}  # fmt: skip
    first = {cell: read_outputs(found[0], FOLDER) for cell, found in names.items() if found}
    return {(protocol, side) for (protocol, side), outputs in first.items() if outputs and side in outputs.logits}


def present() -> set[str]:
    return {choice.name for choice in ModelRegistry(FOLDER).list_models()}
