"""The page "Architectures": five small networks on clothes and digits, and where the parameters went."""

from __future__ import annotations

from demo.classroom import asking
from demo.lessons.architectures import images, networks, results, training
from demo.text import speaker

say = speaker("architectures")
SECTIONS = {"results": results.render, "training": training.render, "networks": networks.render, "pictures": images.render}


def render() -> None:
    """The title and the chosen section."""
    with asking.opening(say):
        SECTIONS[asking.sections(say, tuple(SECTIONS))]()
