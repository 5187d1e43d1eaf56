"""The one rule for "is this difference real?", and what it rests on.

A difference is counted as real where chance alone would make one as large in less than 1 of 20 tries (95 %). How that
is worked out depends on what is there: the same test images answered by both (McNemar's exact test), shares that
were counted on their own (two proportions), or several seeds of each (Student's t). Nothing here needs torch or scipy;
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
"""The share of tries in which an interval holds the true value; what lies outside is not put down to chance."""
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""Standard deviations to each side of the middle that hold CONFIDENCE of a normal distribution: 1.96."""
STEPS = 2_000
"""Of the numeric integral behind Student's t; even."""

Basis = Literal["pictures", "shares", "seeds", "spreads"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two accuracies, and whether one is really the higher."""

    lead: float
    """Of the first over the second, as a share (0.01 is one point); negative where the second is ahead."""
    p: float
    """How often chance alone would make a difference as large, were both equally good: 0 to 1."""
    basis: Basis
    """What it was worked out from: the same images answered by both, two shares, seeds, or two standard deviations."""
    count: int
    """How many: images of one of them, seeds of both, or values of both."""

    @property
    def real(self) -> bool:
        """Whether it is more than chance."""
        return self.p < 1 - CONFIDENCE


# --- one share ----------------------------------------------------------------------------------------------------


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): honest for few tries, and never outside 0 to 1.

    >>> tuple(round(end, 2) for end in wilson(3, 3))
    (0.44, 1.0)
    """
    if not of:
        return 0.0, 1.0
    share, spread = right / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def margin(share: float, of: int) -> float:
    """Half the width of the 95 % interval of a share that was counted on so many images.

    >>> round(margin(0.9, 10_000), 4)
    0.0059
    """
    low, high = wilson(round(share * of), of)
    return (high - low) / 2


# --- two of them --------------------------------------------------------------------------------------------------


def on_the_same_images(first: Sequence[bool], second: Sequence[bool]) -> Difference:
    """Two networks on the same test images; `first`, `second`: whether each image was answered rightly.

    McNemar's exact test (1947): only the images count that one of them got right and the other did not. Were both
    equally good, each of these would be a toss of a coin.
    """
    pairs = list(zip(first, second, strict=True))
    won, lost = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    return Difference((won - lost) / len(pairs), coin(won, lost), "pictures", len(pairs))


def coin(heads: int, tails: int) -> float:
    """How often a fair coin falls at least as unevenly, to either side.

    >>> coin(5, 0), coin(3, 3)
    (0.0625, 1.0)
    """
    heads, tails = int(heads), int(tails)  # NumPy's integers have an end, and 2**64 is beyond it
    tosses, fewer = heads + tails, min(heads, tails)
    ways = sum(comb(tosses, one) for one in range(fewer + 1))
    return min(1.0, float(2 * ways / 2**tosses)) if tosses else 1.0


def between_shares(first: float, second: float, of: int) -> Difference:
    """Two accuracies, each counted on `of` images, where it is not known which images each got right.

    The test of two proportions with a common share. It takes the images as drawn anew for each, so where they were
    the same it finds a difference rather too seldom than too often.
    """
    both = (first + second) / 2
    error = sqrt(2 * both * (1 - both) / of)
    p = 2 * NormalDist().cdf(-abs(first - second) / error) if error else 1.0
    return Difference(first - second, p, "shares", of)


def over_seeds(first: Sequence[float], second: Sequence[float]) -> Difference | None:
    """Two recipes by their accuracies over seeds: Student's t with a common variance, so one of them may have a single seed.

    None where neither has two.
    """
    degrees = len(first) + len(second) - 2
    if degrees < 1 or min(len(first), len(second)) < 1:
        return None
    squares = sum((len(found) - 1) * variance(found) for found in (first, second) if len(found) > 1)
    error = sqrt(squares / degrees * (1 / len(first) + 1 / len(second)))
    lead = mean(first) - mean(second)
    p = two_sided(abs(lead) / error, degrees) if error else float(lead == 0)
    return Difference(lead, p, "seeds", len(first) + len(second))


def spread_error(spread: float, count: int) -> float:
    """How well `count` values, at least 2, tell their standard deviation: s / sqrt(2 (n - 1)), near enough for a normal distribution.

    >>> spread_error(0.02, 9)
    0.005
    """
    return spread / sqrt(2 * (count - 1))


def between_spreads(first: float, second: float, uncertainty: float, count: int) -> Difference:
    """Two standard deviations of `count` values together, whose difference has this uncertainty: normal distribution."""
    p = 2 * NormalDist().cdf(-abs(first - second) / uncertainty) if uncertainty else float(first == second)
    return Difference(first - second, p, "spreads", count)


def two_sided(t: float, degrees: int) -> float:
    """How often Student's t with these degrees of freedom lies at least so far from 0, on either side.

    >>> round(two_sided(2.776, 4), 3)
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
    """A score over several seeds."""

    mean: float
    low: float
    high: float
    count: int

    @property
    def width(self) -> float:
        """From the worst seed to the best."""
        return self.high - self.low


def spread(values: Iterable[float]) -> Spread | None:
    """The mean of some scores, with the least and the greatest; None of none."""
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
