"""When a waiting run will begin."""

from __future__ import annotations

import pytest

from core.runs.scheduling.waits import expected_waits


@pytest.mark.parametrize(("at_work", "waiting", "places", "expected"), [
    ([], [5.0, 5.0], 1, [0.0, 5.0]),
    ([20.0], [10.0, 10.0, 10.0], 1, [20.0, 30.0, 40.0]),
    ([20.0, 5.0], [10.0, 10.0, 10.0], 2, [5.0, 15.0, 20.0]),
    ([None], [10.0], 1, [None]),
    ([None, 5.0], [10.0, 10.0], 2, [5.0, 15.0]),
    ([5.0], [None, 10.0], 1, [5.0, None]),
    ([5.0], [], 3, []),
])  # fmt: skip
def test_places_become_free_and_the_queue_moves_up(
    at_work: list[float | None], waiting: list[float | None], places: int, expected: list[float | None]
) -> None:
    assert expected_waits(at_work, waiting, places) == expected
