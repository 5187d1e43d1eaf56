"""The lesson `architectures`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import NUMBER, WHOLE, WORD, WORDS, Linked

PAGE = Page(90, section="studies", linked=(
    Linked("section"),
    Linked("table"),
    Linked("dataset", "lab.architectures.dataset", WORD),
    Linked("class_run", "architectures.class_run", WORD),
    Linked("score", "architectures.score", WORD),
    Linked("smoothing", "architectures.smoothing", NUMBER),
    Linked("first", "architectures.first", WHOLE),
    Linked("curves", "architectures.curves", WORDS),
    Linked("network", "architectures.network", WORD),
    Linked("picture", "architectures.picture", WHOLE),
    Linked("row", "architectures.row", WHOLE),
    Linked("column", "architectures.column", WHOLE),
    Linked("seed", "lab.architectures.seed", WHOLE),
    Linked("picture_run", "architectures.picture_run", WORD),
))  # fmt: skip
