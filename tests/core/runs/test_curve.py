"""A training curve of at most 300 points, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from core.runs import curve
from core.vocabulary.records import Tick


def test_a_curve_takes_no_more_after_a_day_than_after_a_minute() -> None:
    whole, losses = curve.Curve(), np.random.default_rng(3).random(50_000)
    for step, loss in enumerate(losses):
        whole.add_tick(Tick("training", 1 + step // 100, step % 100 + 1, 100, loss=float(loss), accuracy=0.5))
    assert len(whole._buckets) <= curve.MOST and all(len(bucket) == 4 for bucket in whole._buckets)
    sizes = [int(bucket[0]) for bucket in whole._buckets]
    assert sum(sizes) == 50_000 and len(set(sizes[:-1])) == 1, "all but the last stand for as many ticks"
    means = [part.mean() for part in np.split(losses, np.cumsum(sizes)[:-1])]
    assert [loss for _, loss, _ in whole.points()] == pytest.approx(means)
