"""The lesson `pooling`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import SWITCH, WHOLE, WORD, Linked

PAGE = Page(30, section="lessons", linked=(
    Linked("picture", "pooling.picture", WORD),
    Linked("which", "pooling.which.*", WHOLE),
    Linked("kind", "pooling.kind", WORD),
    Linked("shifted", "pooling.show_shifted", SWITCH),
    Linked("window", "pooling.window", WHOLE),
    Linked("stride", "pooling.stride.*", WHOLE),
    Linked("padding", "pooling.padding.*", WHOLE),
    Linked("shift", "pooling.shift", WHOLE),
))  # fmt: skip
