"""What is read from a curve, against scipy and numpy."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.signal import lfilter

from core.runs import curve
from core.vocabulary.errors import LabError
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


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9])
def test_smoothing_is_the_recursive_filter(weight: float) -> None:
    values = np.random.default_rng(1).random(40)
    expected, _ = lfilter([1 - weight], [1, -weight], values, zi=[weight * values[0]])
    assert curve.smoothed(values.tolist(), weight) == pytest.approx(expected.tolist())


@pytest.mark.parametrize("weight", [-0.1, 1.0])
def test_a_smoothing_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(LabError, match="smoothing"):
        curve.smoothed([1.0], weight)


def test_wiggle_is_the_spread_of_the_steps_of_the_second_half() -> None:
    values = np.random.default_rng(2).random(50)
    assert curve.step_std(values.tolist()) == pytest.approx(np.diff(values[25:]).std(ddof=1))
    assert curve.step_std((values + 3 * np.arange(50)).tolist()) == pytest.approx(curve.step_std(values.tolist())), "a slope is no wiggle"
    assert curve.step_std([1.0, 2.0, 3.0]) is None and curve.step_std([]) is None


def test_the_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(curve)
    assert attempted and not failed
