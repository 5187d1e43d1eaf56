"""The lesson `warmup`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import NUMBER, SWITCH, WORD, Linked

PAGE = Page(40, section="lessons", linked=(
    Linked("section"),
    Linked("watch", "warmup.stuck", SWITCH),
    Linked("watched", "warmup.watched", WORD),
    Linked("filter", "warmup.filter", WORD),
    Linked("threshold", "warmup.threshold", NUMBER),
))  # fmt: skip
