"""The image between a 4 and a 9: that it does what it was chosen for, and that the rule finds it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets import loading
from core.inference.classifier import Classifier
from core.pretrained import ambiguous
from core.pretrained.cards import FOLDER


def test_its_winner_has_40_to_65_percent_before_the_other() -> None:
    found = ambiguous.read(FOLDER)
    assert found is not None
    chances = Classifier.load(ambiguous.NETWORK, FOLDER).probabilities(found[0][None])[0]
    order = chances.argsort()[::-1]
    assert set(order[:2].tolist()) == {4, 9} and order[0] == found[1]
    assert 0.40 <= chances[order[0]] <= 0.65 and chances[order[:2]].sum() >= 0.99


def test_the_rule() -> None:
    chances = np.zeros((6, 10), np.float32)
    chances[:, 4], chances[:, 9] = [0.6, 0.55, 0.9, 0.5, 0.6, 0.58], [0.4, 0.45, 0.1, 0.3, 0.4, 0.42]
    labels = np.array([4, 4, 4, 4, 9, 4])
    images = np.arange(1, 7, dtype=np.uint8)[:, None]
    assert ambiguous.choose(chances, labels, images) == 5, "the third is too sure, the fourth not of both, the fifth is wrong"
    with pytest.raises(ValueError, match="no test image"):
        ambiguous.choose(chances[2:5], labels[2:5], images[2:5])


@pytest.mark.data
def test_it_is_made_again_where_it_is_missing(real_data: Path, tmp_path: Path) -> None:
    def ask(images: np.ndarray) -> np.ndarray:
        return Classifier.load(ambiguous.NETWORK, FOLDER).probabilities(images)

    assert ambiguous.renew(tmp_path, real_data, ask) and not ambiguous.renew(tmp_path, real_data, ask)
    again, kept = ambiguous.read(tmp_path), ambiguous.read(FOLDER)
    assert again and kept and np.array_equal(again[0], kept[0]) and again[1] == kept[1]
    assert ambiguous.read(tmp_path / "nowhere") is None and not ambiguous.renew(tmp_path / "nowhere", tmp_path, ask)
    assert loading.load("mnist", real_data).test_size == 10_000
