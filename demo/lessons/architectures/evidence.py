"""All tables and further figures of study 2, by the name that opens them (`?table=NAME`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from demo.lessons.architectures.shared import say
from demo.lessons.architectures.tables import compared, curves, images, networks
from demo.ui.finding import Evidence

DRAWN: Mapping[str, Callable[[], None]] = {
    "report": compared.report, "classes": compared.classes, "paper": compared.paper, "optimizers": compared.optimizers,
    "curves": curves.learned, "batch": curves.batch, "went": networks.went, "structure": networks.structure, "field": networks.field,
    "split": networks.split, "class_names": networks.class_names, "settings": networks.settings,
    "samples": images.samples, "draw": images.draw, "mistakes": images.mistakes,
}  # fmt: skip


def tables() -> dict[str, Evidence]:
    """Name -> table, in the order of the drawer."""
    return {name: Evidence(say(name), draw) for name, draw in DRAWN.items()}
