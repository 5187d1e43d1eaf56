"""The study's finding on one's own picture: the same picture at four resolutions, through the networks of each protocol.

TOTV: one network trained on full pictures. TVTV: for each resolution the network that was trained at it. mixed: one
network trained at all of them. A data set without the study's networks has one row, of the network that was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.images.decoding import Bytes
from core.inference.classifier import Classifier, softmax
from core.studies.resolution import PROTOCOLS, SIDES, name_of, variants
from core.vocabulary.errors import Damaged, LabError

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
    """None: this network is not there, or has a problem."""
    probability: float | None
    known: bool | None
    problem: str = ""
    """Why a network that is there cannot answer; "" also where it is not trained yet."""


def strip(picture: Bytes, chosen: Classifier, filter: str, find: Callable[[str], Classifier]) -> list[Cell]:
    """`picture` uint8 (1, C, H, W) as `prepare` leaves it, at full resolution -> the cells, row by row.

    `find` gives a network by its name and raises LabError for one that is not there.
    """
    if chosen.recipe.dataset not in SIDES:
        side = chosen.shape[1]
        return [_cell(picture, OWN, at, chosen.name, chosen, filter) for at in (side, side * 3 // 4, side // 2, side // 4)]
    return cells(picture, chosen.recipe.dataset, SIDES[chosen.recipe.dataset], filter, find)


def cells(picture: Bytes, dataset: str, sides: Sequence[int], filter: str, find: Callable[[str], Classifier]) -> list[Cell]:
    """What the study's networks say about `picture` at any sides. TVTV: the network whose own side is nearest.

    Parameters as of `strip`; LabError for a data set without the study's networks.
    """
    if dataset not in SIDES:
        raise LabError(f"the study has no networks for {dataset}; choose one of {', '.join(SIDES)}")
    found = []
    for protocol in PROTOCOLS:
        for side in sides:
            own = nearest(dataset, side)
            network = _there(dataset, protocol, own, find)
            if isinstance(network, Classifier):
                found.append(_cell(picture, protocol, side, network.name, network, filter))
            else:
                found.append(Cell(protocol, side, name_of(dataset, protocol, own), None, None, None, network))
    return found


def nearest(dataset: str, side: int) -> int:
    """The side of the study that is nearest; of two as near the larger, whose network has seen sharper pictures.

    >>> nearest("cifar10", 6), nearest("cifar10", 12)
    (8, 16)
    """
    return min(SIDES[dataset], key=lambda own: (abs(own - side), -own))


def _there(dataset: str, protocol: str, side: int, find: Callable[[str], Classifier]) -> Classifier | str:
    """The first of the study's networks for a cell that is there: by the report's recipe, else by the fast one.

    Where there is none: what is wrong with one whose file is damaged, or "".
    """
    problem = ""
    for name in variants(dataset, protocol, side):
        try:
            return find(name)
        except Damaged as error:
            problem = problem or str(error)
        except LabError:
            continue  # not trained yet
    return problem


def _cell(picture: Bytes, protocol: str, side: int, name: str, network: Classifier, filter: str) -> Cell:
    logits = network.logits(network.at(picture, side, filter))
    label, probability = network.ranked(softmax(logits)[0], 1)[0]
    known = network.trust.knows(logits[0], side) if network.trust else None
    return Cell(protocol, side, name, label, probability, known)
