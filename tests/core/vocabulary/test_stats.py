"""One rule for "is this difference real?": every piece of it against scipy, and the rule against simulated chance."""

from __future__ import annotations

import doctest
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats as scipy
from scipy.signal import lfilter

from core.vocabulary import stats
from core.vocabulary.errors import LabError


def test_one_constant_for_95_percent() -> None:
    assert stats.CONFIDENCE == 0.95 and pytest.approx(scipy.norm.ppf(0.975), abs=1e-9) == stats.Z


@pytest.mark.parametrize(("right", "of"), [(0, 5), (3, 3), (7, 12), (500, 1000), (9124, 10_000)])
def test_the_interval_of_a_share_is_wilson_s(right: int, of: int) -> None:
    expected = scipy.binomtest(right, of).proportion_ci(method="wilson")
    assert stats.wilson(right, of) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert stats.margin(right / of, of) == pytest.approx((expected.high - expected.low) / 2, abs=1e-9)
    assert stats.wilson(0, 0) == (0.0, 1.0), "no try, no knowledge"


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (5, 0), (0, 5), (3, 3), (12, 30), (310, 280), (900, 700)])
def test_mcnemar_is_a_toss_of_the_pictures_that_only_one_got_right(won: int, lost: int) -> None:
    first = [True] * won + [False] * lost + [True] * 7 + [False] * 4
    second = [False] * won + [True] * lost + [True] * 7 + [False] * 4
    found = stats.on_the_same_images(first, second)
    expected = scipy.binomtest(won, won + lost, 0.5).pvalue if won + lost else 1.0
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert found.lead == pytest.approx((won - lost) / len(first)) and found.basis == "pictures" and found.count == len(first)
    assert found.real == (expected < 0.05)


def test_answers_may_come_as_arrays() -> None:
    """With NumPy's integers 2**72 is 0, and a clear lead was taken for chance."""
    first, second = np.array([True] * 60 + [False] * 12 + [True] * 28), np.array([False] * 60 + [True] * 12 + [True] * 28)
    found = stats.on_the_same_images(first, second)
    assert found.p == pytest.approx(scipy.binomtest(60, 72, 0.5).pvalue, rel=1e-9) and found.real


@pytest.mark.parametrize(("first", "second", "of"), [(0.915, 0.901, 10_000), (0.9, 0.9, 100), (0.91, 0.90, 1000), (1.0, 1.0, 10)])
def test_two_shares_are_compared_as_two_proportions(first: float, second: float, of: int) -> None:
    found = stats.between_shares(first, second, of)
    table = [[round(first * of), of - round(first * of)], [round(second * of), of - round(second * of)]]
    expected = scipy.chi2_contingency(table, correction=False).pvalue if first < 1 else 1.0
    assert found.p == pytest.approx(expected, abs=1e-9) and found.lead == pytest.approx(first - second)


@pytest.mark.parametrize(("first", "second"), [((0.80, 0.81, 0.82), (0.83, 0.82, 0.84)), ((0.5, 0.6), (0.55, 0.7, 0.4, 0.5)), ((0.9, 0.9), (0.8, 0.8))])
def test_seeds_are_compared_by_student_s_t(first: tuple[float, ...], second: tuple[float, ...]) -> None:
    found = stats.over_seeds(first, second)
    assert found and found.count == len(first) + len(second) and found.basis == "seeds"
    expected = scipy.ttest_ind(first, second).pvalue if np.std(first) else 0.0
    assert found.p == pytest.approx(expected, abs=1e-9)


def test_a_single_run_is_compared_with_the_seeds_of_another() -> None:
    seeds = (0.65, 0.651, 0.647)
    found = stats.over_seeds((0.778,), seeds)
    t = (0.778 - np.mean(seeds)) / (np.std(seeds, ddof=1) * np.sqrt(1 + 1 / 3))
    assert found and found.p == pytest.approx(2 * scipy.t.sf(t, 2), abs=1e-9) and found.real
    assert stats.over_seeds((0.7,), (0.6,)) is None, "one seed of each says nothing"
    assert stats.over_seeds((), (0.6, 0.7)) is None
    same = stats.over_seeds((0.5, 0.5), (0.5, 0.5))
    assert same and same.p == 1.0 and not same.real


@pytest.mark.parametrize("degrees", [1, 2, 4, 5, 30])
@pytest.mark.parametrize("t", [0.0, 0.5, 2.0, 12.0, 300.0])
def test_student_s_t(t: float, degrees: int) -> None:
    assert stats.two_sided(t, degrees) == pytest.approx(2 * scipy.t.sf(t, degrees), abs=1e-9)


def test_chance_alone_is_taken_for_real_in_at_most_one_of_twenty_tries() -> None:
    draw = np.random.default_rng(1)
    images = [stats.on_the_same_images(draw.random(400) < 0.8, draw.random(400) < 0.8).real for _ in range(400)]
    shares = [stats.between_shares(draw.binomial(400, 0.8) / 400, draw.binomial(400, 0.8) / 400, 400).real for _ in range(2000)]
    seeds = [stats.over_seeds(draw.normal(size=3), draw.normal(size=3)) for _ in range(400)]
    assert np.mean(images) <= 0.07 and np.mean(shares) <= 0.07 and np.mean([one.real for one in seeds if one]) <= 0.08


def test_a_spread() -> None:
    found = stats.spread([0.7, 0.8, 0.75])
    assert found and (found.mean, found.low, found.high, found.count) == (pytest.approx(0.75), 0.7, 0.8, 3)
    assert found.width == pytest.approx(0.1) and stats.spread([]) is None


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9])
def test_smoothing_is_the_recursive_filter(weight: float) -> None:
    values = np.random.default_rng(1).random(40)
    expected, _ = lfilter([1 - weight], [1, -weight], values, zi=[weight * values[0]])
    assert stats.smoothed(values.tolist(), weight) == pytest.approx(expected.tolist())


@pytest.mark.parametrize("weight", [-0.1, 1.0])
def test_a_smoothing_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(LabError, match="smoothing"):
        stats.smoothed([1.0], weight)


def test_wiggle_is_the_spread_of_the_steps_of_the_second_half() -> None:
    values = np.random.default_rng(2).random(50)
    assert stats.step_std(values.tolist()) == pytest.approx(np.diff(values[25:]).std(ddof=1))
    assert stats.step_std((values + 3 * np.arange(50)).tolist()) == pytest.approx(stats.step_std(values.tolist())), "a slope is no wiggle"
    assert stats.step_std([1.0, 2.0, 3.0]) is None and stats.step_std([]) is None


def test_the_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(stats)
    assert attempted and not failed


def test_neither_torch_nor_scipy_is_needed() -> None:
    code = "import sys; from core.vocabulary import stats; stats.over_seeds((1., 2.), (3., 4.)); print({'torch', 'scipy', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"
