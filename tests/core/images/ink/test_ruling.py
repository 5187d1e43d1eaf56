"""Printed lines are taken out of the ink; strokes that cross them, and strokes that are straight themselves, stay."""

from __future__ import annotations

import numpy as np
import pytest

from core.images.ink.ruling import without_lines
from tests.core.images.ink.handwriting import lines


@pytest.mark.parametrize("degrees", [0, 3, -5])
@pytest.mark.parametrize("upright", [False, True])
def test_lines_go_and_what_crosses_them_stays(degrees: float, upright: bool) -> None:
    ruled = lines(400, 600, 40, 2, degrees, upright) > 0.5
    stroke = np.zeros_like(ruled)
    stroke[120:280, 290:305] = True
    left = without_lines(ruled | stroke)
    assert (left & ~stroke).sum() < 0.1 * ruled.sum()
    assert (left & stroke).sum() > 0.95 * stroke.sum()


def test_a_thin_one_is_no_line() -> None:
    """It does not go across the sheet, and has no others beside it."""
    one = np.zeros((400, 600), bool)
    one[60:330, 300:303] = True
    np.testing.assert_array_equal(without_lines(one), one)
