"""The warm-up: our answers are the printed ones, and the lesson's verdict on thresholds is right."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.explain import worksheet
from core.studies.published import published

TASK = published()["warm_up"]


@pytest.mark.parametrize("image", TASK["images"])
@pytest.mark.parametrize("kernel", TASK["filters"])
def test_the_answers_are_the_printed_ones_and_torch_s(image: str, kernel: str) -> None:
    ours = worksheet.answer(worksheet.images()[image], worksheet.filters()[kernel])
    assert ours.feature_map.tolist() == TASK["feature_maps_after_relu"][image][kernel]
    assert ours.pooled == TASK["pooled"][image][kernel]

    pixels, weights = (torch.tensor(part)[None, None] for part in (worksheet.images()[image], worksheet.filters()[kernel]))
    made = F.relu(F.conv2d(pixels, weights) + TASK["bias"])
    assert np.array_equal(ours.feature_map, made[0, 0].numpy())
    assert ours.pooled == F.max_pool2d(made, 2).item()
    names = {"torch": torch, "F": F, "image": pixels[0, 0], "kernel": weights[0, 0]}
    assert ours.pooled == eval(worksheet.in_torch(), names), "the line that the lesson shows"


def test_the_task_is_the_one_that_is_computed() -> None:
    assert (TASK["activation"], TASK["stride"], TASK["padding"]) == (worksheet.ACTIVATION, 1, 0)
    assert TASK["pool"] == f"max {worksheet.POOL}x{worksheet.POOL}"
    assert len(worksheet.images()) == 4 and {worksheet.class_of(name) for name in worksheet.images()} == {"class 1", "class 2"}


def test_which_filter_separates_the_classes() -> None:
    """By the printed pooled values: ring 5, 6 against 1, 3; plus 1, 2 against 2, 3."""
    ring, plus = worksheet.pooled("ring"), worksheet.pooled("plus")
    assert worksheet.gap(ring) == (3, 5) and worksheet.gap(plus) is None
    assert all(worksheet.separates(ring, threshold) for threshold in (3.1, 4, 4.9))
    assert not any(worksheet.separates(ring, threshold) for threshold in (0, 2, 3, 5, 5.5, 9))
    assert not any(worksheet.separates(plus, threshold) for threshold in (0, 1, 1.5, 2, 2.5, 3, 9))


def test_the_classes_may_lie_either_way_round() -> None:
    assert worksheet.separates({"a 1": 0, "a 2": 1, "b 1": 4}, 2) and worksheet.separates({"a 1": 9, "b 1": 4}, 5)
