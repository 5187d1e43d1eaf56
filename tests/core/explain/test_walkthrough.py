"""The walkthrough against PyTorch: two hundred random settings, every number of every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.explain import walkthrough
from core.explain.walkthrough import (
    ACTIVATIONS,
    change,
    convolution,
    convolution_step,
    output_size,
    padded,
    pooling,
    shifted,
    window,
)
from core.vocabulary.errors import LabError


@dataclass
class Setting:
    """One random setting of a convolution that fits."""

    image: np.ndarray
    kernel: np.ndarray
    bias: float
    activation: str
    slide: dict[str, int]


def setting(seed: int) -> Setting:
    rng = np.random.default_rng(seed)
    channels, size = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    slide = {"stride": int(rng.integers(1, 5)), "padding": int(rng.integers(0, 4)), "dilation": int(rng.integers(1, 4))}
    reach = slide["dilation"] * (size - 1) + 1
    sides = [max(1, reach - 2 * slide["padding"]) + int(rng.integers(0, 9)) for _ in range(2)]
    image, kernel = rng.normal(size=(channels, *sides)), rng.normal(size=(channels, size, size))
    return Setting(image, kernel, float(rng.normal()), list(ACTIVATIONS)[seed % len(ACTIVATIONS)], slide)


def in_torch(line: str, **names: Any) -> np.ndarray:
    """Runs the line that the lesson shows."""
    tensors = {name: torch.tensor(value) for name, value in names.items()}
    return eval(line, {"torch": torch, "F": F, **tensors}).numpy()  # type: ignore[no-any-return]


def test_a_convolution_is_torch_s() -> None:
    """200 settings drawn at random; `seed` names the one that is off."""
    for seed in range(200):
        s = setting(seed)
        image, kernel = torch.tensor(s.image)[None], torch.tensor(s.kernel)[None]
        totals = F.conv2d(image, kernel, torch.tensor([s.bias], dtype=torch.float64), **s.slide)
        ours = convolution(s.image, s.kernel, s.bias, s.activation, **s.slide)
        assert np.allclose(ours.totals, totals[0, 0].numpy(), rtol=1e-12, atol=1e-12)
        after = {"none": lambda x: x, "ReLU": F.relu, "LeakyReLU": F.leaky_relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh}[s.activation](totals)
        assert np.allclose(ours.outputs, after[0, 0].numpy(), rtol=1e-12, atol=1e-12)
        sides = [output_size(side, s.kernel.shape[1], **s.slide) for side in s.image.shape[1:]]
        assert sides == list(totals.shape[2:])

        columns = F.unfold(image, s.kernel.shape[1], s.slide["dilation"], s.slide["padding"], s.slide["stride"])[0]
        ground = padded(s.image, s.slide["padding"])
        for place in range(columns.shape[1]):
            row, column = divmod(place, sides[1])
            here = window(ground, row, column, s.kernel.shape[1], s.slide["stride"], s.slide["dilation"])
            step = convolution_step(here, s.kernel, s.bias, s.activation)
            assert np.array_equal(step.window.ravel(), columns[:, place].numpy())
            products = columns[:, place] * kernel.ravel()
            assert np.array_equal(step.products.ravel(), products.numpy())
            assert np.allclose(step.channel_sums, products.reshape(len(s.kernel), -1).sum(1).numpy(), atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_the_line_of_pytorch_that_a_lesson_shows_is_the_same(seed: int) -> None:
    s = setting(seed)
    line = walkthrough.convolution_in_torch(s.bias, s.activation, **s.slide)
    found = in_torch(line, image=s.image.astype(np.float32), kernel=s.kernel.astype(np.float32))[0]
    assert np.allclose(convolution(s.image, s.kernel, s.bias, s.activation, **s.slide).outputs, found, atol=1e-5)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_pooling_is_torch_s(kind: walkthrough.Kind) -> None:
    """100 settings drawn at random."""
    for seed in range(100):
        pools_as_torch(seed, kind)


def pools_as_torch(seed: int, kind: walkthrough.Kind) -> None:
    rng = np.random.default_rng(seed)
    size, stride = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    padding = int(rng.integers(0, size // 2 + 1))
    shape = (int(rng.integers(1, 4)), *(size + int(n) for n in rng.integers(0, 9, 2)))
    image = rng.integers(-3, 4, shape).astype(float)  # equal values are frequent: the first of them counts
    ours = pooling(image, size, kind, stride, padding)
    line = walkthrough.pooling_in_torch(size, kind, stride, padding)
    assert np.allclose(ours.outputs, in_torch(line, image=image), atol=1e-12)
    if kind == "average":
        assert ours.places is None
        return
    _, places = F.max_pool2d(torch.tensor(image), size, stride, padding, return_indices=True)
    assert ours.places is not None
    assert np.array_equal(ours.places[..., 0] * shape[2] + ours.places[..., 1], places.numpy())


def test_windows_lie_side_by_side_unless_said_otherwise() -> None:
    image = np.arange(16.0).reshape(1, 4, 4)
    assert pooling(image, 2).outputs.tolist() == [[[5, 7], [13, 15]]]
    assert pooling(image, 2, "average").outputs.tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_sum_by_hand(size: int) -> None:
    """Ones under ones: the sum counts the cells; the bias is added once, not once a channel."""
    made = convolution(np.ones((3, 6, 6)), np.ones((3, size, size)), bias=-2.0)
    assert np.array_equal(made.totals, np.full((7 - size, 7 - size), 3.0 * size**2 - 2))


def test_a_shifted_picture() -> None:
    image = np.arange(9.0).reshape(1, 3, 3)
    assert shifted(image, 0, 1).tolist() == [[[0, 0, 1], [0, 3, 4], [0, 6, 7]]]
    assert shifted(image, -1, 0).tolist() == [[[3, 4, 5], [6, 7, 8], [0, 0, 0]]]
    assert np.array_equal(shifted(image, 0, 0), image)
    assert np.array_equal(shifted(shifted(image, 1, 1), -1, -1)[:, :2, :2], image[:, :2, :2])
    assert not shifted(image, 3, 0).any() and not shifted(np.ones((1, 8, 8)), 0, -9).any()


def test_what_is_found_again_leaves_the_ground_out() -> None:
    found = change(np.array([0.0, 0, 1, 2, 1]), np.array([0.0, 3, 1, 1, 1]))
    assert (found.same, found.counted, found.share) == (2, 4, 1.0)
    assert change(np.zeros(3), np.zeros(3)) == walkthrough.Change(0, 0, 0.0)


def test_what_does_not_go_together_is_refused_in_one_line() -> None:
    with pytest.raises(LabError, match="reaches over 9 pixels, but the padded side has only 8"):
        output_size(8, kernel=5, dilation=2)
    with pytest.raises(LabError, match="has 1 channels, the kernel 3"):
        convolution(np.zeros((1, 4, 4)), np.zeros((3, 3, 3)))
    with pytest.raises(LabError, match="expected at most 1, half of the window"):
        pooling(np.zeros((1, 8, 8)), 3, padding=2)
