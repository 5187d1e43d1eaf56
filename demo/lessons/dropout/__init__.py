"""The lesson `dropout`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import NUMBER, WHOLE, WORD, Linked

PAGE = Page(100, section="studies", linked=(
    Linked("section"),
    Linked("table"),
    Linked("network", "dropout.network", WORD),
    Linked("picture", "dropout.picture", WHOLE),
    Linked("rate", "dropout.rate", NUMBER),
    Linked("draw", "lab.dropout.seed", WHOLE),
    Linked("below", "dropout.below.rate.*", NUMBER),
    Linked("drawer", "dropout.drawer.*", WORD),
))  # fmt: skip
