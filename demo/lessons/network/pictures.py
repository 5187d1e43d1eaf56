"""The page "A whole network": ten pictures for each data set that come with the app, the one that shows most first."""

from __future__ import annotations

from pathlib import Path

from core.datasets import files as dataset_files
from core.datasets.caching import cached
from core.images import samples
from core.images.decoding import Bytes
from core.pretrained import ambiguous, test_images
from core.vocabulary.sources import source_of

COUNT = 10
Kept = tuple[Bytes, str]
"""uint8 (C, H, W), and its class; "" where nobody knows."""


def kept(dataset: str, folder: Path, data: Path) -> tuple[Kept, ...]:
    """Ten pictures, or as many as there are. `folder`: what comes with the app; `data`: the data sets of this machine."""
    return _kept(dataset, folder, data, dataset_files.state(dataset, data).present)


@cached(16)
def _kept(dataset: str, folder: Path, data: Path, present: bool) -> tuple[Kept, ...]:
    found = [*_ambiguous(dataset, folder), *_first(dataset, folder)]
    if not found and present:
        found = [(pixels, "") for pixels in samples.of_dataset(dataset, data)]
    return tuple(found[:COUNT])


def _ambiguous(dataset: str, folder: Path) -> list[Kept]:
    found = ambiguous.read(folder) if dataset == ambiguous.DATASET else None
    return [(found[0], source_of(dataset).classes[found[1]])] if found else []


def _first(dataset: str, folder: Path) -> list[Kept]:
    """The first of each class, then others, among the first official test pictures."""
    classes = source_of(dataset).classes
    there = [found for number in range(test_images.FIRST_COUNT) if (found := test_images.first_image(dataset, number, folder))]
    order = sorted(range(len(there)), key=lambda place: (there[place][1] in [label for _, label in there[:place]], place))
    return [(there[place][0].transpose(2, 0, 1).copy(), classes[there[place][1]]) for place in order]
