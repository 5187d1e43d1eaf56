"""Messages through a pipe: two lengths, a little JSON, and bytes beside it. No pickle, no torch."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<II")
_MOST = 2**31


def write_frame(pipe: IO[bytes], message: dict[str, Any], blob: bytes = b"") -> None:
    """Sends one message; the pipe's other end gets it whole or not at all. Raises OSError when that end is gone."""
    text = json.dumps(message).encode()
    pipe.write(_LENGTHS.pack(len(text), len(blob)) + text + blob)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next message with its bytes; None when the other end is gone, also in the middle of a message."""
    head = _exactly(pipe, _LENGTHS.size)
    if head is None:
        return None
    of_text, of_blob = _LENGTHS.unpack(head)
    if of_text > _MOST or of_blob > _MOST:
        return None
    text, blob = _exactly(pipe, of_text), _exactly(pipe, of_blob)
    return None if text is None or blob is None else (json.loads(text), blob)


def _exactly(pipe: IO[bytes], count: int) -> bytes | None:
    data = pipe.read(count)  # a buffered pipe reads all of it or meets the end
    return data if len(data) == count else None
