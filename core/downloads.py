"""One published file from its authors' server: resumable, verified by hash, renamed into place when whole.

This is the only place of the app that calls out, and only when somebody asked for a data set. The network
library is imported inside the function that needs it, so that importing this module costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.atomic import put_in_place
from core.errors import LabError

CHUNK = 1 << 16
TIMEOUT_S = 20.0  # a server that says nothing for so long counts as a cut connection
REPORT_EVERY_S = 0.25


class FetchStopped(LabError):
    """Somebody stopped the download; what has arrived lies in FILE.part, and the next fetch goes on there."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file as its authors publish it: name on the server, size in bytes, md5 in hex."""

    name: str
    size: int
    md5: str


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far one file of a data set is: bytes here, bytes in all, and the mean speed of this attempt."""

    name: str
    file: str
    done_bytes: int
    total_bytes: int
    bytes_per_second: float


Progress = Callable[[FetchProgress], None]
Stop = Callable[[], bool]


def download(
    name: str, file: Published, target: Path, mirrors: tuple[str, ...], progress: Progress, stop: Stop
) -> None:
    """Fetches `file` of the data set `name` to `target`, from the first of `mirrors` that serves it.

    A mirror is an address prefix. Bytes gather in `target`.part, over several calls too; only the whole file
    with the published md5 is renamed. Raises LabError when no mirror serves it, FetchStopped when `stop()`
    says so, OSError when the disk refuses.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    reasons = []
    for mirror in mirrors:
        url = mirror + file.name
        reason = _gather(url, part, file, _Meter(name, file, progress), stop) or _content_problem(part, file)
        if not reason:
            put_in_place(part, target)
            return
        reasons.append(f"{url}: {reason}")
    tried = "; ".join(reasons)
    raise LabError(f"cannot download {file.name} ({tried}); fetched by hand, it belongs at {target}")


def md5_of(path: Path) -> str:
    """The md5 of a file's content in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "md5").hexdigest()


def finish(stream: Any) -> None:
    """Forces what was written onto the disk: a file that is renamed next must survive a crash whole."""
    stream.flush()
    os.fsync(stream.fileno())


class _Broken(Exception):
    """The server or the way to it failed; the message is the reason in one line."""


class _Meter:
    """Tells the progress a few times a second."""

    def __init__(self, name: str, file: Published, progress: Progress) -> None:
        self._name, self._file, self._progress = name, file, progress
        self._began = time.monotonic()
        self._received = 0
        self._told = -REPORT_EVERY_S

    def tell(self, done: int, received: int) -> None:
        """`done` bytes are in the file, `received` of them came just now."""
        self._received += received
        seconds = time.monotonic() - self._began
        if seconds - self._told < REPORT_EVERY_S and done < self._file.size:
            return
        self._told = seconds
        speed = self._received / max(seconds, 1e-6)
        self._progress(FetchProgress(self._name, self._file.name, done, self._file.size, speed))


def _gather(url: str, part: Path, file: Published, meter: _Meter, stop: Stop) -> str:
    """Receives until `part` is whole: "", or why not. After a cut it tries again while that gets further."""
    furthest, reason = -1, ""
    while (have := _size(part)) != file.size and have > furthest:
        furthest = have
        try:
            _receive(url, part, file, meter, stop)
            reason = f"the connection ended after {_size(part):,} of {file.size:,} bytes"
        except _Broken as broken:
            reason = str(broken)
    return "" if _size(part) == file.size else reason


def _receive(url: str, part: Path, file: Published, meter: _Meter, stop: Stop) -> None:
    have = _size(part) if _size(part) < file.size else 0
    _obey(stop)
    with closing(_ask(url, have)) as answer:
        done = _start(answer, have, file)
        meter.tell(done, 0)
        with part.open("ab" if done else "wb") as out:
            for piece in _pieces(answer):
                done += len(piece)
                if done > file.size:
                    out.truncate(0)
                    raise _Broken(f"the server sends more than the published {file.size:,} bytes")
                out.write(piece)
                meter.tell(done, len(piece))
                _obey(stop)
            finish(out)


def _ask(url: str, have: int) -> Any:
    """The server's answer, asked for the bytes from `have` on."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    # Some servers refuse the library's own name, and a compressed answer would not have the published size.
    headers = {"User-Agent": "resolution-lab", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        return urlopen(Request(url, headers=headers), timeout=TIMEOUT_S)
    except HTTPError as error:
        raise _Broken(f"the server answers {error.code} {error.reason}") from error
    except URLError as error:
        raise _Broken(_line(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise _Broken(_line(error)) from error


def _start(answer: Any, have: int, file: Published) -> int:
    """Where the answer's first byte belongs: at `have`, or at 0 if the server ignores ranges."""
    resumed = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    start: int = have if resumed else 0
    offered = file.size if answer.length is None else start + answer.length
    if offered != file.size:
        # A sign-in page of the network, say: seen before a byte of it is stored.
        raise _Broken(f"the server offers {offered:,} bytes instead of the published {file.size:,}")
    return start


def _pieces(answer: Any) -> Iterator[bytes]:
    """What arrives, as it arrives: read1 does not wait for a full piece, so a slow line shows progress."""
    from http.client import HTTPException

    while True:
        try:
            piece = answer.read1(CHUNK)
        except (OSError, HTTPException) as error:
            raise _Broken(_line(error)) from error
        if not piece:
            return
        yield piece


def _content_problem(part: Path, file: Published) -> str:
    """ "" when the gathered bytes are the published ones; else the reason, and the part is gone."""
    actual = md5_of(part)
    if actual == file.md5:
        return ""
    part.unlink()
    return f"its content is not the published one (md5 {actual} instead of {file.md5})"


def _obey(stop: Stop) -> None:
    if stop():
        raise FetchStopped("the download was stopped; the next fetch goes on from where it is")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _line(error: object) -> str:
    return " ".join(str(error).split()) or type(error).__name__
