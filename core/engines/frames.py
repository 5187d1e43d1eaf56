"""Messages through a pipe: two lengths, a little JSON, and bytes beside it. No pickle, no torch."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<II")
_MOST = 2**31


def frame_of(message: dict[str, Any], blob: bytes = b"") -> bytes:
    """The message as it travels, in one piece. TypeError for what is no JSON, ValueError for a part of more than 2 GiB."""
    text = json.dumps(message).encode()
    for part, length in (("message", len(text)), ("bytes beside a message", len(blob))):
        if length > _MOST:
            raise ValueError(f"the {part} are {length} bytes long; expected at most {_MOST}")
    return _LENGTHS.pack(len(text), len(blob)) + text + blob


def read_frame(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next message with its bytes; None when the other end is gone, also in the middle of a message.

    Raises ValueError for what is no message: after it nothing in this pipe can be understood.
    """
    head = _exactly(pipe, _LENGTHS.size)
    if head is None:
        return None
    of_text, of_blob = _LENGTHS.unpack(head)
    if of_text > _MOST or of_blob > _MOST:
        raise ValueError(f"a message of {of_text} and {of_blob} bytes was announced; expected at most {_MOST}")
    text, blob = _exactly(pipe, of_text), _exactly(pipe, of_blob)
    return None if text is None or blob is None else (json.loads(text), blob)


def _exactly(pipe: IO[bytes], count: int) -> bytes | None:
    data = pipe.read(count)  # a buffered pipe reads all of it or meets the end
    return data if len(data) == count else None
