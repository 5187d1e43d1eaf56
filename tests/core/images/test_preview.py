"""What is looked at is what a network gets: the preview without torch against the resampling of the training."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.images import preview, resampling


@pytest.mark.parametrize("side", [4, 7, 8, 16, 24, 31, 32])
def test_a_preview_is_what_the_network_gets(side: int) -> None:
    image = np.random.default_rng(side).integers(0, 256, (32, 32, 3), np.uint8)
    seen = resampling.at_resolution(torch.from_numpy(image.transpose(2, 0, 1).copy())[None], side, "bilinear")[0]
    shown = preview.at_resolution(image, side)
    assert shown.shape == image.shape and shown.dtype == np.uint8
    off = np.abs(shown.astype(int) - seen.permute(1, 2, 0).numpy().astype(int))
    assert off.max() <= 1 and (off > 0).mean() < 0.01, "a level where float32 rounds the other way"
