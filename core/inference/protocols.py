"""The study's finding on one's own image: the same image at four resolutions, through the networks of each protocol.

TOTV: one network trained on full images. TVTV: for each resolution the network that was trained at it. mixed: one
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
class ProtocolAnswer:
    """What one network says about the image at one resolution."""

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


def compare_protocols(image: Bytes, chosen: Classifier, filter: str, find: Callable[[str], Classifier],
                      drawn: bool = False) -> list[ProtocolAnswer]:  # fmt: skip
    """`image` uint8 (1, C, H, W) as `prepare` leaves it, at full resolution -> the cells, row by row.

    `find` gives a network by its name and raises LabError for one that is not there; `drawn`: `prepare` changed the image.
    """
    if chosen.recipe.dataset not in SIDES:
        side = chosen.shape[1]
        return [_cell(image, OWN, at, chosen.name, chosen, filter, drawn) for at in (side, side * 3 // 4, side // 2, side // 4)]
    return cells(image, chosen.recipe.dataset, SIDES[chosen.recipe.dataset], filter, find)


def cells(image: Bytes, dataset: str, sides: Sequence[int], filter: str, find: Callable[[str], Classifier]) -> list[ProtocolAnswer]:
    """What the study's networks say about `image` at any sides. TVTV: the network whose own side is nearest.

    Parameters as of `compare_protocols`; LabError for a data set without the study's networks.
    """
    if dataset not in SIDES:
        raise LabError(f"the study has no networks for {dataset}; choose one of {', '.join(SIDES)}")
    found = []
    for protocol in PROTOCOLS:
        for side in sides:
            own = nearest(dataset, side)
            network = _there(dataset, protocol, own, find)
            if isinstance(network, Classifier):
                found.append(_cell(image, protocol, side, network.name, network, filter))
            else:
                found.append(ProtocolAnswer(protocol, side, name_of(dataset, protocol, own), None, None, None, network))
    return found


def nearest(dataset: str, side: int) -> int:
    """The side of the study that is nearest; of two as near the larger, whose network has seen sharper images.

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


def _cell(image: Bytes, protocol: str, side: int, name: str, network: Classifier, filter: str, drawn: bool = False) -> ProtocolAnswer:
    logits = network.logits(network.at(image, side, filter))
    label, probability = network.ranked(softmax(logits)[0], 1)[0]
    known = network.trust.in_distribution(logits[0], side, drawn) if network.trust else None
    return ProtocolAnswer(protocol, side, name, label, probability, known)
