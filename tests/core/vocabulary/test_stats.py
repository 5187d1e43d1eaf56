"""One rule for "is this difference real?": every piece of it against scipy, and the rule against simulated chance."""

from __future__ import annotations

import doctest
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy
from scipy.signal import lfilter

from core.vocabulary import stats
from core.vocabulary.errors import LabError

COUNTS = st.integers(0, 2_000)
SEEDS = st.lists(st.integers(0, 1_000).map(lambda value: value / 1_000), min_size=1, max_size=8)
"""Accuracies to three digits: the sums of scipy are exact enough for them."""


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
    found = stats.mcnemar_test(first, second)
    expected = scipy.binomtest(won, won + lost, 0.5).pvalue if won + lost else 1.0
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert found.lead == pytest.approx((won - lost) / len(first)) and found.basis == "pictures" and found.count == len(first)
    assert found.real == (expected < 0.05)


def test_answers_may_come_as_arrays() -> None:
    """With NumPy's integers 2**72 is 0, and a clear lead was taken for chance."""
    first, second = np.array([True] * 60 + [False] * 12 + [True] * 28), np.array([False] * 60 + [True] * 12 + [True] * 28)
    found = stats.mcnemar_test(first, second)
    assert found.p == pytest.approx(scipy.binomtest(60, 72, 0.5).pvalue, rel=1e-9) and found.real


@pytest.mark.parametrize(("first", "second", "of"), [(0.915, 0.901, 10_000), (0.9, 0.9, 100), (0.91, 0.90, 1000), (1.0, 1.0, 10)])
def test_two_shares_are_compared_as_two_proportions(first: float, second: float, of: int) -> None:
    found = stats.two_proportion_test(first, second, of)
    table = [[round(first * of), of - round(first * of)], [round(second * of), of - round(second * of)]]
    expected = scipy.chi2_contingency(table, correction=False).pvalue if first < 1 else 1.0
    assert found.p == pytest.approx(expected, abs=1e-9) and found.lead == pytest.approx(first - second)


@pytest.mark.parametrize(("first", "second"), [((0.80, 0.81, 0.82), (0.83, 0.82, 0.84)), ((0.5, 0.6), (0.55, 0.7, 0.4, 0.5)), ((0.9, 0.9), (0.8, 0.8))])
def test_seeds_are_compared_by_student_s_t(first: tuple[float, ...], second: tuple[float, ...]) -> None:
    found = stats.t_test(first, second)
    assert found and found.count == len(first) + len(second) and found.basis == "seeds"
    expected = scipy.ttest_ind(first, second).pvalue if np.std(first) else 0.0
    assert found.p == pytest.approx(expected, abs=1e-9)


def test_a_single_run_is_compared_with_the_seeds_of_another() -> None:
    seeds = (0.65, 0.651, 0.647)
    found = stats.t_test((0.778,), seeds)
    t = (0.778 - np.mean(seeds)) / (np.std(seeds, ddof=1) * np.sqrt(1 + 1 / 3))
    assert found and found.p == pytest.approx(2 * scipy.t.sf(t, 2), abs=1e-9) and found.real
    assert stats.t_test((0.7,), (0.6,)) is None, "one seed of each says nothing"
    assert stats.t_test((), (0.6, 0.7)) is None
    same = stats.t_test((0.5, 0.5), (0.5, 0.5))
    assert same and same.p == 1.0 and not same.real


@pytest.mark.parametrize("degrees", [1, 2, 4, 5, 30])
@pytest.mark.parametrize("t", [0.0, 0.5, 2.0, 12.0, 300.0])
def test_student_s_t(t: float, degrees: int) -> None:
    assert stats.t_p_value(t, degrees) == pytest.approx(2 * scipy.t.sf(t, degrees), abs=1e-9)


def test_chance_alone_is_taken_for_real_in_at_most_one_of_twenty_tries() -> None:
    draw = np.random.default_rng(1)
    images = [stats.mcnemar_test(draw.random(400) < 0.8, draw.random(400) < 0.8).real for _ in range(400)]
    shares = [stats.two_proportion_test(draw.binomial(400, 0.8) / 400, draw.binomial(400, 0.8) / 400, 400).real for _ in range(2000)]
    seeds = [stats.t_test(draw.normal(size=3), draw.normal(size=3)) for _ in range(400)]
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


