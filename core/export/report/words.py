"""Numbers as a report writes them."""

from __future__ import annotations

from core.vocabulary.stats import Difference

TESTS = {
    "pictures": "McNemar's exact test on the same test images",
    "shares": "the test of two proportions",
    "seeds": "Student's t-test over the seeds",
    "spreads": "the z-test of two standard deviations",
}


def percent(share: float | None, digits: int = 1) -> str:
    """A share in percent; a dash where there is none.

    >>> percent(0.9944), percent(None)
    ('99.4%', '–')
    """
    return "–" if share is None else f"{100 * share:.{digits}f}%".replace("-", "−")


def points(lead: float | None) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.503)
    '−50.3'
    """
    return "–" if lead is None else signed(100 * lead, 1)


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, and 0 without one."""
    text = f"{abs(value):,.{digits}f}"
    return text if not float(text.replace(",", "")) else f"{'−' if value < 0 else '+'}{text}"


def number(value: int) -> str:
    """10,000."""
    return f"{value:,}"


def p_value(p: float) -> str:
    """As p = 0.031, or p < 0.001."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def decided(first: str, second: str, found: Difference) -> str:
    """What a test says about two accuracies, in one or two sentences."""
    if not found.lead:
        return f"{first} and {second} have the same accuracy ({TESTS[found.basis]}: {p_value(found.p)})."
    better, worse = (first, second) if found.lead > 0 else (second, first)
    lead = f"{better} is {abs(100 * found.lead):.1f} points ahead of {worse}"
    if found.real:
        return f"{lead}. Chance alone would rarely make so large a difference: by {TESTS[found.basis]}, {p_value(found.p)}, it is real."
    return f"{lead}, which chance alone can explain: by {TESTS[found.basis]}, {p_value(found.p)}, it is not shown to be real."
