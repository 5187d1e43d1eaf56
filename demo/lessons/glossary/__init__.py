"""The lesson `glossary`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import WORD, Linked

PAGE = Page(150, section="more", linked=(
    Linked("section"),
    Linked("search", "glossary.search", WORD),
))  # fmt: skip
