"""The worker processes of the server: each trains one run at a time, so that as many runs are trained side by side.

A worker is started when a run finds all others at work, and stays warm for the next run. The memory of one that has had
nothing to do for a while is given back; the last one stays longer, for it answers the first start of a lesson at once.
"""

from __future__ import annotations

import logging
import threading
import time

from core.engines.child import Answers, Child
from core.vocabulary.errors import EngineClosed

LOG = logging.getLogger(__name__)
IDLE_SECONDS = 60.0
"""So long a worker beside others stays warm: importing torch again takes one core about two seconds."""
LAST_IDLE_SECONDS = 900.0
"""So long the last worker stays warm."""


class Pool:
    """At most `workers` children, started when they are needed. Every method may be called from any thread."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._lock = threading.RLock()
        self._children: list[Child] = []
        self._closed = False
        self._clock: threading.Timer | None = None

    @property
    def children(self) -> tuple[Child, ...]:
        """Those that are alive, the one that was started first in front."""
        with self._lock:
            self._children = [child for child in self._children if child.alive]
            return tuple(self._children)

    def open(self) -> tuple[Child, int, Answers]:
        """A place for a run: the child with the fewest, the number of the run there, and where its answers arrive.

        A new child is started where all have a run and more are allowed. EngineDied where it cannot be started.
        """
        with self._lock:
            self._closed = False
            child = self._least_busy()
            return child, *child.open()

    def for_question(self) -> Child:
        """The child that answers soonest. EngineClosed after `close`, EngineDied where none can be started."""
        with self._lock:
            if self._closed:
                raise EngineClosed()
            child = self._least_busy(start=False)
            child.worked_at = time.monotonic()  # it is about to be asked: its memory is not given back now
            return child

    def close(self) -> None:
        """Kills the children; questions are refused until a run is opened again."""
        with self._lock:
            self._closed = True
            if self._clock is not None:
                self._clock.cancel()
            for child in self._children:
                child.kill()
            self._children, self._clock = [], None

    def _least_busy(self, start: bool = True) -> Child:
        least = min(self.children, key=lambda child: child.runs, default=None)
        if least is None or (start and least.runs and len(self._children) < self.workers):
            least = Child()
            self._children.append(least)
            self._look_later()
        return least

    def _look_later(self) -> None:
        """Looks for idle children in a while, unless that is planned already."""
        if self._clock is None and not self._closed:
            self._clock = threading.Timer(IDLE_SECONDS / 2, self._give_back)
            self._clock.daemon, self._clock.name = True, "idle workers"
            self._clock.start()

    def _give_back(self) -> None:
        """Ends the children that have had nothing to do for too long."""
        with self._lock:
            self._clock = None
            for child in reversed(self.children):
                if child.idle_seconds() > (IDLE_SECONDS if len(self._children) > 1 else LAST_IDLE_SECONDS):
                    LOG.debug("worker %s is idle: its memory is given back", child.process.pid)
                    child.kill()
                    self._children.remove(child)
            if self._children:
                self._look_later()
