"""What is lost: the spectrum against a transform written out by hand, Parseval, and plain arithmetic."""

from __future__ import annotations

import io
from math import log10

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from core.images import filters, quality, resampling
from core.vocabulary.datasets import SOURCES

RANDOM = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 8), np.uint8)


def by_hand(images: np.ndarray) -> np.ndarray:
    """The energy at each fineness, with the transform as a sum of cosines and sines, wave by wave."""
    side = images.shape[-1]
    found = np.zeros(side // 2 + 1)
    place = np.arange(side)
    for plane in images.reshape(-1, side, side).astype(float):
        plane = plane - plane.mean()
        for down in range(-((side - 1) // 2), side // 2 + 1):
            for across in range(-((side - 1) // 2), side // 2 + 1):
                angle = 2 * np.pi * (down * place[:, None] + across * place[None, :]) / side
                power = ((plane * np.cos(angle)).sum() ** 2 + (plane * np.sin(angle)).sum() ** 2) / side**2
                found[max(abs(down), abs(across))] += power
    return found


@pytest.mark.parametrize("side", [4, 7, 8])
def test_the_spectrum_is_the_transform_written_out(side: int) -> None:
    images = RANDOM[:, :, :side, :side]
    assert np.allclose(quality.energy(images), by_hand(images))


def test_the_parts_add_up_to_the_whole() -> None:
    values = RANDOM.astype(float)
    whole = ((values - values.mean((2, 3), keepdims=True)) ** 2).sum()
    assert np.isclose(quality.energy(RANDOM).sum(), whole), "Parseval"


@pytest.mark.parametrize("waves", [1, 3, 8])
def test_a_wave_is_where_it_belongs_and_is_lost_below_two_pixels_each(waves: int) -> None:
    wave = np.cos(2 * np.pi * waves * np.arange(32) / 32)
    image = np.broadcast_to(np.rint(127 + 100 * wave), (1, 1, 32, 32)).astype(np.uint8)
    energies = quality.energy(image)
    assert energies.argmax() == waves and energies[waves] / energies.sum() > 0.999
    assert quality.above(energies, 2 * waves - 1) > 0.999 and quality.above(energies, 2 * waves) < 0.001


def test_one_brightness_has_no_energy_to_lose() -> None:
    flat = np.full((1, 1, 8, 8), 7, np.uint8)
    assert quality.above(quality.energy(flat), 2) == 0.0 and quality.psnr(flat, flat) is None


def test_differences_are_counted_over_all_values() -> None:
    original = np.array([[[[0, 100], [200, 50]]]], np.uint8)
    restored = np.array([[[[10, 100], [180, 50]]]], np.uint8)
    assert quality.difference(original, restored) == 30 / 4
    assert quality.psnr(original, restored) == pytest.approx(10 * log10(255**2 / ((100 + 400) / 4)))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_png_holds_every_bit(channels: int) -> None:
    image = RANDOM[0, :channels]
    read = np.asarray(Image.open(io.BytesIO(quality.png(image)))).reshape(8, 8, channels)
    assert np.array_equal(read.transpose(2, 0, 1), image)
    assert quality.loss(image[None], image[None], image[None]).png == len(quality.png(image))


@pytest.mark.parametrize("dataset", SOURCES)
def test_each_side_loses_more_and_nothing_at_the_full_one(dataset: str) -> None:
    size = SOURCES[dataset].sides[0]
    grain = np.random.default_rng(1).normal(0, 25, (3, 1, size, size))
    slope = np.linspace(40, 200, size)[None, None, None]
    images = (slope + grain).clip(0, 255).astype(np.uint8)
    found = [quality.loss(images, it.reduced, it.restored) for it in quality.pairs(images, SOURCES[dataset].sides, "area")]
    assert [one.raw for one in found] == [side * side for side in SOURCES[dataset].sides]
    assert (found[0].difference, found[0].psnr, found[0].above) == (0.0, None, 0.0)
    shares = [one.above for one in found]
    assert shares == sorted(shares) and shares[1] > 0
    assert found[-1].difference > 0 and found[-1].psnr is not None


@pytest.mark.parametrize("filter", resampling.FILTERS)
def test_the_lines_of_pytorch_do_the_same(filter: str) -> None:
    names = {"F": F, "image": torch.from_numpy(RANDOM).float()}
    exec(filters.in_torch(3, 8, filter), names)
    (pair,) = quality.pairs(RANDOM, (3,), filter)
    assert np.array_equal(names["small"].byte().numpy(), pair.reduced)  # type: ignore[attr-defined]
    assert np.array_equal(names["restored"].byte().numpy(), pair.restored)  # type: ignore[attr-defined]


def test_one_s_own_picture_gets_the_data_set_s_form() -> None:
    tall = np.zeros((3, 90, 60), np.uint8)
    tall[:, 15:75] = np.array([200, 10, 10], np.uint8)[:, None, None]
    found = quality.fit_upload(tall, "cifar10")
    assert found.shape == (1, 3, 32, 32) and (found[0, 0] == 200).all(), "the middle of it, square"
    assert quality.fit_upload(tall, "fashion-mnist").shape == (1, 1, 28, 28)
