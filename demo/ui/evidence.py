"""Whether a difference is real, told in the same words on every page (core/vocabulary/stats.py decides)."""

from __future__ import annotations

from core.vocabulary.stats import Difference
from demo.text import speaker
from demo.ui.formatting import whole

say = speaker("evidence")


def words(found: Difference | None) -> str:
    """A sentence: more than chance or not, how often chance alone would do it, and by which test. None: nobody can tell."""
    if found is None:
        return say("unknown")
    percent = 100 * found.p
    often = say("rare") if percent < 1 else f"{percent:.0f}"
    return say("real" if found.real else "open", often=often, how=say(f"basis_{found.basis}", count=whole(found.count)))
