"""From a cell of a confusion matrix to its images: every image in one cell, the surest first, the counts of the matrix."""

from __future__ import annotations

import numpy as np
import pytest

from core.inference.predictions import Predictions
from core.vocabulary import metrics


def random_predictions(count: int = 300, classes: int = 4) -> Predictions:
    random = np.random.default_rng(3)
    logits = random.normal(size=(count, classes)) * 3
    return Predictions.of_logits(np.arange(count) + 50, random.integers(0, classes, count), logits)


def matrix(found: Predictions) -> list[list[int]]:
    classes = found.probabilities.shape[1]
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (found.labels, found.answers), 1)
    return [[int(count) for count in row] for row in counts]


def test_the_cells_hold_every_image_once_and_as_many_as_the_matrix_says() -> None:
    found = random_predictions()
    cells = {(truth, answer): found.cell(truth, answer) for truth in range(4) for answer in range(4)}
    counts = matrix(found)
    assert all(len(places) == counts[truth][answer] for (truth, answer), places in cells.items())
    assert sorted(place for places in cells.values() for place in places) == list(range(300))


def test_the_surest_comes_first() -> None:
    found = random_predictions()
    sure = found.probabilities[found.cell(1, 2)].max(axis=1)
    assert len(sure) > 3 and (np.diff(sure) <= 0).all()


def test_a_class_s_precision_and_recall_are_those_of_its_images() -> None:
    found = random_predictions()
    counts = matrix(found)
    for label in range(4):
        hits, misses, alarms = (len(of(label)) for of in (found.hits, found.misses, found.false_alarms))
        assert hits / (hits + misses) == pytest.approx(metrics.recall(counts)[label])
        assert hits / (hits + alarms) == pytest.approx(metrics.precision(counts)[label])


def test_the_largest_probabilities_stand_in_their_order() -> None:
    kept = np.array([[10, 200, 40, 5], [255, 0, 0, 0]], np.uint8)
    found = Predictions.of_bytes(np.array([4, 9]), np.array([2, 0]), kept)
    assert [label for label, _ in found.top(0)] == [1, 2, 0]
    assert found.top(0)[0][1] == pytest.approx(200 / 255) and found.top(1, 1) == [(0, 1.0)]
    assert found.cell(2, 1).tolist() == [0] and found.misses(2).tolist() == [0] and found.false_alarms(1).tolist() == [0]


def test_an_empty_cell_is_no_fault() -> None:
    found = Predictions.of_bytes(np.array([4]), np.array([2]), np.array([[0, 0, 255]], np.uint8))
    assert found.cell(0, 1).tolist() == [] and found.hits(0).tolist() == []
