"""The study's finding on one's own picture: the same picture at four resolutions, through the networks of each protocol.

TOTV: one network trained on full pictures. TVTV: for each resolution the network that was trained at it. mixed: one
network trained at all of them. A data set without the study's networks has one row, of the network that was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.classify import Classifier, softmax
from core.errors import LabError
from core.pictures_in import Bytes
from core.studies.resolution import PROTOCOLS, SIDES, name_of, variants

OWN = "chosen"
"""The row of a network that belongs to no study."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one network says about the picture at one resolution."""

    protocol: str
    """totv, tvtv, mixed or chosen."""
    resolution: int
    network: str
    label: str | None
    """None: this network is not there."""
    probability: float | None
    known: bool | None


def strip(picture: Bytes, chosen: Classifier, filter: str, find: Callable[[str], Classifier]) -> list[Cell]:
    """`picture` uint8 (1, C, H, W) as `prepare` leaves it, at full resolution -> the cells, row by row.

    `find` gives a network by its name and raises LabError for one that is not there.
    """
    if chosen.recipe.dataset not in SIDES:
        side = chosen.shape[1]
        return [_cell(picture, OWN, at, chosen.name, chosen, filter) for at in (side, side * 3 // 4, side // 2, side // 4)]
    cells = []
    for protocol in PROTOCOLS:
        for side in SIDES[chosen.recipe.dataset]:
            network = _there(chosen.recipe.dataset, protocol, side, find)
            if network is None:
                cells.append(Cell(protocol, side, name_of(chosen.recipe.dataset, protocol, side), None, None, None))
            else:
                cells.append(_cell(picture, protocol, side, network.name, network, filter))
    return cells


def _there(dataset: str, protocol: str, side: int, find: Callable[[str], Classifier]) -> Classifier | None:
    """The first of the study's networks for a cell that is there: by the report's recipe, else by the fast one."""
    for name in variants(dataset, protocol, side):
        try:
            return find(name)
        except LabError:
            continue  # not trained yet: None is told in its cell
    return None


def _cell(picture: Bytes, protocol: str, side: int, name: str, network: Classifier, filter: str) -> Cell:
    logits = network.logits(network.at(picture, side, filter))
    label, probability = network.ranked(softmax(logits)[0], 1)[0]
    known = network.trust.knows(logits[0], side) if network.trust else None
    return Cell(protocol, side, name, label, probability, known)
