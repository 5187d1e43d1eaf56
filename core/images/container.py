"""The bytes of an image file before anything decodes them: what is unreadable, what costs too much, what can be left out.

A file says in its first bytes what it is, and in its structure what decoding it will cost. Both are read here without
decoding. `Image.open` is then given what is left. No torch, no PIL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from core.vocabulary.errors import LabError

MAX_SCANS = 100
"""A progressive JPEG has about ten. Each one passes over the whole image again, so thousands take minutes."""
MAX_BLOCKS = 10_000
"""Blocks in a GIF before its first image. PIL joins them one by one, in a time that grows with their square."""
MAX_NOTES = 256
"""Entries of EXIF data: a camera writes some dozen. PIL copies what each points to, which may be the whole file each time."""

_PNG, _JPEG, _GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", (b"GIF87a", b"GIF89a")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_NEEDED = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"))
_ORIENTATION = b"XML:com.adobe.xmp"
"""A text of a PNG that may say how the camera was held."""
_TIFF = re.compile(rb"II\*\0|MM\0\*")
"""The head of EXIF data, in whatever file they are."""
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_SCAN, _END, _ALONE = 0xDA, 0xD9, frozenset((0x01, 0xD8))


def decodable(data: bytes, name: str) -> bytes:
    """The file without what no image needs. Raises LabError for one that cannot be read here or costs too much."""
    if (notes := _notes(data)) > MAX_NOTES:
        raise LabError(f"{name} has {notes} notes of a camera; expected at most {MAX_NOTES}, take a screenshot of it")
    if data.startswith(_PNG):
        return _without_comments(data)
    if data.startswith(_JPEG) and (scans := _scans(data)) > MAX_SCANS:
        raise LabError(f"{name} has {scans} scans; expected at most {MAX_SCANS}, save it anew as PNG or as a plain JPEG")
    if data.startswith(_GIF) and _blocks(data) > MAX_BLOCKS:
        raise LabError(f"{name} has more than {MAX_BLOCKS} blocks before its first picture; save it anew as PNG")
    return data


def is_heic(data: bytes) -> bool:
    """Whether the file is of the kind that iPhones make, whatever it is called (ISO 14496-12: a box "ftyp" with brands)."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC


def _notes(data: bytes) -> int:
    """The largest number of entries that EXIF data in the file announce."""
    most = 0
    for head in _TIFF.finditer(data):
        order: Literal["little", "big"] = "little" if head.group().startswith(b"I") else "big"
        at = head.start() + int.from_bytes(data[head.end() : head.end() + 4], order)
        most = max(most, int.from_bytes(data[at : at + 2], order))
    return most


def _without_comments(data: bytes) -> bytes:
    """A PNG of what its first image needs. Comments, unpacked, may be larger than PIL allows, or than the memory is."""
    kept, at = [_PNG], len(_PNG)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in _NEEDED or data.startswith(_ORIENTATION, at + 8):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _scans(data: bytes) -> int:
    """How many scans a JPEG has, up to the end of its first image."""
    return sum(marker == _SCAN for marker in _markers(data))


def _markers(data: bytes) -> Iterator[int]:
    at = 0
    while found := _MARKER.search(data, at):
        marker, at = found.group(1)[0], found.end()
        yield marker
        if marker == _END:
            return
        if marker not in _ALONE:
            at += int.from_bytes(data[at : at + 2], "big")


def _blocks(data: bytes) -> int:
    """How many blocks of comments and other extensions a GIF has before its first image; counting ends above MAX_BLOCKS."""
    flags, count = (data[10] if len(data) > 10 else 0), 0
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while at + 2 < len(data) and data[at] == ord("!") and count <= MAX_BLOCKS:
        at += 2
        while at < len(data) and data[at] and count <= MAX_BLOCKS:
            at, count = at + 1 + data[at], count + 1
        at, count = at + 1, count + 1
    return count
