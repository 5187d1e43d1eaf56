"""The page "Resolution study": how much a network sees in a small image, by three protocols, and the riddle of the cat."""

from __future__ import annotations

from demo.classroom import asking
from demo.lessons.resolution import evidence, results, riddle, sweep, training
from demo.text import speaker
from demo.ui import finding

say = speaker("resolution")
SECTIONS = {"results": results.screen, "riddle": riddle.render, "sweep": sweep.render, "training": training.render}


def render() -> None:
    """The row of questions, the one that is chosen, and the drawer of tables."""
    with finding.overline(say("overline")):
        section = asking.sections(say, tuple(SECTIONS))
    screen = SECTIONS[section](asking.cards("resolution"))
    if screen is not None:
        finding.show(screen, evidence.tables())
