"""The lesson `runs`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from demo.ui.page import Page
from demo.visitor.links import WORD, Kind, Linked


def _parse_budget(text: str) -> tuple[str, int, int]:
    dataset, epochs, images = text.rsplit(".", 2)
    return dataset, int(epochs), int(images)


RUNS = Kind(",".join, lambda text: tuple(text.split(",")), (tuple,))
BUDGET = Kind(lambda budget: ".".join(map(str, budget)), _parse_budget, (tuple,))

PAGE = Page(130, linked=(
    Linked("section"),
    *(Linked(name) for name in ("epoch", "cell", "class", "of", "door")),
    Linked("runs", "lab.runs.chosen", RUNS),
    Linked("with", "lab.runs.with", WORD),
    Linked("budget", "lab.runs.board.budget", BUDGET),
    Linked("axis", "runs.board.axis", WORD),
    Linked("board", "lab.runs.board.run", WORD),
))  # fmt: skip
