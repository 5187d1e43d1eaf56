"""Pictures from outside: what a person would call one works, everything else gets one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.images import samples
from core.images.decoding import FORMATS, LONGEST, open_image, pixels
from core.vocabulary.errors import LabError

COLOURS = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)


def saved(image: Image.Image, kind: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def bomb(width: int, height: int) -> bytes:
    """The head of a PNG that promises this size; decoding it would need all that memory."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(1000))
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (head, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_colour_and_grey_keep_every_bit() -> None:
    np.testing.assert_array_equal(pixels(open_image(saved(Image.fromarray(COLOURS), "PNG")), 3), COLOURS)
    grey = COLOURS[:, :, 0]
    for image in (grey, grey[:, :, None], np.repeat(grey[:, :, None], 3, axis=2)):
        np.testing.assert_array_equal(pixels(image, 1)[:, :, 0], grey)
    np.testing.assert_array_equal(pixels(grey, 3), np.repeat(grey[:, :, None], 3, axis=2))


@pytest.mark.parametrize("most", [65535, 4095, 1023])
@pytest.mark.parametrize("least", [0, 300])
def test_sixteen_bits_are_stretched_by_their_own_range(least: int, most: int) -> None:
    """Science cameras put 10 or 12 bits into 16."""
    deep = np.linspace(least, most, 64).astype(np.uint16).reshape(8, 8)
    image = open_image(saved(Image.fromarray(deep), "PNG"))
    expected = np.linspace(0, 255, 64).reshape(8, 8)
    np.testing.assert_allclose(pixels(image, 1)[:, :, 0], expected, atol=1 if most > 2000 else 1.2)
    np.testing.assert_array_equal(samples.reduced(image)[0], pixels(image, 1)[:, :, 0], "the lessons read them alike")


def test_a_flat_picture_of_sixteen_bits_stays_flat() -> None:
    noise = np.random.default_rng(0).integers(40_000, 40_500, (8, 8)).astype(np.uint16)
    assert np.ptp(pixels(open_image(saved(Image.fromarray(noise), "PNG")), 1)) <= 2


def test_printers_colours_become_screen_colours() -> None:
    flat = np.zeros((8, 8, 3), np.uint8) + np.array([200, 30, 60], np.uint8)
    image = open_image(saved(Image.fromarray(flat).convert("CMYK"), "JPEG", quality=100))
    assert image.mode == "CMYK"
    assert np.abs(pixels(image, 3).astype(int) - flat).max() <= 4


def test_what_is_transparent_lies_on_white() -> None:
    palette = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    found = pixels(open_image(saved(palette, "PNG", transparency=1)), 3)
    assert found.tolist() == [[[10, 20, 30], [255] * 3], [[255] * 3, [10, 20, 30]]]


@pytest.mark.parametrize(("ink", "ground"), [("white", 0), ("#e6e6e6", 0), ("#ffeb00", 0), ("black", 255), ("#1e761e", 255)])
def test_what_is_transparent_lies_on_the_ground_that_differs_from_the_ink(ink: str, ground: int) -> None:
    """Note-taking apps in dark mode write white on nothing."""
    sheet = Image.new("RGBA", (20, 20), (255, 255, 255, 0))
    sheet.paste(ink, (5, 5, 9, 15))
    for found in (pixels(sheet, 3), samples.reduced(open_image(saved(sheet, "PNG"))).transpose(1, 2, 0)):
        assert (found[0, 0] == ground).all() and (found[7, 6] != ground).any()
    empty = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert (pixels(empty, 3) == 255).all()


@pytest.mark.parametrize("size", [(25_000_000, 1), (1, 25_000_000), (30_000, 800), (5_000, 5_000)])
def test_a_long_picture_is_reduced_before_anything_is_made_of_it(size: tuple[int, int]) -> None:
    found = pixels(Image.new("L", size, 200), 3)
    assert max(found.shape) == LONGEST and min(found.shape[:2]) == max(1, round(min(size) * LONGEST / max(size)))
    assert (found == 200).all()


def test_a_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the picture is to be shown turned clockwise
    turned = open_image(saved(Image.fromarray(COLOURS), "PNG", exif=exif))
    np.testing.assert_array_equal(pixels(turned, 3), np.rot90(COLOURS, -1))


def test_of_an_animation_the_first_picture_counts() -> None:
    frames = [Image.new("L", (5, 5), shade) for shade in (30, 220)]
    animation = open_image(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (pixels(animation, 1) == 30).all()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [6_000, 12_000, 60_000])  # PIL is silent about the first, warns, raises
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(LabError, match="at most 25 million") as refusal:
        open_image(io.BytesIO(bomb(side, side)))
    assert "\n" not in str(refusal.value)


@pytest.mark.skipif("AVIF" not in FORMATS, reason="this Pillow reads no AVIF")
def test_avif_is_read() -> None:
    found = pixels(open_image(saved(Image.new("RGB", (20, 10), (200, 30, 60)), "AVIF", quality=95)), 3)
    assert found.shape == (10, 20, 3) and np.abs(found.astype(int) - (200, 30, 60)).max() <= 6


def test_files_that_are_no_pictures_or_broken_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("hello", encoding="utf-8")
    (tmp_path / "empty.png").touch()
    (tmp_path / "program.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    (tmp_path / "half.png").write_bytes(saved(Image.effect_noise((80, 80), 90), "PNG").getvalue()[:2000])
    for name in ("notes.png", "empty.png", "program.eps", "half.png", "none.png", "."):
        with pytest.raises(LabError, match="cannot be read as a picture") as refusal:
            pixels(open_image(tmp_path / name), 1)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("image", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8), "x"])
def test_what_is_no_picture_is_refused(image: Any) -> None:
    with pytest.raises(LabError, match="the picture"):
        pixels(image, 1)


def test_a_heic_photograph_is_read_upright_and_a_bomb_is_not(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    photograph = Image.new("RGB", (320, 240), "white")
    photograph.paste((200, 30, 30), (0, 0, 60, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = tmp_path / "IMG_7.HEIC"
    pillow_heif.from_pillow(photograph).save(file, exif=exif.tobytes(), quality=90)
    found = open_image(file)
    assert found.size == (240, 320), "turned as the camera was held"
    assert found.getpixel((230, 10))[0] > 150 > found.getpixel((230, 10))[1] and min(found.getpixel((10, 10))) > 240
    large = pillow_heif.from_pillow(Image.new("L", (6000, 5000)))
    large.save(file, quality=10)
    with pytest.raises(LabError, match="6000x5000 pixels; expected at most 25 million"):
        open_image(file)


def test_an_avif_picture_is_read(tmp_path: Path) -> None:
    if "AVIF" not in FORMATS:
        pytest.skip("this Pillow reads no AVIF")
    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "photo.avif")
    assert open_image(tmp_path / "photo.avif").size == (64, 48)
