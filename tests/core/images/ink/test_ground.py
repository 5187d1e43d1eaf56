"""The ground follows light and the edges of sheets, and does not follow ink."""

from __future__ import annotations

import numpy as np
import pytest

from core.images.ink import ground


def test_the_ground_of_a_slope_with_ink_on_it_is_the_slope() -> None:
    slope = np.linspace(120, 220, 600)[None, :].repeat(400, axis=0)
    image = slope.copy()
    image[100:300, 250:275] = 20
    low, high = ground.ground(image.astype(np.uint8)[:, :, None], ground.REACHES[0])
    assert np.abs((low + high)[:, :, 0] / 2 - slope).max() < 10, "near the border the mirrored image flattens it"


@pytest.mark.parametrize("reach", ground.REACHES[:2])
def test_the_ground_jumps_where_a_sheet_ends(reach: int) -> None:
    image = np.full((400, 600, 1), 220, np.uint8)
    image[:, :150] = 40
    low, high = ground.ground(image, reach)
    assert np.abs(low[:, 180:] - 220).max() < 3 and np.abs(high[:, :120] - 40).max() < 3


def test_an_even_border_is_the_ground() -> None:
    image = np.full((50, 60, 3), (200, 30, 90), np.uint8)
    image[20:30, 20:30] = 0
    levels = ground.even(image)
    assert levels is not None and (levels[0][0, 0] == (200, 30, 90)).all()
    image[:, 40:] = 255
    assert ground.even(image) is None
