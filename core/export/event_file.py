"""TensorBoard's event files, written without TensorBoard: a few messages of protocol buffers in TensorFlow's record format.

A record is its length (8 bytes), the length's checksum, an Event, its checksum. The numbers of the fields are those of
tensorboard/compat/proto/event.proto and summary.proto and of tensorboard/plugins/hparams/plugin_data.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Number = int | float


# --- protocol buffers -------------------------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    """A whole number from 0, seven bits a byte, the lowest first."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def whole(field: int, value: int) -> bytes:
    """A field with a whole number from 0."""
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    """A field with a float of 64 bits."""
    return varint(field << 3 | 1) + struct.pack("<d", value)


def single(field: int, value: float) -> bytes:
    """A field with a float of 32 bits."""
    return varint(field << 3 | 5) + struct.pack("<f", value)


def nested(field: int, content: bytes | str) -> bytes:
    """A field with a text, bytes, or another message."""
    blob = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(blob)) + blob


# --- records ----------------------------------------------------------------------------------------------------------


def _table() -> list[int]:
    rows = []
    for row in range(256):
        for _ in range(8):
            row = row >> 1 ^ (0x82F63B78 if row & 1 else 0)
        rows.append(row)
    return rows


_CRC = _table()


def checksum(blob: bytes) -> int:
    """CRC-32C (Castagnoli), masked as TensorFlow does, so that a checksum of checksums stays one.

    >>> hex(checksum(b"123456789"))
    '0xc7862345'
    """
    crc = 0xFFFFFFFF
    for byte in blob:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(blob: bytes) -> bytes:
    """One record of an event file."""
    length = struct.pack("<Q", len(blob))
    return length + struct.pack("<I", checksum(length)) + blob + struct.pack("<I", checksum(blob))


# --- events -----------------------------------------------------------------------------------------------------------


def version_event(seconds: float) -> bytes:
    """The first record of every file."""
    return record(double(1, seconds) + nested(3, "brain.Event:2"))


def event(seconds: float, step: int, values: Sequence[bytes]) -> bytes:
    """A record: what was measured at a step, at a time (seconds since 1970)."""
    return record(double(1, seconds) + whole(2, step) + nested(5, b"".join(nested(1, value) for value in values)))


def scalar(tag: str, value: float) -> bytes:
    """A value of one tag: a number."""
    return nested(1, tag) + single(2, value)


def image(tag: str, png: bytes, width: int, height: int) -> bytes:
    """A value of one tag: a colour image (PNG)."""
    return nested(1, tag) + nested(4, whole(1, height) + whole(2, width) + whole(3, 3) + nested(4, png))


# --- hyper-parameters -------------------------------------------------------------------------------------------------

HParams = Mapping[str, str | Number | bool]
SUCCESS = 1


def hparams(values: HParams, metrics: Sequence[str], began: float, ended: float) -> list[bytes]:
    """The three values that TensorBoard's HParams page reads: what varies and is measured, this run's values, its end."""
    infos = b"".join(nested(4, nested(1, name) + whole(4, _type(value))) for name, value in values.items())
    measured = b"".join(nested(5, nested(1, nested(2, tag))) for tag in metrics)
    start = b"".join(nested(1, nested(1, name) + nested(2, _value(value))) for name, value in values.items()) + double(5, began)
    end = whole(1, SUCCESS) + double(2, ended)
    contents = {"experiment": (2, infos + measured), "session_start_info": (3, start), "session_end_info": (4, end)}
    return [_plugin(f"_hparams_/{name}", nested(field, content)) for name, (field, content) in contents.items()]


def _plugin(tag: str, content: bytes) -> bytes:
    return nested(1, tag) + nested(9, nested(1, nested(1, "hparams") + nested(2, content)))


def _type(value: str | Number | bool) -> int:
    return 2 if isinstance(value, bool) else 3 if isinstance(value, int | float) else 1


def _value(value: str | Number | bool) -> bytes:
    if isinstance(value, bool):
        return whole(4, int(value))
    return double(2, value) if isinstance(value, int | float) else nested(3, value)
