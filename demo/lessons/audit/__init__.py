"""The lesson `audit`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import MATRIX, WHOLE, WORD, Linked

PAGE = Page(120, section="studies", linked=(
    Linked("section"),
    Linked("table"),
    Linked("matrix", "lab.audit.matrix", MATRIX),
    Linked("run", "lab.audit.run", WORD),
    Linked("size", "audit.size", WHOLE),
    Linked("cell", "lab.audit.cell_shown", WORD),
))  # fmt: skip
