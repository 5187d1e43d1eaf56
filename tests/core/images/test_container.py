"""What is read of a file before it is decoded: what it is, and what decoding would cost."""

from __future__ import annotations

import io
import re
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.images.container import MAX_BLOCKS, MAX_SCANS, decodable
from core.images.decoding import FORMATS, open_image, pixels
from core.vocabulary.errors import LabError
from tests.made_images import scans
from tests.places import FILES

GREY = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8) * 4)


def saved(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    GREY.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("GIF", {}), ("WEBP", {"lossless": True}), ("BMP", {})])
def test_an_ordinary_file_is_left_as_it_is(kind: str, options: dict[str, object]) -> None:
    assert decodable(saved(kind, **options), "x") == saved(kind, **options)


def test_a_png_loses_its_comments_and_keeps_its_pixels() -> None:
    """https://github.com/python-pillow/Pillow/issues/8363: over 1 MB of text, in a whole PNG."""
    plain = saved("PNG")
    texts = chunk(b"zTXt", b"notes\0\0" + zlib.compress(b"x" * 5_000_000)) + chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(9_000_000)))
    long = plain[:33] + texts + chunk(b"abCd", b"") * 100_000 + plain[33:]
    assert decodable(long, "x") == plain
    np.testing.assert_array_equal(pixels(open_image(long), 1), pixels(GREY, 1))
    assert np.ptp(pixels(open_image(FILES / "ztxt.png"), 1)) == 255


def test_a_png_keeps_how_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    np.testing.assert_array_equal(pixels(open_image(saved("PNG", exif=exif)), 1)[:, :, 0], np.rot90(np.asarray(GREY), -1))


def test_a_jpeg_of_a_thousand_scans_is_refused_before_it_is_decoded() -> None:
    began = time.process_time()
    with pytest.raises(LabError, match=rf"^bomb.jpg has 2000 scans; expected at most {MAX_SCANS}, save it anew as PNG or as a plain JPEG$"):
        open_image(scans(2000), "bomb.jpg")
    assert time.process_time() - began < 1
    assert pixels(open_image(scans(12, 64)), 1).shape == (64, 64, 1)


def test_what_looks_like_a_scan_inside_of_a_segment_is_none() -> None:
    plain = saved("JPEG")
    comment = b"\xff\xda" * 1000
    full = plain[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:]
    np.testing.assert_array_equal(pixels(open_image(full), 1), pixels(open_image(plain), 1))


def test_a_gif_of_a_million_little_comments_is_refused() -> None:
    """PIL joins them in a time that grows with their square: 11 seconds for 2 MB."""
    plain = saved("GIF")
    at = 13 + 3 * (2 << (plain[10] & 7))
    long = plain[:at] + b"!\xfe" + b"\x01a" * 1_000_000 + b"\0" + plain[at:]
    with pytest.raises(LabError, match=rf"^the file has more than {MAX_BLOCKS} blocks before its first picture; save it anew as PNG$"):
        open_image(long)
    some = plain[:at] + b"!\xfe" + b"\x01a" * 100 + b"\0" + plain[at:]
    np.testing.assert_array_equal(pixels(open_image(some), 1), pixels(GREY, 1))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", *({"AVIF"} & set(FORMATS))])
def test_thousands_of_camera_notes_are_refused_and_some_dozen_are_read(kind: str) -> None:
    """PIL copies what each note points to: 1 MB of them took 8 seconds, 10 MB would take a quarter of an hour."""

    def noted(count: int) -> bytes:
        notes = b"".join(struct.pack("<HHII", 1000 + number, 1, 3_000, 16) for number in range(count - 1))
        turned = struct.pack("<HHII", 0x0112, 3, 1, 6)
        exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", count) + turned + notes + bytes(4)
        file = io.BytesIO()
        Image.new("L", (16, 8), 90).save(file, kind, exif=exif.ljust(4_000, b"\0"))
        return file.getvalue()

    assert pixels(open_image(noted(40)), 1).shape == (16, 8, 1), "and the picture stands upright"
    with pytest.raises(LabError, match=r"^x has (4000|3999) notes of a camera; expected at most 256, take a screenshot of it$"):
        open_image(noted(4000), "x")


def test_a_photograph_of_an_iphone_gets_a_way_out_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("IMG_0001.HEIC", "heic_named.jpg"):
        (tmp_path / name).write_bytes((FILES / "heic_named.jpg").read_bytes())
        sentence = f"{name} is a HEIC photograph, which cannot be read here; save it as JPEG or PNG, or take a screenshot of it"
        with pytest.raises(LabError, match=f"^{re.escape(sentence)}$"):
            open_image(tmp_path / name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_file_cut_anywhere_has_a_sentence(kind: str) -> None:
    whole = saved(kind)
    for end in range(0, len(whole) - 4, 3):
        try:
            pixels(open_image(whole[:end]), 1)
        except LabError as error:
            assert "expected a whole" in str(error)
