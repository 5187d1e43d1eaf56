"""A training curve that stays small: however long the run, at most 300 points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from core.vocabulary.records import Epoch, Tick

MOST = 300
Point = tuple[float, float, float]
"""(position in epochs, mean training loss, running accuracy)."""


class Curve:
    """Collects points; when there are too many, neighbours become their mean.

    Of each bucket only the count and the three sums are kept, so a curve of a day takes no more than one of a minute.
    """

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._buckets: list[list[float]] = [[1, *point] for point in points]
        """[count, sum of positions, sum of losses, sum of accuracies] of at most MOST buckets."""
        self._width = 1
        while len(self._buckets) > MOST:
            self._halve()

    @classmethod
    def of_epochs(cls, epochs: Iterable[Epoch]) -> Curve:
        """The curve of stored epochs: one point an epoch (ticks are not stored)."""
        return cls((float(e.epoch), e.train_loss, e.running_accuracy) for e in epochs
                   if e.train_loss is not None and e.running_accuracy is not None)  # fmt: skip

    def add_tick(self, tick: Tick) -> None:
        """Adds a point of training loss and accuracy; neighbours are averaged once the curve is full. A tick without a loss adds none."""
        if tick.loss is None or tick.accuracy is None or not tick.steps:
            return
        point = [1, tick.epoch - 1 + tick.step / tick.steps, tick.loss, tick.accuracy]
        if self._buckets and self._buckets[-1][0] < self._width:
            self._buckets[-1] = _merged(self._buckets[-1], point)
        else:
            self._buckets.append(point)
        if len(self._buckets) > MOST:
            self._halve()

    def points(self) -> tuple[Point, ...]:
        """Bucket means, in order."""
        return tuple((position / n, loss / n, accuracy / n) for n, position, loss, accuracy in self._buckets)

    def _halve(self) -> None:
        pairs = zip_longest(self._buckets[::2], self._buckets[1::2], fillvalue=[0.0] * 4)
        self._buckets = [_merged(left, right) for left, right in pairs]
        self._width *= 2


def _merged(bucket: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(bucket, other, strict=True)]
