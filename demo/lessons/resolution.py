"""The page "Resolution study": how much a network sees in a small picture, by three protocols, and the riddle of the cat."""

from __future__ import annotations

from demo import study
from demo.lessons import resolution_results as results
from demo.lessons import resolution_riddle as riddle
from demo.lessons import resolution_sweep as sweep
from demo.lessons import resolution_training as training
from demo.text import speaker

say = speaker("resolution")
SECTIONS = {"results": results.render, "riddle": riddle.render, "sweep": sweep.render, "training": training.render}


def render() -> None:
    """The title, the sections, and the one that is chosen."""
    with study.opening(say):
        SECTIONS[study.sections(say, tuple(SECTIONS))](study.cards("resolution"))
