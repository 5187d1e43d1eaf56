"""How often handwriting is read as people hand it in: photographed, scanned, written on a screen. Not part of CI.

    LAB_DATA=DIR [PICTURES=DIR] .venv/bin/python -m pytest -s tests/benchmarks/test_handwriting.py

For each kind, and for the networks of MNIST and of `digits`: the share that is right, wrong although the network says that it
knows it, and refused in a sentence. PICTURES is a folder of KIND/NUMBER-LABEL.EXT; without it the kinds of
tests/core/images/ink/handwriting.py are drawn from MNIST's test images, COUNT of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.loading import load
from core.images.decoding import open_image
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.vocabulary.errors import LabError
from tests.core.images.ink import handwriting

COUNT, SEED = 40, 100


def drawn(folder: Path) -> Iterator[tuple[str, str, Image.Image]]:
    """(kind, label, image) of each kind, and of clean drawings."""
    data = load("mnist", folder)
    for number, (kind, make) in enumerate({"clean": None, **handwriting.KINDS}.items()):
        draw = np.random.default_rng([SEED, number])
        for index in draw.choice(data.test_size, COUNT, replace=False) + data.train_size:
            digit = data.images[index, 0].numpy()
            yield kind, data.classes[int(data.labels[index])], make(digit, draw) if make else handwriting.clean(digit)


def stored(folder: Path) -> Iterator[tuple[str, str, Image.Image]]:
    for kind in sorted(folder.iterdir()):
        for file in sorted(kind.iterdir()):
            yield kind.name, file.stem.rpartition("-")[2], open_image(file)


def verdict(network: Classifier, image: Image.Image, label: str) -> str:
    try:
        answer = network.classify(image)
    except LabError:
        return "refused"
    if answer.top[0][0] == label:
        return "right"
    return "wrong and known" if answer.known else "wrong"


@pytest.mark.data
@pytest.mark.timeout(0)
def test_handwriting_is_read_whatever_it_is_written_on(real_data: Path) -> None:
    given = os.environ.get("PICTURES")
    networks = [Classifier.load(name, FOLDER) for name in ("mnist-28", "digits")]
    found: dict[str, list[list[str]]] = {}
    for kind, label, image in stored(Path(given)) if given else drawn(real_data):
        rows = found.setdefault(kind, [[] for _ in networks])
        for row, network in zip(rows, networks, strict=True):
            row.append(verdict(network, image, label))
    columns = ("right", "wrong and known", "refused")
    print(f"\n{'':24}" + "".join(f"{network.name + ': ' + column:>26}" for network in networks for column in columns))
    shares = {kind: [[row.count(column) / len(row) for column in columns] for row in rows] for kind, rows in found.items()}
    for kind, rows in shares.items():
        print(f"{kind:24}" + "".join(f"{share:26.1%}" for row in rows for share in row))
    assert all(rows[0][0] >= 0.9 for rows in shares.values())
