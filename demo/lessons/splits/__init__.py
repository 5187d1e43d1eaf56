"""The lesson `splits`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import SWITCH, WHOLE, WORD, Linked

PAGE = Page(110, section="studies", linked=(
    Linked("section"),
    Linked("table"),
    Linked("method", "splits.method", WORD),
    Linked("draw", "lab.splits.seed", WHOLE),
    Linked("many", "lab.splits.many", SWITCH),
    Linked("measure", "splits.measure", WORD),
))  # fmt: skip
