"""The thickness of strokes is measured in pixels, and thickening adds what it says."""

from __future__ import annotations

import numpy as np
import pytest

from core.images.ink.strokes import thickened, thickness


@pytest.mark.parametrize("pixels", [1, 3, 9, 21])
def test_the_thickness_is_that_of_the_pen(pixels: int) -> None:
    ink = np.zeros((200, 200), bool)
    ink[30 : 30 + pixels, 20:180] = ink[30:170, 100 : 100 + pixels] = True
    assert thickness(ink) == pytest.approx(pixels, abs=1)
    assert thickness(np.zeros((5, 5), bool)) == 0


@pytest.mark.parametrize("by", [1.0, 4.0, 7.0])
def test_a_stroke_grows_by_as_much_as_is_asked(by: float) -> None:
    image = np.zeros((60, 60, 1), np.uint8)
    image[20:40, 30:33] = 200
    thick = thickened(image, by)
    margin = (thick.shape[0] - 60) // 2
    assert (thick[30 + margin] == 200).sum() == pytest.approx(3 + by, abs=1.1)
    assert thick.max() == 200 and set(np.unique(thick)) == {0, 200}
