"""Resolution against PyTorch, PIL, an independent float64 oracle, and cases worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from core.images import resampling
from core.images.resampling import FILTERS, at_resolution, reduce, restore
from core.vocabulary.errors import LabError

TORCH = {
    "bilinear": {"mode": "bilinear", "align_corners": False},
    "bilinear-antialias": {"mode": "bilinear", "align_corners": False, "antialias": True},
    "bicubic": {"mode": "bicubic", "align_corners": False},
    "area": {"mode": "area"},
    "nearest": {"mode": "nearest"},
}


def images(count: int = 40, channels: int = 3, side: int = 32) -> Tensor:
    """Half noise, half smooth, with black and white corners so that bicubic overshoots."""
    draw = torch.Generator().manual_seed(count + channels + side)
    noise = torch.randint(0, 256, (count, channels, side, side), dtype=torch.uint8, generator=draw)
    noise[: count // 2] = interpolate(
        noise[: count // 2, :, ::4, ::4].float(), size=side, mode="bilinear"
    ).byte()
    noise[:, :, : side // 2, : side // 2] = 0
    noise[:, :, side // 2 :, side // 2 :] = 255
    return noise


def image(rows: list[list[int]]) -> Tensor:
    return torch.tensor(rows, dtype=torch.uint8)[None, None]


def rounded(exact: Tensor) -> Tensor:
    return exact.round().clamp(0, 255).to(torch.uint8)


def apart(one: Tensor, other: Tensor) -> int:
    """The largest difference in grey levels."""
    return int((one.int() - other.int()).abs().max())


# The oracle: every filter as one matrix, from its textbook kernel, in float64.
def kernel(filter: str, distance: float) -> float:
    x = abs(distance)
    if filter.startswith("bilinear"):
        return max(0.0, 1 - x)
    a = -0.75  # Keys 1981 with the sharper slope that PyTorch and OpenCV use
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0


def weights(filter: str, source: int, target: int) -> np.ndarray:
    """(target, source): row i holds what each old pixel gives to new pixel i; each row sums to 1."""
    matrix = np.zeros((target, source))
    for new in range(target):
        if filter == "nearest":
            matrix[new, new * source // target] = 1
        elif filter == "area":
            matrix[new, new * source // target : math.ceil((new + 1) * source / target)] = 1
        elif filter == "bilinear-antialias":
            stretch, middle = max(1, source / target), (new + 0.5) * source / target
            matrix[new] = [kernel(filter, (old + 0.5 - middle) / stretch) for old in range(source)]
        else:
            middle = (new + 0.5) * source / target - 0.5
            for old in range(math.floor(middle) - 1, math.floor(middle) + 3):
                matrix[new, min(max(old, 0), source - 1)] += kernel(filter, old - middle)  # edges repeat
    return matrix / matrix.sum(axis=1, keepdims=True)


def oracle(images: Tensor, side: int, filter: str) -> Tensor:
    matrix = weights(filter, images.shape[-1], side)
    return rounded(torch.from_numpy(matrix @ images.numpy().astype(np.float64) @ matrix.T))


@pytest.mark.parametrize("filter", FILTERS)
@pytest.mark.parametrize("side", [1, 7, 8, 16, 21, 24, 31])
def test_both_steps_agree_with_the_oracle_and_with_pytorch(filter, side):
    original = images()
    small = reduce(original, side, filter)
    assert small.shape == (40, 3, side, side) and small.dtype == torch.uint8
    assert apart(small, oracle(original, side, filter)) <= 1  # 1: float32 and float64 may round a half apart
    assert torch.equal(small, rounded(interpolate(original.float(), size=(side, side), **TORCH[filter])))

    back = restore(small, 32, filter)
    assert back.shape == original.shape and back.dtype == torch.uint8
    assert apart(back, oracle(small, 32, filter)) <= 1
    assert torch.equal(back, rounded(interpolate(small.float(), size=(32, 32), **TORCH[filter])))
    assert torch.equal(at_resolution(original, side, filter), back)


@pytest.mark.parametrize("side", [4, 7, 16, 24])
def test_bilinear_antialias_is_what_pil_does(side):
    def by_pil(image: Tensor, side: int) -> Tensor:
        resized = Image.fromarray(image.permute(1, 2, 0).numpy()).resize(
            (side, side), Image.Resampling.BILINEAR
        )
        return torch.from_numpy(np.array(resized)).permute(2, 0, 1)

    original = images(10)
    small = reduce(original, side, "bilinear-antialias")
    back = restore(small, 32, "bilinear-antialias")
    for image, reduced, restored in zip(original, small, back, strict=True):
        assert apart(reduced, by_pil(image, side)) <= 1
        assert apart(restored, by_pil(reduced, 32)) <= 1


@pytest.mark.parametrize("side", [4, 16])
def test_area_and_nearest_where_sizes_divide(side):
    original, step = images(10), 32 // side
    blocks = original.unfold(2, step, step).unfold(3, step, step).double().mean(dim=(-1, -2))
    assert apart(reduce(original, side, "area"), rounded(blocks)) == 0
    assert torch.equal(reduce(original, side, "nearest"), original[:, :, ::step, ::step])
    small = images(10, side=side)
    enlarged = small.repeat_interleave(step, dim=2).repeat_interleave(step, dim=3)
    assert torch.equal(restore(small, 32, "area"), enlarged)
    assert torch.equal(restore(small, 32, "nearest"), enlarged)


def test_by_hand_reducing_to_one_pixel():
    two_by_two = image([[0, 101], [200, 102]])  # mean 100.75; all but "nearest" weigh the four alike
    assert [reduce(two_by_two, 1, filter).item() for filter in FILTERS] == [101, 101, 101, 101, 0]


def test_by_hand_restoring_a_step():
    step = image([[0, 100], [0, 100]])
    # new pixel centres lie at -0.25, 0.25, 0.75 and 1.25 of the old ones
    assert restore(step, 4, "bilinear")[0, 0, 0].tolist() == [0, 25, 75, 100]
    assert restore(step, 4, "bilinear-antialias")[0, 0, 0].tolist() == [0, 25, 75, 100]
    # cubic weights at the distances 0.25, 0.75, 1.25, 1.75: 0.8789, 0.2617, -0.1055, -0.0352
    assert restore(step, 4, "bicubic")[0, 0, 0].tolist() == [0, 23, 77, 111]
    assert restore(step, 4, "nearest")[0, 0, 0].tolist() == [0, 0, 100, 100]
    assert restore(step, 4, "area")[0, 0, 0].tolist() == [0, 0, 100, 100]


def test_by_hand_antialiasing_sees_what_plain_bilinear_skips():
    line = torch.zeros(1, 1, 8, 8, dtype=torch.uint8)
    line[..., 0] = 255  # plain bilinear from 8 to 2 looks at columns 1, 2 and 5, 6 only
    assert reduce(line, 2, "bilinear")[0, 0].tolist() == [[0, 0], [0, 0]]
    # a triangle about 2, 4 wide to each side, weighs column 0 with 2.5 of 2.5 + 3.5 + 3.5 + 2.5 + 1.5 + 0.5
    assert reduce(line, 2, "bilinear-antialias")[0, 0].tolist() == [[round(255 * 2.5 / 14), 0]] * 2


def test_each_step_ends_as_an_8_bit_picture():
    """Reduced to 0.5 and 101.5, stored as 0 and 102, then restored: 25.5 and 76.5, not 25.75 and 76.25."""
    columns = image([[0, 1, 101, 102]] * 4)
    assert reduce(columns, 2, "bilinear")[0, 0].tolist() == [[0, 102]] * 2
    assert at_resolution(columns, 2, "bilinear")[0, 0].tolist() == [[0, 26, 76, 102]] * 4


def test_bicubic_overshoot_is_clamped_not_wrapped():
    edge = torch.zeros(1, 1, 8, 8, dtype=torch.uint8)
    edge[..., 4:] = 255
    unclamped = interpolate(edge.float(), size=(16, 16), mode="bicubic")
    assert unclamped.min() < -1 and unclamped.max() > 256
    restored = restore(edge, 16, "bicubic")[0, 0, 0].tolist()
    assert restored == sorted(restored) and restored[0] == 0 and restored[-1] == 255


@pytest.mark.parametrize("filter", FILTERS)
def test_the_own_side_is_the_identity(filter):
    original = images(3)
    assert at_resolution(original, 32, filter) is original
    assert reduce(original, 32, filter) is original
    assert restore(original, 32, filter) is original


@pytest.mark.parametrize("filter", FILTERS)
def test_a_flat_picture_stays_flat(filter):
    levels = torch.arange(256, dtype=torch.uint8).reshape(256, 1, 1, 1).expand(256, 1, 9, 9)
    for side in (1, 2, 5, 8):
        assert torch.equal(at_resolution(levels, side, filter), levels)


@pytest.mark.parametrize("filter", FILTERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [1, 7, 16])
def test_neither_chunks_nor_memory_layout_nor_threads_change_a_bit(filter, channels, side, monkeypatch):
    original = images(40, channels)
    before = original.clone()
    expected = at_resolution(original, side, filter)
    for chunk in (1, 3, 39, 10**9):
        monkeypatch.setattr(resampling, "_CHUNK", chunk)
        assert torch.equal(at_resolution(original, side, filter), expected)
    last = original.to(memory_format=torch.channels_last)
    flipped = original.flip(3).flip(3).transpose(2, 3).contiguous().transpose(2, 3)
    assert torch.equal(at_resolution(last, side, filter), expected)
    assert torch.equal(at_resolution(flipped, side, filter), expected)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert torch.equal(at_resolution(original, side, filter), expected)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(original, before)  # pictures are never changed in place


def test_floats_exist_for_few_pictures_at_a_time(monkeypatch):
    seen: list[int] = []

    def spy(values: Tensor, **options: object) -> Tensor:
        seen.append(len(values))
        return interpolate(values, **options)

    monkeypatch.setattr(resampling, "interpolate", spy)
    at_resolution(images(1000, 1, 8), 4, "area")
    assert max(seen) <= 256 and sum(seen) == 2000


@pytest.mark.parametrize("filter", FILTERS)
def test_no_pictures_and_one_picture(filter):
    assert at_resolution(images(4)[:0], 8, filter).shape == (0, 3, 32, 32)
    assert torch.equal(at_resolution(images(4)[2:3], 8, filter), at_resolution(images(4), 8, filter)[2:3])


@pytest.mark.parametrize("step", [reduce, at_resolution])
@pytest.mark.parametrize("side", [0, -1, 33, 8.0, None])
def test_impossible_sides(step, side):
    with pytest.raises(LabError, match=r"^resolution must be a whole number from 1 to 32, not "):
        step(images(2), side, "area")


@pytest.mark.parametrize("size", [31, 0, 64.0])
def test_impossible_sizes_to_restore(size):
    with pytest.raises(LabError, match=r"^the size to restore must be a whole number from 32 up, not "):
        restore(images(2), size, "area")


@pytest.mark.parametrize("step", [reduce, restore, at_resolution])
def test_unknown_filter_and_wrong_pictures(step):
    with pytest.raises(LabError, match=r"^unknown filter 'lanczos'; choose one of bilinear, .*, nearest$"):
        step(images(2), 32, "lanczos")
    wrong = [images(2).float(), images(2)[0], images(2)[:, :, :30], torch.tensor(3, dtype=torch.uint8)]
    for bad in wrong:
        with pytest.raises(LabError, match=r"^pictures must be square and torch.uint8 \(N, C, S, S\), not "):
            step(bad, 32, "area")
