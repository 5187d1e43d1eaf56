"""The resolution study on a data set of one's own: the runs that it takes, and what their networks answer at each size. No torch.

Also the two runs that tell what it means that one author's images lie in both parts of a set. A set is small, so its test
images are answered here with numpy, by the same forward pass that the page "A whole network" shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.explain.activations import forward_pass
from core.images import plain_resampling, stored
from core.images.decoding import Bytes
from core.images.stored import Labels
from core.inference.plain_network import PlainNetwork
from core.runs.summaries import RunSummary
from core.studies.resolution import FILTER, PROTOCOLS
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.sources import source_of

MOST_TESTED = 300
"""Test images that are answered at each size; of more, so many at even distances."""
SPLITS = ("random", "author")
"""The two ways of splitting that are compared."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A run of the study: the protocol and the side, in pixels, that it was trained for."""

    protocol: str
    side: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Cell:
    """How many test images a protocol's network gets right at a side."""

    protocol: str
    side: int
    right: int
    of: int


def sides(name: str) -> tuple[int, ...]:
    """The whole side of a data set, a half and a quarter, no less than 4 pixels.

    >>> sides("mnist")
    (28, 14, 7)
    """
    whole = source_of(name).side
    return tuple(dict.fromkeys(max(4, whole // part) for part in (1, 2, 4)))


def runs_needed(name: str) -> tuple[Needed, ...]:
    """The runs of all three protocols, by the set's own `quick` recipe; that on whole images is TOTV's and TVTV's first."""
    whole, *smaller = sides(name)
    recipe = preset("quick", name).changed(filter=FILTER)
    reduced = [Needed("tvtv", side, recipe.changed(resolution=side)) for side in smaller]
    return (Needed("totv", whole, recipe), *reduced, Needed("mixed", whole, recipe.changed(augment="mixed")))


def runs_of_splits(name: str) -> dict[str, Recipe]:
    """The recipe of each split of SPLITS: the same but for who is in which part. LabError where a set cannot be split so."""
    return {split: preset("quick", f"{name}:{split}") for split in SPLITS}


def run_of(recipe: Recipe, runs: Iterable[RunSummary], since: float) -> RunSummary | None:
    """The newest run of a recipe, on whatever device, that was created after `since` (seconds since 1970) and did not fail."""
    found = [run for run in runs if run.created >= since and run.status not in ("failed", "stopped") and _anywhere(run.recipe) == _anywhere(recipe)]
    return max(found, key=lambda run: (run.status == "finished", run.created), default=None)


def _anywhere(recipe: Recipe) -> Recipe:
    return recipe.changed(device="auto", precision="auto", threads=0)


def test_images(name: str, folder: Path) -> tuple[Bytes, Labels]:
    """uint8 (N, C, S, S) and uint8 (N,): the test images that are answered, at most MOST_TESTED. LabError where they are not there."""
    row = source_of(name)
    places = np.unique(np.linspace(0, row.test - 1, min(row.test, MOST_TESTED)).round().astype(int)) + row.train
    return stored.images(name, folder, places.tolist()), stored.labels(name, folder)[places]


def cells(networks: Mapping[tuple[str, int], PlainNetwork], images: Bytes, labels: Labels, at: Sequence[int]) -> list[Cell]:
    """How the three protocols do at the sides `at`, the whole one first. `networks`: by protocol and side of `runs_needed`."""
    found, known = [], dict[tuple[str, int, int], int]()
    for protocol in PROTOCOLS:
        for side in at:
            own = (protocol, side) if protocol == "tvtv" and side != at[0] else ("mixed" if protocol == "mixed" else "totv", at[0])
            if (*own, side) not in known:  # on whole images TOTV and TVTV are one network
                known[*own, side] = right_answers(networks[own], images, labels, side)
            found.append(Cell(protocol, side, known[*own, side], len(labels)))
    return found


def right_answers(network: PlainNetwork, images: Bytes, labels: Labels, side: int) -> int:
    """How many of some images, uint8 (N, C, S, S), reduced to `side` and restored, a network names by their label, (N,)."""
    seen = plain_resampling.at_resolution(images, side, FILTER)
    return sum(forward_pass(network, image).best == label for image, label in zip(seen, labels.tolist(), strict=True))
