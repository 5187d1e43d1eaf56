"""The page "Architectures": five small networks on clothes and digits, and where the parameters went."""

from __future__ import annotations

from demo.lessons.architectures import images, networks, results, training
from demo.text import speaker
from demo.ui import tables as study

say = speaker("architectures")
SECTIONS = {"results": results.render, "training": training.render, "networks": networks.render, "pictures": images.render}


def render() -> None:
    """The title and the chosen section."""
    with study.opening(say):
        SECTIONS[study.sections(say, tuple(SECTIONS))]()
