"""The first COUNT test images of a data set, for which it need not be fetched: something to classify at once.

Those of MNIST and CIFAR-10 lie under pretrained/ in one PNG each, Fashion-MNIST's in a larger one (core/pretrained/test_images.py);
scikit-learn's digits are always at hand. MNIST: LeCun, Cortes, Burges 1998, CC BY-SA 3.0; CIFAR-10: Krizhevsky 2009.
Torch-free.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.datasets import files as dataset_files
from core.images.decoding import Bytes
from core.pretrained import sheet, test_images
from core.pretrained.cards import FOLDER
from core.vocabulary.recipe import SIDES

COUNT, ACROSS = 12, 4
DATASETS = ("mnist", "cifar10")


def image(dataset: str, number: int, folder: Path = FOLDER) -> tuple[Bytes, int] | None:
    """(uint8 (H, W, C), its class by number) of an official test image; None where it does not come with the app."""
    if not 0 <= number < COUNT:
        return None
    if dataset == test_images.DATASET:
        tiles = test_images.read(folder)
        return (tiles.image(number)[:, :, None], tiles.labels[number]) if tiles else None
    path = file(dataset, folder)
    if dataset not in DATASETS or not path.exists():
        return None
    images, labels = _read_once(path, SIDES[dataset], path.stat().st_mtime_ns)
    found = images[number]
    return (found if found.ndim == 3 else found[:, :, None]), labels[number]


def file(dataset: str, folder: Path) -> Path:
    return folder / f"{dataset}-test.png"


@lru_cache(maxsize=4)
def _read_once(path: Path, side: int, changed: int) -> tuple[Bytes, tuple[int, ...]]:
    images, told = sheet.read(path, side)
    try:
        labels = tuple(map(int, told["labels"]))
        if not len(labels) == len(images) == COUNT:
            raise ValueError(f"{len(labels)} classes and {len(images)} pictures instead of {COUNT}")
    except (ValueError, KeyError, TypeError) as error:
        raise sheet.damaged(path, error) from error
    return images, labels


def renew(folder: Path, data: Path) -> list[str]:
    """Makes the PNGs that are missing, of the data sets that are there; their names."""
    made = [dataset for dataset in DATASETS if not file(dataset, folder).exists() and dataset_files.state(dataset, data).present]
    for dataset in made:
        _write(dataset, folder, data)
    return [file(dataset, folder).name for dataset in made]


def _write(dataset: str, folder: Path, data: Path) -> None:
    from core.datasets import loading

    whole = loading.load(dataset, data)
    first = slice(whole.train_size, whole.train_size + COUNT)
    images = whole.images[first].permute(0, 2, 3, 1).numpy()
    grey = images.shape[3] == 1
    sheet.write(file(dataset, folder), images[..., 0] if grey else images, ACROSS, {"labels": whole.labels[first].tolist()})
