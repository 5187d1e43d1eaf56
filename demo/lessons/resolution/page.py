"""The page "Resolution study": how much a network sees in a small image, by three protocols, and the riddle of the cat."""

from __future__ import annotations

from demo.classroom import asking
from demo.lessons.resolution import evidence, published, results, riddle, sizes, training
from demo.text import speaker
from demo.ui import finding

say = speaker("resolution")
SECTIONS = {"results": results.screen, "riddle": riddle.screen, "sweep": sizes.screen, "training": training.screen, "published": published.screen}


def render() -> None:
    """The row of questions, the one that is chosen, and the drawer of tables."""
    with finding.overline(say("overline"), "resolution"):
        section = asking.sections(say, tuple(SECTIONS))
    finding.show(SECTIONS[section](asking.cards("resolution")), evidence.tables())
