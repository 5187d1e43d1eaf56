"""Downloads of data sets in the background: one for the whole server, however many pages look on.

They live in a `sys.modules` entry without a file, as the job manager does: no cache that a visitor can clear, no
module that an edit can evict.
"""

from __future__ import annotations

import logging
import math
import sys
import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets import files as sources
from core.datasets.files import SOURCES, FetchProgress, FetchStopped, Source
from core.vocabulary.errors import LabError

LOG = logging.getLogger(__name__)
_HOME = "_resolution_lab_fetching"


@dataclass(frozen=True, slots=True)
class Look:
    """A download at one moment: bytes of all its files together; `error` is one line, "" while there is none.

    `seconds_left` is infinite while nothing comes.
    """

    active: bool
    done_bytes: int
    total_bytes: int
    bytes_per_second: float
    seconds_left: float
    error: str

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 0.0


@dataclass(slots=True)
class _Fetch:
    source: Source
    owner: str
    """The name of who started it; "" for nobody: everybody may stop it."""
    stop: threading.Event = field(default_factory=threading.Event)
    active: bool = True
    progress: FetchProgress | None = None
    error: str = ""

    def look(self) -> Look:
        now = self.progress
        if now is None:
            return Look(self.active, 0, total_bytes(self.source), 0.0, math.inf, self.error)
        done, in_all = now.before_bytes + now.done_bytes, max(now.set_bytes, now.total_bytes)
        return Look(self.active, done, in_all, now.bytes_per_second, now.seconds_left, self.error)


class Fetching:
    """Starts, stops and shows downloads. Every method may be called from any thread; none waits."""

    def __init__(self, sources: Mapping[str, Source] = SOURCES) -> None:
        self._sources = sources
        self._lock = threading.Lock()
        self._fetches: dict[str, _Fetch] = {}

    def start(self, name: str, folder: Path, owner: str = "") -> None:
        """Fetches the data set into the folder; does nothing when that is going on already. `owner`: whose download it is."""
        with self._lock:
            now = self._fetches.get(name)
            if now is None or not now.active:
                fetch = self._fetches[name] = _Fetch(self._sources[name], owner)
                threading.Thread(
                    target=self._work, args=(fetch, folder), daemon=True, name=f"fetch {name}"
                ).start()

    def may_stop(self, name: str, owner: str, teacher: bool = False) -> bool:
        """Whether this person may end the download: who started it may, and the teacher."""
        with self._lock:
            fetch = self._fetches.get(name)
            return fetch is not None and (teacher or fetch.owner in ("", owner))

    def stop(self, name: str, owner: str = "", teacher: bool = False) -> None:
        """Ends the download soon; what has arrived is kept, and the next one goes on from there. LabError for others."""
        if not self.may_stop(name, owner, teacher):
            raise LabError(f"only who started the download of {name}, or the teacher, can stop it")
        with self._lock:
            self._fetches[name].stop.set()

    def look(self, name: str) -> Look | None:
        """The download of this data set, also after its end; None before there was one."""
        with self._lock:
            fetch = self._fetches.get(name)
            return fetch.look() if fetch else None

    def active(self) -> bool:
        """Whether any download is going on."""
        with self._lock:
            return any(fetch.active for fetch in self._fetches.values())

    def _work(self, fetch: _Fetch, folder: Path) -> None:
        def tell(progress: FetchProgress) -> None:
            fetch.progress = progress

        error = ""
        try:
            sources.fetch(fetch.source.name, folder, tell, fetch.stop.is_set, self._sources, sources.mirror_of())
        except FetchStopped:
            pass  # somebody wanted that
        except LabError as refusal:
            error = str(refusal)
        except Exception as fault:  # a fault of ours: the page says so, the traceback is on stderr
            error = f"{type(fault).__name__}: {fault}"
            LOG.exception("the download of %s broke off", fetch.source.name)
        finally:
            with self._lock:
                fetch.error, fetch.active = error, False


def total_bytes(source: Source) -> int:
    """How much there is to fetch."""
    return sum(file.size for file in source.layouts[0].downloads) if source.layouts else 0


def installed(make: Callable[[], Fetching] = Fetching) -> Fetching:
    """The server's one `Fetching`, made when it is first asked for."""
    home = types.ModuleType(_HOME)
    home.fetching = make()  # type: ignore[attr-defined]
    kept: Fetching = sys.modules.setdefault(_HOME, home).fetching
    return kept
