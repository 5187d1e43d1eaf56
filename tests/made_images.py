"""Image files as people sent them: a drawing, changes to its pixels, a way to save it, damage to the file.

`file_of({"draw": "seven", "change": ["on its side"], "save": "JPEG", "options": {"exif": "orientation 6"}, "spoil": "cut"})`
gives its bytes; every word is a key of one of the tables here. Only `draw` is needed.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from tests.networks_for_tests import seven
from tests.places import FILES

DRAWINGS: dict[str, Callable[[], Image.Image]] = {
    "seven": seven,
    "nothing": lambda: Image.new("RGB", (280, 280), "white"),
    "noise": lambda: Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 80, 3), np.uint8)),
}
"""What is on the paper; seven is black on white, 280x280."""


def _alpha(image: Image.Image, ink: str) -> Image.Image:
    """The drawing's ink in a colour, its paper transparent."""
    made = Image.new("RGBA", image.size, ink)
    made.putalpha(image.convert("L").point(lambda value: 255 - value))
    return made


def _deep(image: Image.Image, white: int) -> Image.Image:
    """16 bits a pixel, white being `white`."""
    return Image.fromarray((np.asarray(image.convert("L")).astype(np.uint32) * white // 255).astype(np.uint16))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "on its side": lambda image: image.rotate(90),
    "white on black": lambda image: Image.fromarray(255 - np.asarray(image)),
    "grey": lambda image: image.convert("L"),
    "one bit": lambda image: image.convert("1"),
    "palette": lambda image: image.convert("P", palette=Image.Palette.ADAPTIVE, colors=4),
    "CMYK": lambda image: image.convert("CMYK"),
    "grey with transparency": lambda image: _alpha(image, "black").convert("LA"),
    "black on transparent": lambda image: _alpha(image, "black"),
    "white on transparent": lambda image: _alpha(image, "white"),
    "palette, white transparent": lambda image: _alpha(image, "black").quantize(4, Image.Quantize.FASTOCTREE),
    "16 bits": lambda image: _deep(image, 65535),
    "12 bits in 16": lambda image: _deep(image, 4095),
    "yellow ink": lambda image: Image.composite(Image.new("RGB", image.size, "white"), Image.new("RGB", image.size, (255, 235, 0)), image.convert("L")),
    "green on red": lambda image: Image.composite(Image.new("RGB", image.size, (200, 30, 30)), Image.new("RGB", image.size, (30, 118, 30)), image.convert("L")),
    "1400 pixels wide": lambda image: image.resize((1400, 1400)),
    "in a corner of a wide sheet": lambda image: _placed(image, (1600, 400)),
}  # fmt: skip


def _placed(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    sheet = Image.new("RGB", size, "white")
    sheet.paste(image, (20, 60))
    return sheet


def _tiff(*entries: bytes) -> bytes:
    """The body of EXIF data, little-endian, with these 12-byte entries."""
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


def _short(tag: int, value: int) -> bytes:
    return struct.pack("<HHIHH", tag, 3, 1, value, 0)


TURNED = _short(0x0112, 6)
"""Orientation 6: to be shown turned clockwise."""
EXIF = {
    "orientation 6": b"Exif\0\0" + _tiff(TURNED),
    "no orientation": b"Exif\0\0" + _tiff(_short(0x0213, 1)),
    "header twice": b"Exif\0\0Exif\0\0" + _tiff(TURNED),
    "empty": b"Exif\0\0",
    "no TIFF": b"This is not valid EXIF data",
    "orientation without a value": b"Exif\0\0" + _tiff(struct.pack("<HHII", 0x0112, 3, 0, 0)),
    "orientation 9": b"Exif\0\0" + _tiff(_short(0x0112, 9)),
    "two resolutions in one": b"Exif\0\0" + _tiff(TURNED, struct.pack("<HHII", 0x011A, 5, 2, 50)) + struct.pack("<IIII", 72, 1, 72, 1),
    "value beyond the end": b"Exif\0\0" + _tiff(TURNED, struct.pack("<HHII", 0x010F, 2, 5_517_926, 9_999_999)),
}
"""EXIF data, whole and broken, by what is wrong with them."""


def _saved(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    """The file; `exif` names EXIF data, `frames` a number of empty sheets that follow, `text_kB` a text inside."""
    options = dict(options)
    if "exif" in options:
        options["exif"] = EXIF[options["exif"]]
    if "frames" in options:
        empty = Image.new(image.mode, image.size, "white")
        options |= {"save_all": True, "append_images": [empty] * options.pop("frames")}
    if "text_kB" in options:
        notes = PngImagePlugin.PngInfo()
        notes.add_text("notes", "x" * 1000 * options.pop("text_kB"), zip=True)
        options["pnginfo"] = notes
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _promising(width: int, height: int) -> bytes:
    """The head of a PNG of this size, and hardly any pixels behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(999)))


def scans(count: int, side: int = 5000) -> bytes:
    """A progressive JPEG of `count` scans that say almost nothing, each of which passes over all blocks."""
    head = b"\xff\xd8\xff\xdb\x00\x43\x00" + b"\x01" * 64 + b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, side, side, 1) + b"\x01\x11\x00"
    for kind, symbol in ((0x00, b"\x00"), (0x10, b"\xe0")):
        head += b"\xff\xc4" + struct.pack(">HB", 20, kind) + bytes([1] + [0] * 15) + symbol
    blocks = (-(-side // 8)) ** 2
    bits = "".join("0" + "1" * 14 for _ in range(-(-blocks // 32767)))
    bits += "1" * (-len(bits) % 8)

    def scan(first: int, last: int) -> bytes:
        return b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00" + bytes([first, last, 0])

    following = scan(1, 63) + int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return head + scan(0, 0) + bytes(-(-blocks // 8)) + following * (count - 1) + b"\xff\xd9"


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) * 6 // 10],
    "last bytes gone": lambda data: data[:-30],
    "empty": lambda data: b"",
    "a web page": lambda data: b"<!DOCTYPE html><title>Sign in</title>",
    "SVG": lambda data: b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M2 2h5L4 8"/></svg>',
    "AVIF": lambda data: b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B" + bytes(200),
    "HEIC": lambda data: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    "2,000 scans": lambda data: scans(2000),
    "promises 12,000 x 12,000 pixels": lambda data: _promising(12_000, 12_000),
    "promises 60,000 x 60,000 pixels": lambda data: _promising(60_000, 60_000),
}
"""What became of the file; some stand for files of another kind altogether."""


def file_of(made: dict[str, Any]) -> bytes:
    """The bytes of the file that a row describes."""
    if "file" in made:
        return (FILES / made["file"]).read_bytes()
    image = DRAWINGS[made["draw"]]()
    for change in made.get("change", []):
        image = CHANGES[change](image)
    data = _saved(image, made.get("save", "PNG"), made.get("options", {}))
    return SPOILS[made["spoil"]](data) if "spoil" in made else data
