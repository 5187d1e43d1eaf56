"""One published file from the best of several servers: resumable, verified by hash, renamed into place when whole.

A server that would take minutes is compared with the others, and the quickest goes on. This is the only place of the app
that calls out, and only when somebody asked for a data set. The network library is imported inside the function that
needs it, so that importing this module costs nothing.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.system.atomic import put_in_place
from core.vocabulary.datasets import Published
from core.vocabulary.errors import LabError

CHUNK = 1 << 16
TIMEOUT_S = 20.0  # a server that says nothing for so long counts as a cut connection
REPORT_EVERY_S = 0.25
RECENT_S = 10.0
"""The speed that is told is that of the last seconds: what is left is estimated from it."""
JUDGED_AFTER_S = 8.0
"""A server is judged by its first seconds."""
PATIENCE_S = 180.0
"""A download that would take longer than this is worth asking the other servers how fast they are."""
SAMPLE_S, SAMPLE_BYTES = 3.0, 1 << 20
"""A server is asked for so much, at most for so long, to learn its speed."""


class FetchStopped(LabError):
    """Somebody stopped the download; what has arrived lies in FILE.part, and the next fetch goes on there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a file can be had: its address, what must come from there, and where that belongs on the disk."""

    url: str
    file: Published
    target: Path

    @property
    def part(self) -> Path:
        """Where its bytes gather."""
        return self.target.with_name(self.target.name + ".part")

    @property
    def missing(self) -> int:
        """How many bytes are still to come."""
        have = _size(self.part)
        return self.file.size - have if have < self.file.size else self.file.size


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far a data set is: the bytes of the file that comes now, and of the set's files before it and in all.

    `bytes_per_second` is the speed of the last seconds.
    """

    name: str
    file: str
    done_bytes: int
    total_bytes: int
    bytes_per_second: float
    before_bytes: int = 0
    set_bytes: int = 0

    @property
    def seconds_left(self) -> float:
        """For the whole set; infinite while nothing comes."""
        left = max(self.set_bytes, self.total_bytes) - self.before_bytes - self.done_bytes
        return left / self.bytes_per_second if self.bytes_per_second else math.inf


Progress = Callable[[FetchProgress], None]
Stop = Callable[[], bool]


def download(name: str, offers: Sequence[Offer], progress: Progress, stop: Stop) -> Offer:
    """Fetches a file of the data set `name` from the first of `offers` that serves it; returns the one that did.

    Where the first would take minutes, all of them are compared, once, and asked in the order of the time that they
    would take. Bytes gather in FILE.part, over several calls too; only the whole file with the published digest is
    renamed. Raises LabError when none serves it, FetchStopped when `stop()` says so, OSError when the disk refuses.
    """
    left, reasons = list(offers), []
    patience = PATIENCE_S if len(left) > 1 else math.inf
    while left:
        offer = left[0]
        offer.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            reason = _gather(offer, _Meter(name, offer.file, progress), stop, patience) or _content_problem(offer)
        except _Slow:
            left, patience = _quickest_first(left, stop), math.inf
            continue
        if not reason:
            put_in_place(offer.part, offer.target)
            return offer
        reasons.append(f"{offer.url}: {reason}")
        left.remove(offer)
    first = offers[0]
    raise LabError(f"cannot download {first.file.name} ({'; '.join(reasons)}); fetched by hand, it belongs at {first.target}")