@pytest.mark.slow
def test_neither_torch_nor_scipy_is_needed() -> None:
    code = "import sys; from core.vocabulary import stats; stats.t_test((1., 2.), (3., 4.)); print({'torch', 'scipy', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_wilson_s_interval_is_scipy_s_over_a_grid() -> None:
    for of in (1, 2, 3, 10, 99, 1_000, 10_000):
        for right in {0, 1, of // 3, of // 2, of - 1, of}:
            expected = scipy.binomtest(right, of).proportion_ci(0.95, "wilson")
            assert stats.wilson(right, of) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(right=COUNTS, wrong=COUNTS)
def test_wilson_s_interval_is_scipy_s(right: int, wrong: int) -> None:
    if right + wrong:
        expected = scipy.binomtest(right, right + wrong).proportion_ci(0.95, "wilson")
        low, high = stats.wilson(right, right + wrong)
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert 0 <= low <= right / (right + wrong) <= high <= 1


@pytest.mark.slow
def test_a_thousand_random_cases_of_each_agree_with_scipy() -> None:
    draw = np.random.default_rng(17)
    pairs, scores = draw.integers(0, 401, (1_000, 2)), draw.random((1_000, 20))
    described, smaller = scipy.describe(scores, axis=1), pairs.min(axis=1)
    exact = np.minimum(1, 2 * scipy.binom.cdf(smaller, pairs.sum(axis=1), 0.5))
    for case, (won, lost) in enumerate(pairs.tolist()):
        interval = scipy.binomtest(won, max(1, won + lost)).proportion_ci(0.95, "wilson")
        assert np.allclose(stats.wilson(won, max(1, won + lost)), (interval.low, interval.high), rtol=0, atol=1e-12)
        found = stats.mcnemar_test([True] * won + [False] * lost + [True], [False] * won + [True] * lost + [True])
        assert found.lead == (won - lost) / (won + lost + 1) and np.isclose(found.p, exact[case], rtol=1e-9, atol=0)
        spread = stats.spread(scores[case].tolist())
        assert spread and (spread.low, spread.high, spread.count) == (described.minmax[0][case], described.minmax[1][case], described.nobs)
        assert np.isclose(spread.mean, described.mean[case], rtol=1e-12, atol=0)


def test_mcnemar_s_p_value_is_scipy_s_over_a_grid() -> None:
    for won in range(0, 40, 3):
        for lost in range(0, 40, 3):
            expected = scipy.binomtest(won, won + lost, 0.5).pvalue if won + lost else 1.0
            assert stats.binomial_test(won, lost) == pytest.approx(expected, rel=1e-9)


@given(answers=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=200))
def test_mcnemar_compares_the_answers_that_differ(answers: list[tuple[bool, bool]]) -> None:
    first, second = [a for a, _ in answers], [b for _, b in answers]
    found, swapped = stats.mcnemar_test(first, second), stats.mcnemar_test(second, first)
    won, lost = answers.count((True, False)), answers.count((False, True))
    assert found.p == pytest.approx(scipy.binomtest(won, won + lost).pvalue if won + lost else 1.0, rel=1e-9)
    assert (swapped.p, swapped.lead) == (found.p, -found.lead)


def test_mcnemar_refuses_what_it_cannot_compare() -> None:
    with pytest.raises(LabError, match="at least one image"):
        stats.mcnemar_test([], [])
    with pytest.raises(ValueError, match="shorter"):
        stats.mcnemar_test([True, False], [True])


@given(first=st.integers(0, 500), second=st.integers(0, 500))
def test_two_proportions_are_pearson_s_chi_squared(first: int, second: int) -> None:
    found = stats.two_proportion_test(first / 500, second / 500, 500)
    degenerate = first + second in (0, 1_000)
    table = [[first, 500 - first], [second, 500 - second]]
    expected = 1.0 if degenerate else scipy.chi2_contingency(table, correction=False).pvalue
    assert found.p == pytest.approx(expected, abs=1e-9)


@given(first=SEEDS, second=SEEDS)
def test_seeds_are_compared_as_by_a_regression_on_the_group(first: list[float], second: list[float]) -> None:
    """Student's t-test with pooled variance is the test of a regression's slope, for a group of one seed too."""
    found = stats.t_test(first, second)
    if len(first) + len(second) < 3:
        assert found is None
        return
    assert found is not None and found.lead == pytest.approx(np.mean(first) - np.mean(second))
    if len(set(first)) == len(set(second)) == 1:
        assert found.p == float(first[0] == second[0])
        return
    expected = scipy.linregress([0] * len(first) + [1] * len(second), first + second).pvalue
    assert found.p == pytest.approx(expected, abs=1e-7)
    if min(len(set(first)), len(set(second))) > 1:
        assert found.p == pytest.approx(scipy.ttest_ind(first, second).pvalue, abs=1e-7)


@given(t=st.floats(0, 1_000), degrees=st.integers(1, 60))
def test_student_s_p_value_is_scipy_s(t: float, degrees: int) -> None:
    assert stats.t_p_value(t, degrees) == pytest.approx(2 * scipy.t.sf(t, degrees), abs=1e-9)


@pytest.mark.parametrize(("first", "second", "uncertainty"), [(0.02, 0.01, 0.004), (0.01, 0.01, 0.002), (0.01, 0.03, 0.05)])
def test_two_standard_deviations_are_compared_by_their_standard_errors(first: float, second: float, uncertainty: float) -> None:
    found = stats.between_spreads(first, second, uncertainty, 40)
    assert found.p == pytest.approx(2 * scipy.norm.sf(abs(first - second) / uncertainty), abs=1e-12) and found.basis == "spreads"
    draws = scipy.norm.rvs(scale=first, size=(20_000, 10), random_state=1).std(axis=1, ddof=1)
    assert stats.spread_error(first, 10) == pytest.approx(draws.std(), rel=0.06)
