"""When a waiting run will begin, as far as that can be known: places become free, and the queue moves up."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def expected_waits(at_work: Sequence[float | None], waiting: Sequence[float | None], places: int) -> list[float | None]:
    """Seconds until each waiting run begins, in the order of the queue; None from the first on that nobody can tell.

    `at_work`: seconds left of each run at work; `waiting`: how long each waiting one will take; None where it is not known.

    >>> expected_waits([10.0, 30.0], [5.0, 40.0, None, 7.0, 7.0], 2)
    [10.0, 15.0, 30.0, 55.0, None]
    """
    unknown = float("inf")
    free = [unknown if seconds is None else seconds for seconds in at_work][:places]
    free += [0.0] * (places - len(free))
    heapq.heapify(free)
    found: list[float | None] = []
    for seconds in waiting:
        begins = heapq.heappop(free)
        found.append(None if begins == unknown else begins)
        heapq.heappush(free, unknown if seconds is None else begins + seconds)
    return found
