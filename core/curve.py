"""A training curve that stays small: however long the run, at most 300 points. And what can be read from a curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise, zip_longest
from statistics import stdev
from typing import Any

from core.errors import LabError
from core.records import Tick

MOST = 300
Point = tuple[float, float, float]
"""(position in epochs, mean training loss, running accuracy)."""


class Curve:
    """Collects points; when there are too many, neighbours become their mean."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._buckets: list[list[Point]] = [[point] for point in points]
        self._width = 1
        while len(self._buckets) > MOST:
            self._halve()

    @classmethod
    def of_epochs(cls, epochs: Iterable[dict[str, Any]]) -> Curve:
        """The curve of stored epochs: one point an epoch (ticks are not stored)."""
        return cls((float(e["epoch"]), e["train_loss"], e["running_accuracy"]) for e in epochs if e["train_loss"] is not None)

    def add_tick(self, tick: Tick) -> None:
        if tick.loss is None or tick.accuracy is None or not tick.steps:
            return
        point = (tick.epoch - 1 + tick.step / tick.steps, tick.loss, tick.accuracy)
        if self._buckets and len(self._buckets[-1]) < self._width:
            self._buckets[-1].append(point)
        else:
            self._buckets.append([point])
        if len(self._buckets) > MOST:
            self._halve()

    def points(self) -> tuple[Point, ...]:
        """Bucket means, in order."""
        return tuple(_mean(bucket) for bucket in self._buckets)

    def _halve(self) -> None:
        left, right = self._buckets[::2], self._buckets[1::2]
        self._buckets = [a + b for a, b in zip_longest(left, right, fillvalue=list[Point]())]
        self._width *= 2


def _mean(points: list[Point]) -> Point:
    position, loss, accuracy = (sum(column) / len(points) for column in zip(*points, strict=True))
    return position, loss, accuracy


def smoothed(values: Iterable[float], weight: float) -> list[float]:
    """The exponential moving average: of each point `weight` parts are the average so far, the rest its own value.

    It begins with the first value. `weight` is at least 0 (the curve as it is) and below 1, else LabError.

    >>> smoothed([0.0, 1.0, 1.0], 0.5)
    [0.0, 0.5, 0.75]
    """
    if not 0 <= weight < 1:
        raise LabError(f"the smoothing is {weight}; expected at least 0 and below 1")
    return list(accumulate(values, lambda average, value: weight * average + (1 - weight) * value))


def wiggle(values: Sequence[float]) -> float | None:
    """How much a curve goes up and down: the standard deviation of its steps from point to point, in its second half.

    A steady slope makes every step the same and counts as no wiggle. None for fewer than two steps.

    >>> wiggle([0.0, 5.0, 9.0, 1.0, 2.0, 3.0, 4.0])
    0.0
    """
    steps = [after - before for before, after in pairwise(values[len(values) // 2 :])]
    return stdev(steps) if len(steps) > 1 else None
