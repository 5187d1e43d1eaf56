"""The files of a folder or a ZIP archive that somebody hands in: named safely, counted and measured before any is read.

Nothing is written to the disk and no path of an archive is followed. What is not to be trusted is refused whole, in one line.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from unicodedata import normalize

from core.vocabulary.errors import LabError

MOST_FILES, MOST_BYTES = 20_000, 500_000_000
"""Images of one import, and bytes of all files together, unpacked."""
MOST_OF_FILE = 50_000_000
"""Bytes of one file."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".avif", ".heic", ".heif")
"""What is taken for an image; whether it is one is found out when it is opened."""
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_JUNK = re.compile(r"(^|/)(__MACOSX|\.[^/]*|Thumbs\.db|desktop\.ini|ehthumbs\.db)(/|$)", re.IGNORECASE)
_UTF8, _ENCRYPTED = 0x800, 0x1
_BROKEN = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, RuntimeError)
"""What zipfile raises for damaged archives, unknown compression and the like."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One image file."""

    path: PurePosixPath
    """Relative, without `..`, names in NFC."""
    read: Callable[[], bytes]
    """Its bytes. LabError where they cannot be had, or are more than was announced."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What was handed in."""

    images: tuple[Entry, ...]
    """In the order of their paths."""
    others: tuple[str, ...]
    """Paths of files that are no images: lists, notes. What systems add on their own (`__MACOSX`, `.DS_Store`) is not told."""
    manifest: bytes
    """Of dataset.json on top, which an export writes; b"" without one."""


MANIFEST = "dataset.json"


def listed(source: Path | IO[bytes]) -> Listing:
    """The files of a folder, or of a ZIP archive (its path, or a stream that can be searched).

    LabError, in one line, for a missing or damaged archive, for a path that leaves the folder, a link, an encrypted file, an
    archive inside, more than MOST_FILES images or MOST_BYTES, and for no image at all.
    """
    if isinstance(source, Path) and source.is_dir():
        return _sorted(_of_folder(source), source.name)
    if isinstance(source, Path) and not source.is_file():
        raise LabError(f"{source} is not there; expected a folder or a ZIP archive")
    name = source.name if isinstance(source, Path) else "the archive"
    try:
        return _sorted(_of_zip(zipfile.ZipFile(source), name), name)
    except LabError:
        raise
    except _BROKEN as error:
        raise LabError(f"{name} is no ZIP archive that can be read; expected a folder or a whole ZIP ({error})") from error


Found = list[tuple[str, int, Callable[[], bytes]]]
"""Path with slashes, size in bytes, and how it is read."""


def _sorted(found: Found, name: str) -> Listing:
    """The checks that folders and archives share."""
    kept = [(path, size, read) for path, size, read in found if not _JUNK.search(path)]
    for path, size, _ in kept:
        if path.lower().endswith(ARCHIVES):
            raise LabError(f"{path} is an archive inside {name}; unpack it first and hand in the folder")
        if size > MOST_OF_FILE:
            raise LabError(f"{path} has {_mb(size)}; expected at most {_mb(MOST_OF_FILE)} for one picture")
    if (whole := sum(size for _, size, _ in kept)) > MOST_BYTES:
        raise LabError(f"{name} holds {_mb(whole)} unpacked; expected at most {_mb(MOST_BYTES)}")
    images = [Entry(PurePosixPath(normalize("NFC", path)), read) for path, _, read in kept if path.lower().endswith(SUFFIXES)]
    if len(images) > MOST_FILES:
        raise LabError(f"{name} holds {len(images):,} pictures; expected at most {MOST_FILES:,}")
    if not images:
        raise LabError(f"{name} holds no picture; expected one folder for each class, with PNG or JPEG files in it")
    others = tuple(path for path, _, _ in kept if not path.lower().endswith(SUFFIXES) and path != MANIFEST)
    manifest = next((read() for path, size, read in kept if path == MANIFEST and size < 100_000), b"")
    return Listing(tuple(sorted(images, key=lambda entry: entry.path)), others, manifest)


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


# --- folders ----------------------------------------------------------------------------------------------------------


def _of_folder(folder: Path) -> Found:
    found: Found = []
    try:
        for below, folders, files in os.walk(folder, followlinks=False, onerror=_refuse):
            for name in [*folders, *files]:
                path = Path(below, name)
                relative = path.relative_to(folder).as_posix()
                if path.is_symlink():
                    raise LabError(f"{relative} is a link; expected files that lie in {folder.name} themselves")
                if name in files and path.is_file():
                    found.append((relative, path.stat().st_size, lambda path=path: _file(path)))  # type: ignore[misc]
            if len(found) > 2 * MOST_FILES:
                raise LabError(f"{folder.name} holds more than {len(found):,} files; expected at most {MOST_FILES:,} pictures")
    except OSError as error:
        raise LabError(f"{folder} cannot be read: {error.strerror or error}") from error
    return found


def _refuse(error: OSError) -> None:
    raise error


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return _at_most(stream, path.name)
    except OSError as error:
        raise LabError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _at_most(stream: IO[bytes], name: str) -> bytes:
    data = stream.read(MOST_OF_FILE + 1)
    if len(data) > MOST_OF_FILE:
        raise LabError(f"{name} has more than {_mb(MOST_OF_FILE)}")
    return data


# --- ZIP archives -----------------------------------------------------------------------------------------------------


def _of_zip(archive: zipfile.ZipFile, name: str) -> Found:
    members = archive.infolist()
    if len(members) > 4 * MOST_FILES:
        raise LabError(f"{name} holds {len(members):,} files; expected at most {MOST_FILES:,} pictures")
    found: Found = []
    for member in members:
        path = _safe(_decoded(member), name)
        mode = member.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise LabError(f"{path} in {name} is a link; expected the files themselves")
        if member.flag_bits & _ENCRYPTED:
            raise LabError(f"{path} in {name} is encrypted; expected a ZIP without a password")
        if not member.is_dir() and not path.endswith("/"):
            found.append((path, member.file_size, lambda member=member, path=path: _member(archive, member, path)))  # type: ignore[misc]
    return found


def _decoded(member: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 also where an archiver forgot to say so, slashes for Windows' backslashes."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name.replace("\\", "/")


def _safe(path: str, name: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path) or "\0" in path:
        raise LabError(f"{path[:80]!r} leads out of {name}; expected paths that stay inside the archive")
    return "/".join(part for part in parts if part not in ("", ".")) + ("/" if path.endswith("/") else "")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str) -> bytes:
    """Its bytes, not more than it announced: what unpacks to more is a bomb."""
    try:
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)
    except _BROKEN as error:
        raise LabError(f"{path} is damaged in the archive ({error})") from error
    if len(data) > member.file_size:
        raise LabError(f"{path} unpacks to more than it announces")
    return data
