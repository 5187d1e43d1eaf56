"""What changed from one network to another: valid Vega-Lite, the numbers in it, a mark beside each colour, and it can be read."""

from __future__ import annotations

import json

import altair
import numpy as np
import pytest

from demo.charts import changes
from demo.charts.theme import LETTERS, Look, styled
from tests.demo import drawn

CLASSES = ("cat", "dog", "frog")
BEFORE, AFTER = [[8, 2, 0], [1, 9, 0], [0, 0, 10]], [[10, 0, 0], [3, 6, 1], [0, 0, 10]]
CHANGE = (0.2, -0.3, 0.0)
FIGURES = {
    "recall": lambda: changes.recall_changes(CHANGE, CLASSES, "a → b"),
    "recall, nothing": lambda: changes.recall_changes((0.0, 0.0), CLASSES[:2], "a → b"),
    "matrix": lambda: changes.matrix_difference(BEFORE, AFTER, CLASSES, "a → b"),
}
LOOKS = [Look(theme, teaching) for theme in ("light", "dark") for teaching in (False, True)]


@pytest.mark.parametrize("name", FIGURES)
def test_it_is_vega_lite_and_can_be_read(name: str) -> None:
    figure = FIGURES[name]()
    values = [dict(zip(figure.columns, row, strict=True)) for row in zip(*figure.columns.values(), strict=True)]
    altair.Chart.from_dict({**json.loads(json.dumps(styled(figure.spec, Look()))), "data": {"values": values}}).to_dict()
    for look in LOOKS:
        texts = drawn.texts(drawn.svg(figure, look, 1100 if look.teaching else 560))
        assert texts and not [text for text in texts if text.letters < LETTERS or text.contrast < 4.5]


def test_the_greatest_gain_stands_on_top_and_each_bar_has_its_mark() -> None:
    figure = FIGURES["recall"]()
    assert list(zip(figure.columns["name"], figure.columns["label"], strict=True)) == [("cat", "+20.0 ✓"), ("frog", "0.0"), ("dog", "−30.0 ✗")]
    assert "from cat +20.0 points to dog −30.0 points" in figure.title


def test_the_difference_is_cell_by_cell_and_better_means_more_on_the_diagonal_alone() -> None:
    figure = FIGURES["matrix"]()
    expected = np.asarray(AFTER) - np.asarray(BEFORE)
    assert figure.columns["change"] == expected.ravel().tolist()
    marks = {(truth, guess): mark for truth, guess, mark in zip(*(figure.columns[name] for name in ("truth", "guess", "mark")), strict=True)}
    assert marks == dict.fromkeys(marks, "") | {("cat", "cat"): "✓", ("cat", "dog"): "✓", ("dog", "dog"): "✗", ("dog", "cat"): "✗", ("dog", "frog"): "✗"}
    assert "−1 right answers" in figure.title
