"""What each lesson opens with shows what it was chosen for."""

from __future__ import annotations

import numpy as np

from core.explain import kernels, strokes, walkthrough
from demo.ui import image_picker
from demo.ui.defaults import DEFAULTS


def test_every_default_has_a_reason() -> None:
    assert all(len(row.reason.split()) >= 8 and row.number >= 1 for row in DEFAULTS.values())


def test_convolution_opens_in_the_middle_of_a_long_edge() -> None:
    row = DEFAULTS["convolution"]
    pixels = image_picker.first(row)
    assert pixels.shape == (1, 28, 28)
    found = walkthrough.convolution(np.round(pixels / 255, 2), kernels.preset(row.setting)[None]).totals
    stroke = strokes.along(found)
    top, left = strokes.strongest(found)
    window = pixels[0, top : top + 3, left : left + 3]
    assert abs(found[top, left]) >= 0.9 * 4, "the strongest answer that Sobel can give is 4"
    assert window.max() > 200 and window.min() < 50, "an edge"
    assert len(stroke) >= 12 and all(abs(found[place]) >= 2 for place in stroke)
