"""Time spent working, without the time that others take; and when it is time to tell something."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_SECONDS = 0.4
"""How often a run gives a sign of life."""


class Stopwatch:
    """Runs from when it is made. `seconds` is never 0, so that it can be divided by."""

    def __init__(self) -> None:
        self._began = self._last_reported = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since it began; above 0."""
        return max(time.perf_counter() - self._began, 1e-9)

    def due(self) -> bool:
        """Whether the next tick is due; asking starts the wait for the one after it."""
        now = time.perf_counter()
        if now - self._last_reported < TICK_SECONDS:
            return False
        self._last_reported = now
        return True

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Time inside the block does not count: whoever reads the records may take as long as they like."""
        left = time.perf_counter()
        yield
        away = time.perf_counter() - left
        self._began += away
        self._last_reported += away
