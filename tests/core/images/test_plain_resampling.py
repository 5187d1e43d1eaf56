"""Resampling without torch, against the one that the networks were trained with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.images import plain_resampling, resampling
from core.vocabulary.errors import LabError


@pytest.mark.parametrize("filter", resampling.FILTERS)
@pytest.mark.parametrize(("size", "side"), [(32, 8), (32, 24), (28, 5), (8, 3), (8, 8), (32, 1), (28, 27)])
def test_it_equals_torch_s_but_for_a_level_where_a_sum_lies_between_two(size: int, side: int, filter: str) -> None:
    images = np.random.default_rng(side).integers(0, 256, (6, 3, size, size), dtype=np.uint8)
    theirs = resampling.at_resolution(torch.from_numpy(images), side, filter).numpy().astype(int)
    ours = plain_resampling.at_resolution(images, side, filter).astype(int)
    difference = np.abs(ours - theirs)
    assert difference.max() <= 1 and (difference > 0).mean() < 0.05


def test_an_unknown_filter_is_refused() -> None:
    with pytest.raises(LabError, match="unknown filter 'blur'"):
        plain_resampling.at_resolution(np.zeros((1, 1, 8, 8), np.uint8), 4, "blur")
