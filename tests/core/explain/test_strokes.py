"""The places along which a window moves by itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.explain import strokes


def test_a_stroke_is_followed_up_and_down_until_it_is_too_weak() -> None:
    outputs = np.zeros((7, 9))
    for row, column in enumerate((2, 3, 4, 5, 6, 7, 7)):
        outputs[row, column] = -3.0 if row == 3 else -2.0
    outputs[0, 2], outputs[6, 7] = -0.1, 5 * -0.1  # too weak
    outputs[2, 8] = 2.5  # near, but of the other sign
    assert strokes.along(outputs) == ((1, 3), (2, 4), (3, 5), (4, 6), (5, 7))


def test_it_holds_no_two_places_of_one_row_and_no_leap() -> None:
    outputs = np.random.default_rng(0).normal(size=(26, 26))
    places = strokes.along(outputs)
    assert strokes.strongest(outputs) in places
    assert all(row + 1 == below and abs(column - other) <= strokes.ASIDE for (row, column), (below, other) in pairwise(places))
