"""The lesson `train`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from core.vocabulary.recipe import FIELDS
from demo.ui.page import Page
from demo.visitor.links import SWITCH, WORD, Kind, Linked


def _parse(text: str) -> tuple[str, int]:
    filter, side = text.split(".")
    return filter, int(side)


SEEN = Kind(lambda seen: f"{seen[0]}.{seen[1]}", _parse, (tuple,))

PAGE = Page(70, linked=(
    *(Linked(name) for name in FIELDS),
    *(Linked(name) for name in ("run", "epoch", "cell", "class", "of", "door")),
    Linked("figures", "live.figures", SWITCH),
    Linked("matrix", "lab.matrix", WORD),
    Linked("numbers", "lab.numbers", WORD),
    Linked("seen", "lab.seen.*", SEEN),
    Linked("beside", "lab.train.beside", WORD),
))  # fmt: skip
