"""The page "Resolution study": how much a network sees in a small image, by three protocols, and the riddle of the cat."""

from __future__ import annotations

from demo.classroom import asking
from demo.lessons.resolution import results, riddle, sweep, training
from demo.text import speaker

say = speaker("resolution")
SECTIONS = {"results": results.render, "riddle": riddle.render, "sweep": sweep.render, "training": training.render}


def render() -> None:
    """The title, the sections, and the one that is chosen."""
    with asking.opening(say):
        SECTIONS[asking.sections(say, tuple(SECTIONS))](asking.cards("resolution"))
