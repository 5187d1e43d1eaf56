"""The page "Architectures": five small networks on clothes and digits, and where the parameters went."""

from __future__ import annotations

from demo import study
from demo.lessons import architectures_networks as networks
from demo.lessons import architectures_pictures as pictures
from demo.lessons import architectures_results as results
from demo.lessons import architectures_training as training
from demo.text import speaker

say = speaker("architectures")
SECTIONS = {"results": results.render, "training": training.render, "networks": networks.render, "pictures": pictures.render}


def render() -> None:
    """The title and the chosen section."""
    with study.opening(say):
        SECTIONS[study.sections(say, tuple(SECTIONS))]()
