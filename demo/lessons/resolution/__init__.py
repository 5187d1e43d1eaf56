"""The lesson `resolution`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import NUMBER, WHOLE, WORD, WORDS, Linked

PAGE = Page(80, section="studies", linked=(
    Linked("section"),
    Linked("table"),
    Linked("dataset", "lab.resolution.dataset", WORD),
    Linked("tables", "lab.resolution.tables.dataset", WORD),
    Linked("score", "lab.resolution.score", WORD),
    Linked("stage", "resolution.stage.*", WHOLE),
    Linked("recall", "lab.resolution.recall", WORD),
    Linked("confusion", "lab.resolution.confusion", WORD),
    Linked("side", "lab.resolution.confusion.side", WHOLE),
    Linked("numbers", "lab.resolution.confusion.numbers", WORD),
    Linked("filters", "lab.resolution.filters", WORDS),
    Linked("riddle_network", "lab.resolution.riddle.network", WORD),
    Linked("riddle_filter", "lab.resolution.riddle.filter", WORD),
    Linked("lower_network", "lab.resolution.lower.network", WORD),
    Linked("lower_side", "lab.resolution.lower.side.*", WHOLE),
    Linked("by", "resolution.by.*", NUMBER),
    Linked("fade_network", "lab.resolution.fade.network", WORD),
    Linked("fade_filter", "lab.resolution.fade.filter", WORD),
    Linked("fade_class", "lab.resolution.fade.class", WORD),
    Linked("fade", "resolution.fade.*", WHOLE),
))  # fmt: skip
