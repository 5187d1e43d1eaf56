"""A clock that a test sets, in place of time.monotonic."""

from __future__ import annotations


class Clock:
    """Seconds; `now` is what it says."""

    now = 100.0

    def __call__(self) -> float:
        return self.now