def digest_of(path: Path, like: str) -> str:
    """The digest of a file's content in hex, of the kind that `like` is: 32 digits md5, 64 sha256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, kind_of(like)).hexdigest()


def kind_of(digest: str) -> str:
    """ "md5" or "sha256", told by the number of digits."""
    return "md5" if len(digest) == 32 else "sha256"


def finish(stream: Any) -> None:
    """Forces what was written onto the disk: a file that is renamed next must survive a crash whole."""
    stream.flush()
    os.fsync(stream.fileno())


class _Broken(Exception):
    """The server or the way to it failed; the message is the reason in one line."""


class _Slow(Exception):
    """The server works, but would take longer than the patience allows."""


class _Meter:
    """Measures the speed of one attempt and tells the progress a few times a second."""

    def __init__(self, name: str, file: Published, progress: Progress) -> None:
        self._name, self._file, self._progress = name, file, progress
        self._began = self._reported = time.monotonic()
        self._received = 0
        self._recent = deque([(self._began, 0)])

    def add(self, done: int, received: int) -> None:
        """`done` bytes are in the file, `received` of them came just now."""
        now = time.monotonic()
        self._received += received
        self._recent.append((now, self._received))
        while len(self._recent) > 2 and now - self._recent[1][0] > RECENT_S:
            self._recent.popleft()
        if now - self._reported >= REPORT_EVERY_S or received == 0 or done == self._file.size:
            self._reported = now
            self._progress(FetchProgress(self._name, self._file.name, done, self._file.size, self.speed))

    @property
    def speed(self) -> float:
        """Bytes a second, over the last seconds."""
        (then, before), (now, received) = self._recent[0], self._recent[-1]
        return (received - before) / max(now - then, 1e-6)

    def slow(self, done: int, patience: float) -> bool:
        """Whether the rest would take longer than `patience` seconds, as far as the first seconds can tell."""
        if self._recent[-1][0] - self._began < JUDGED_AFTER_S:
            return False
        return self._file.size - done > patience * self.speed


def _gather(offer: Offer, meter: _Meter, stop: Stop, patience: float) -> str:
    """Receives until the part is whole: "", or why not. After a cut it tries again while that gets further."""
    part, size = offer.part, offer.file.size
    furthest, reason = -1, ""
    while (have := _size(part)) != size and have > furthest:
        furthest = have
        try:
            _receive(offer, meter, stop, patience)
            reason = f"the connection ended after {_size(part):,} of {size:,} bytes"
        except _Broken as broken:
            reason = str(broken)
    return "" if _size(part) == size else reason


def _receive(offer: Offer, meter: _Meter, stop: Stop, patience: float) -> None:
    file = offer.file
    have = _size(offer.part) if _size(offer.part) < file.size else 0
    _obey(stop)
    with closing(_ask(offer.url, have)) as answer:
        done = _start(answer, have, file)
        meter.add(done, 0)
        with offer.part.open("ab" if done else "wb") as out:
            for piece in _pieces(answer):
                done += len(piece)
                if done > file.size:
                    out.truncate(0)
                    raise _Broken(f"the server sends more than the published {file.size:,} bytes")
                out.write(piece)
                meter.add(done, len(piece))
                _obey(stop)
                if meter.slow(done, patience):
                    raise _Slow
            finish(out)


def _quickest_first(offers: Sequence[Offer], stop: Stop) -> list[Offer]:
    """The offers by the seconds that each would take for what is missing; of equals the first."""
    seconds = {offer: offer.missing / max(_sampled_speed(offer, stop), 1e-6) for offer in offers}
    return sorted(offers, key=seconds.__getitem__)


def _sampled_speed(offer: Offer, stop: Stop) -> float:
    """Bytes a second of a short sample, which is thrown away; 0 for a server that does not have the file."""
    _obey(stop)
    began, received = time.monotonic(), 0
    have = _size(offer.part) if _size(offer.part) < offer.file.size else 0
    try:
        with closing(_ask(offer.url, have)) as answer:
            _start(answer, have, offer.file)
            for piece in _pieces(answer):
                received += len(piece)
                _obey(stop)
                if received >= SAMPLE_BYTES or time.monotonic() - began >= SAMPLE_S:
                    break
    except _Broken:
        return 0.0
    return received / max(time.monotonic() - began, 1e-6)


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


def _content_problem(offer: Offer) -> str:
    """ "" when the gathered bytes are the published ones; else the reason, and the part is gone."""
    actual = digest_of(offer.part, offer.file.digest)
    if actual == offer.file.digest:
        return ""
    offer.part.unlink()
    return f"its content is not the published one ({kind_of(actual)} {actual} instead of {offer.file.digest})"


def _obey(stop: Stop) -> None:
    if stop():
        raise FetchStopped("the download was stopped; the next fetch goes on from where it is")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _line(error: object) -> str:
    return " ".join(str(error).split()) or type(error).__name__
