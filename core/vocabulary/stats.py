"""The one rule for "is this difference real?", and the statistics behind it.

A difference counts as real where p < 0.05: were both equally good, chance alone would make a difference at least as large
in less than 1 of 20 tries. Which test gives p depends on what was measured:

- the same test images answered by two networks: `mcnemar_test`, exact (McNemar 1947);
- two accuracies, with the images of each unknown: `two_proportion_test` (Pearson 1900);
- accuracies of several seeds: `t_test`, with pooled variance (Student 1908);
- two standard deviations over repeated draws: `between_spreads`, by their standard errors.

The uncertainty of a single share is `wilson`'s interval (Wilson 1927). Nothing imports torch, NumPy or scipy;
the tests compare each with scipy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import atan, comb, cos, exp, lgamma, log, pi, sqrt
from statistics import NormalDist, mean, stdev, variance
from typing import Literal

from core.vocabulary.errors import LabError

CONFIDENCE = 0.95
"""The confidence level of every interval; 1 - CONFIDENCE is the level of significance of every test."""
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""The two-sided quantile of the standard normal distribution at CONFIDENCE: 1.96."""
STEPS = 2_000
"""Intervals of Simpson's rule in `t_p_value`; even."""

Basis = Literal["pictures", "shares", "seeds", "spreads"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two accuracies (or standard deviations) and its p-value."""

    lead: float
    """The first minus the second, as a share (0.01 is one percentage point)."""
    p: float
    """The two-sided p-value, 0 to 1: the probability of a difference at least as large, were both equally good."""
    basis: Basis
    """Which test: McNemar on the same images, two proportions, Student's t over seeds, or two standard deviations."""
    count: int
    """The sample size: images of one of them, seeds of both, or values of both."""

    @property
    def real(self) -> bool:
        """Whether the difference is significant: p < 1 - CONFIDENCE."""
        return self.p < 1 - CONFIDENCE


# --- one share ----------------------------------------------------------------------------------------------------


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95% score interval of the share right / of, within 0 to 1; (0, 1) where `of` is 0.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference": unlike the normal approximation
    it holds for small samples and for shares near 0 and 1.

    >>> tuple(round(end, 2) for end in wilson(3, 3))
    (0.44, 1.0)
    """
    if not of:
        return 0.0, 1.0
    share, spread = right / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    return middle - half if right else 0.0, middle + half if right < of else 1.0  # exact ends, not to within rounding


def margin(share: float, of: int) -> float:
    """Half the width of `wilson`'s interval of a share, 0 to 1, that was counted on `of` images.

    >>> round(margin(0.9, 10_000), 4)
    0.0059
    """
    low, high = wilson(round(share * of), of)
    return (high - low) / 2


# --- two of them --------------------------------------------------------------------------------------------------


def mcnemar_test(first: Sequence[bool], second: Sequence[bool]) -> Difference:
    """Two networks on the same test images; `first`, `second` (N,): whether each image was classified correctly.

    McNemar's exact test (McNemar 1947, "Note on the sampling error of the difference between correlated proportions"):
    the images that only one of the two got right follow Binomial(n, 1/2), were both equally good. ValueError for
    unequal lengths, LabError for no images.
    """
    if not len(first):
        raise LabError("two networks are compared on at least one image, not on none")
    pairs = list(zip(first, second, strict=True))
    won, lost = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    return Difference((won - lost) / len(pairs), binomial_test(won, lost), "pictures", len(pairs))


def binomial_test(heads: int, tails: int) -> float:
    """The two-sided p-value of the exact binomial test for a fair coin, 0 to 1; 1 without a toss.

    >>> binomial_test(5, 0), binomial_test(3, 3)
    (0.0625, 1.0)
    """
    heads, tails = int(heads), int(tails)  # NumPy's integers have an end, and 2**64 is beyond it
    tosses, fewer = heads + tails, min(heads, tails)
    ways = sum(comb(tosses, one) for one in range(fewer + 1))
    return min(1.0, float(2 * ways / 2**tosses)) if tosses else 1.0


def two_proportion_test(first: float, second: float, of: int) -> Difference:
    """Two accuracies, 0 to 1, each counted on `of` images (at least 1), where it is unknown which images each got right.

    The z-test of two proportions with a pooled share, which is Pearson's chi-squared test of the 2x2 table without
    correction (Pearson 1900). It assumes independent samples: where both saw the same images it is conservative, and
    `mcnemar_test` is the better one.
    """
    both = (first + second) / 2
    error = sqrt(2 * both * (1 - both) / of)
    p = 2 * NormalDist().cdf(-abs(first - second) / error) if error else 1.0
    return Difference(first - second, p, "shares", of)


def t_test(first: Sequence[float], second: Sequence[float]) -> Difference | None:
    """Two recipes by their accuracies over seeds; one of them may have a single seed, whose variance is the other's.

    Student's t-test with pooled variance (Student 1908, "The probable error of a mean"). None where neither has two
    seeds, or one has none. Without any variance p is 0 for different means and 1 for equal ones.
    """
    degrees = len(first) + len(second) - 2
    if degrees < 1 or min(len(first), len(second)) < 1:
        return None
    squares = sum((len(found) - 1) * variance(found) for found in (first, second) if len(found) > 1)
    error = sqrt(squares / degrees * (1 / len(first) + 1 / len(second)))
    lead = mean(first) - mean(second)
    p = t_p_value(abs(lead) / error, degrees) if error else float(lead == 0)
    return Difference(lead, p, "seeds", len(first) + len(second))


def spread_error(spread: float, count: int) -> float:
    """The standard error of a standard deviation of `count` values, at least 2: s / sqrt(2 (n - 1)), for normal values.

    >>> spread_error(0.02, 9)
    0.005
    """
    return spread / sqrt(2 * (count - 1))


def between_spreads(first: float, second: float, uncertainty: float, count: int) -> Difference:
    """Two standard deviations of `count` values together; z-test of their difference with the standard error `uncertainty`."""
    p = 2 * NormalDist().cdf(-abs(first - second) / uncertainty) if uncertainty else float(first == second)
    return Difference(first - second, p, "spreads", count)


def t_p_value(t: float, degrees: int) -> float:
    """The two-sided p-value of Student's t, 0 or more, with so many degrees of freedom, at least 1.

    >>> round(t_p_value(2.776, 4), 3)
    0.05
    """
    # The integral over an angle, t = sqrt(degrees) tan(angle), has a smooth integrand on a bounded range: Simpson's rule.
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - log(pi) / 2)
    end = atan(t / sqrt(degrees))
    width = end / STEPS
    heights = [cos(step * width) ** (degrees - 1) for step in range(STEPS + 1)]
    area = width / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]))
    return max(0.0, 1 - 2 * scale * area)


# --- several seeds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """A score over several seeds: mean, least, greatest, and the number of seeds."""

    mean: float
    low: float
    high: float
    count: int

    @property
    def width(self) -> float:
        """The range: greatest minus least."""
        return self.high - self.low


def spread(values: Iterable[float]) -> Spread | None:
    """Mean, least and greatest of some scores; None of an empty iterable."""
    found = list(values)
    return Spread(sum(found) / len(found), min(found), max(found), len(found)) if found else None


# --- a curve --------------------------------------------------------------------------------------------------------


def smoothed(values: Iterable[float], weight: float) -> list[float]:
    """The exponential moving average: of each point `weight` parts are the average so far, the rest its own value.

    It begins with the first value. `weight` is at least 0 (the curve as it is) and below 1, else LabError.

    >>> smoothed([0.0, 1.0, 1.0], 0.5)
    [0.0, 0.5, 0.75]
    """
    if not 0 <= weight < 1:
        raise LabError(f"the smoothing is {weight}; expected at least 0 and below 1")
    return list(accumulate(values, lambda average, value: weight * average + (1 - weight) * value))


def step_std(values: Sequence[float]) -> float | None:
    """How much a curve goes up and down: the standard deviation of its steps from point to point, in its second half.

    A steady slope makes every step the same and counts as no wiggle. None for fewer than two steps.

    >>> step_std([0.0, 5.0, 9.0, 1.0, 2.0, 3.0, 4.0])
    0.0
    """
    steps = [after - before for before, after in pairwise(values[len(values) // 2 :])]
    return stdev(steps) if len(steps) > 1 else None
