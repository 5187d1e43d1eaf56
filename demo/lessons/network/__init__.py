"""The lesson `network`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from __future__ import annotations

from typing import Any

from demo.ui.page import Page
from demo.visitor.links import WHOLE, WORD, Kind, Linked


def _parse(text: str) -> Any:
    from demo.lessons.network.choice import Source  # a page's own modules are imported when it is opened

    if not 0 <= int(text) < 1000:
        raise ValueError(text)
    return Source(int(text))


SOURCE = Kind(lambda source: str(source.number) if source.number >= 0 else "", _parse, (object,))
"""Which of the kept pictures; one's own has no address."""

PAGE = Page(50, section="lessons", linked=(
    Linked("section"),
    Linked("run"),
    Linked("network", "network.network", WORD),
    Linked("kept", "lab.network.source.*", SOURCE),
    Linked("picture", "network.*.picture", WORD),
    Linked("which", "network.*.which.*", WHOLE),
    Linked("number", "network.number.*", WHOLE),
    Linked("softmax", "network.softmax.*", WORD),
    Linked("field", "network.field.*", WHOLE),
    Linked("cam", "network.cam.*", WORD),
    Linked("looked", "network.looked", WORD),
))  # fmt: skip
