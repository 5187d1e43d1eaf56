"""How often somebody may do something: some times at once, then again and again after a pause (a token bucket)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_KEYS = 10_000
"""People or addresses that are remembered; the one that was used longest ago is forgotten first."""


class Allowance:
    """`burst` times at once for each key, then once more every `seconds`. Any thread may call it; memory is bounded.

    >>> doors = Allowance(burst=2, seconds=10.0, clock=lambda: 0.0)
    >>> [doors.take("a"), doors.take("a"), doors.take("a"), doors.take("b")]
    [0.0, 0.0, 10.0, 0.0]
    """

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.seconds, self._clock = burst, seconds, clock
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}
        """For each key the moment at which it has its whole burst again; sorted by last use."""

    def wait(self, key: str) -> float:
        """Seconds until the key may be used; 0.0 for now. Takes nothing."""
        with self._lock:
            return self._wait(key, self._clock())

    def take(self, key: str) -> float:
        """Uses the key once where it may be used now, and returns 0.0; else the seconds until then."""
        with self._lock:
            now = self._clock()
            if wait := self._wait(key, now):
                return wait
            self._full_at[key] = max(now, self._full_at.pop(key, now)) + self.seconds
            if len(self._full_at) > MOST_KEYS:
                del self._full_at[next(iter(self._full_at))]
            return 0.0

    def _wait(self, key: str, now: float) -> float:
        return max(0.0, self._full_at.get(key, now) - now - (self.burst - 1) * self.seconds)
