"""The lesson `seeing`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import SWITCH, WHOLE, WORD, Linked

PAGE = Page(60, section="lessons", linked=(
    Linked("section"),
    Linked("round", "seeing.round", WHOLE),
    Linked("dataset", "seeing.dataset", WORD),
    Linked("filter", "seeing.filter", WORD),
    Linked("own", "seeing.own", SWITCH),
    Linked("first", "seeing.first.*", WHOLE),
    Linked("count", "seeing.count", WHOLE),
    Linked("side", "seeing.side", WHOLE),
    Linked("network", "seeing.network.*", WORD),
))  # fmt: skip
