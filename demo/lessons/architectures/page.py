"""The page "Architectures": five small networks on clothes and digits, and where their weights are."""

from __future__ import annotations

from demo.classroom import asking
from demo.lessons.architectures import batches, depth, evidence, hardest, published, weights
from demo.text import speaker
from demo.ui import finding

say = speaker("architectures")
SECTIONS = {
    "results": depth.screen, "networks": weights.screen, "training": batches.screen, "pictures": hardest.screen, "published": published.screen,
}  # fmt: skip


def render() -> None:
    """The row of questions, the one that is chosen, and the drawer of tables."""
    with finding.overline(say("overline"), "architectures"):
        section = asking.sections(say, tuple(SECTIONS))
    finding.show(SECTIONS[section](), evidence.tables())
