"""Writing a file, or a folder, whole or not at all: whoever looks at its name sees what was there before, or all of the new content."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes `content` (text as UTF-8) to `path`, making its folder at need; after a power cut it is still there.

    Raises OSError; what was at `path` before then still is, and no half file is left.
    """
    with whole_file(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes `path` when the block ends without an error. Raises OSError as `write_whole`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # somebody else may be writing the same file
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        put_in_place(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A new folder to write into, which becomes `path` when the block ends without an error; else it goes, with all in it.

    Raises OSError; `path` must not be there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.mkdir()
    try:
        yield part
        put_in_place(part, path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def put_in_place(part: Path, path: Path) -> None:
    """Renames a file or a folder that is on the disk to its final name, and takes care that the name reaches the disk too."""
    os.replace(part, path)
    if hasattr(os, "O_DIRECTORY"):  # where folders can be synced
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
