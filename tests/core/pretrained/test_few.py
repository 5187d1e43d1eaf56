"""The few test pictures that come with the app."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import loading
from core.pretrained import few, sheet, test_images
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import SIDES


@pytest.mark.data
@pytest.mark.parametrize("name", [*few.DATASETS, test_images.DATASET])
def test_they_are_the_first_of_the_test_set(name: str, real_data: Path) -> None:
    data = loading.load(name, real_data)
    for number in range(few.COUNT):
        found = few.image(name, number)
        assert found is not None
        assert np.array_equal(found[0], data.images[data.train_size + number].permute(1, 2, 0).numpy())
        assert found[1] == int(data.labels[data.train_size + number])


@pytest.mark.data
def test_they_are_made_again_where_they_are_missing(real_data: Path, tmp_path: Path) -> None:
    assert few.renew(tmp_path, real_data) == ["mnist-test.png", "cifar10-test.png"] and not few.renew(tmp_path, real_data)
    for name in few.DATASETS:
        again, kept = few.image(name, 7, tmp_path), few.image(name, 7)
        assert again and kept and np.array_equal(again[0], kept[0]) and again[1] == kept[1]


@pytest.mark.parametrize("name", [*few.DATASETS, test_images.DATASET])
def test_others_do_not_come_with_the_app(name: str, tmp_path: Path) -> None:
    assert few.image(name, 0) and few.image(name, few.COUNT - 1)
    assert few.image(name, -1) is None and few.image(name, few.COUNT) is None
    assert few.image(name, 0, tmp_path) is None and few.image("digits", 0) is None
    assert few.renew(tmp_path, tmp_path / "nowhere") == []


def test_a_damaged_png_is_named(tmp_path: Path) -> None:
    path = few.file("mnist", tmp_path)
    path.write_bytes(b"no picture")
    with pytest.raises(LabError, match=r"mnist-test.png is damaged"):
        few.image("mnist", 0, tmp_path)
    Image.new("L", (28, 28)).save(path)
    with pytest.raises(LabError, match=r"mnist-test.png is damaged.*tiles"):
        few.image("mnist", 0, tmp_path)
    sheet.write(path, np.zeros((3, 28, 28), np.uint8), 3, {"labels": [1, 2]})
    with pytest.raises(LabError, match=r"2 classes and 3 pictures instead of 12"):
        few.image("mnist", 0, tmp_path)


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 3)])
def test_a_sheet_gives_back_what_it_was_given(shape: tuple[int, ...], tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    sheet.write(tmp_path / "new" / "a.png", images, 3, {"any": [1]})
    found, told = sheet.read(tmp_path / "new" / "a.png", 8)
    assert np.array_equal(found[:5], images) and not found[5:].any() and len(found) == 6 and told == {"any": [1]}
    with pytest.raises(FileNotFoundError):
        sheet.read(tmp_path / "b.png", SIDES["digits"])
