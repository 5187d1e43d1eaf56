"""The test images that come with the app, and those that are shown without the data set."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.datasets import loading
from core.pretrained import test_images
from core.pretrained.cards import FOLDER
from core.pretrained.outputs import Answers, write_outputs
from core.pretrained.test_images import Tiles
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from tests.architectures_cards import outputs

SIDE = test_images.TILES_SIDE


def everything(count: int = 1000) -> Tiles:
    images = np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE), np.uint8)
    return Tiles(tuple(range(count)), tuple(number % 10 for number in range(count)), images, count)


def test_the_png_holds_the_first_pictures_and_the_chosen_ones(tmp_path: Path) -> None:
    assert test_images.read_tiles(tmp_path) is None
    whole = everything()
    assert test_images.write_tiles(tmp_path, whole, [900, 5, 700])
    found = test_images.read_tiles(tmp_path)
    assert found is not None and found.indices == (*range(300), 700, 900) and found.drawable == 300
    assert all(np.array_equal(found.image(index), whole.image(index)) for index in found.indices)
    assert found.labels == tuple(whole.labels[index] for index in found.indices)
    assert 900 in found and 901 not in found and found.examples(7, 2) == [7, 17]
    with Image.open(tmp_path / test_images.TILES_FILE) as image:
        assert image.mode == "L" and image.size == (20 * SIDE, 16 * SIDE)
    assert not test_images.write_tiles(tmp_path, whole, [700, 900]), "it is there already"
    assert test_images.write_tiles(tmp_path, whole, [701])


def test_a_damaged_png_is_named(tmp_path: Path) -> None:
    (tmp_path / test_images.TILES_FILE).write_bytes(b"no picture")
    with pytest.raises(LabError, match=r"fashion-mnist-test.png is damaged"):
        test_images.read_tiles(tmp_path)
    Image.new("L", (20 * SIDE, SIDE)).save(tmp_path / test_images.TILES_FILE)
    with pytest.raises(LabError, match=r"KeyError"):
        test_images.read_tiles(tmp_path)


def test_it_is_made_once_all_answers_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_images, "all_tiles", lambda data: everything())
    monkeypatch.setattr(test_images.dataset_files, "state", lambda name, data: SimpleNamespace(present=True))
    kept = {"one": outputs(0.8, 1), "two": outputs(0.9, 2)}
    write_outputs("one", kept["one"], tmp_path)
    assert not test_images.renew_tiles(tmp_path, tmp_path, list(kept)) and test_images.read_tiles(tmp_path) is None
    write_outputs("two", kept["two"], tmp_path)
    assert test_images.renew_tiles(tmp_path, tmp_path, list(kept)) and not test_images.renew_tiles(tmp_path, tmp_path, list(kept))
    found = test_images.read_tiles(tmp_path)
    assert found is not None and all(index in found for its in kept.values() for index in Answers.of(its, 28).mistakes(30))


@pytest.mark.data
def test_the_whole_test_set_is_torchvision_s(real_data: Path) -> None:
    found, data = test_images.all_tiles(real_data), loading.load("fashion-mnist", real_data)
    assert np.array_equal(found.images, data.images[data.train_size :, 0].numpy())
    assert list(found.labels) == data.labels[data.train_size :].tolist()
    assert test_images.tiles(real_data, FOLDER) is found


def test_without_the_data_set_the_png_is_taken(tmp_path: Path) -> None:
    assert test_images.tiles(tmp_path / "nowhere", tmp_path) is None
    test_images.write_tiles(tmp_path, everything(), [])
    found = test_images.tiles(tmp_path / "nowhere", tmp_path)
    assert found is not None and len(found.indices) == 300


@pytest.mark.data
@pytest.mark.parametrize("name", [*test_images.FIRST_DATASETS, test_images.TILES_DATASET])
def test_they_are_the_first_of_the_test_set(name: str, real_data: Path) -> None:
    data = loading.load(name, real_data)
    for number in range(test_images.FIRST_COUNT):
        found = test_images.first_image(name, number, FOLDER)
        assert found is not None
        assert np.array_equal(found[0], data.images[data.train_size + number].permute(1, 2, 0).numpy())
        assert found[1] == int(data.labels[data.train_size + number])


@pytest.mark.data
def test_they_are_made_again_where_they_are_missing(real_data: Path, tmp_path: Path) -> None:
    assert test_images.renew_first(tmp_path, real_data) == ["mnist-test.png", "cifar10-test.png"] and not test_images.renew_first(tmp_path, real_data)
    for name in test_images.FIRST_DATASETS:
        again, kept = test_images.first_image(name, 7, tmp_path), test_images.first_image(name, 7, FOLDER)
        assert again and kept and np.array_equal(again[0], kept[0]) and again[1] == kept[1]


@pytest.mark.parametrize("name", [*test_images.FIRST_DATASETS, test_images.TILES_DATASET])
def test_others_do_not_come_with_the_app(name: str, tmp_path: Path) -> None:
    assert test_images.first_image(name, 0, FOLDER) and test_images.first_image(name, test_images.FIRST_COUNT - 1, FOLDER)
    assert test_images.first_image(name, -1, FOLDER) is None and test_images.first_image(name, test_images.FIRST_COUNT, FOLDER) is None
    assert test_images.first_image(name, 0, tmp_path) is None and test_images.first_image("digits", 0, FOLDER) is None
    assert test_images.renew_first(tmp_path, tmp_path / "nowhere") == []


def test_a_damaged_png_of_first_images_is_named(tmp_path: Path) -> None:
    path = test_images.first_file("mnist", tmp_path)
    path.write_bytes(b"no picture")
    with pytest.raises(LabError, match=r"mnist-test.png is damaged"):
        test_images.first_image("mnist", 0, tmp_path)
    Image.new("L", (28, 28)).save(path)
    with pytest.raises(LabError, match=r"mnist-test.png is damaged.*tiles"):
        test_images.first_image("mnist", 0, tmp_path)
    test_images.write_sheet(path, np.zeros((3, 28, 28), np.uint8), 3, {"labels": [1, 2]})
    with pytest.raises(LabError, match=r"2 classes and 3 pictures instead of 12"):
        test_images.first_image("mnist", 0, tmp_path)


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 3)])
def test_a_sheet_gives_back_what_it_was_given(shape: tuple[int, ...], tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    test_images.write_sheet(tmp_path / "new" / "a.png", images, 3, {"any": [1]})
    found, told = test_images.read_sheet(tmp_path / "new" / "a.png", 8)
    assert np.array_equal(found[:5], images) and not found[5:].any() and len(found) == 6 and told == {"any": [1]}
    with pytest.raises(FileNotFoundError):
        test_images.read_sheet(tmp_path / "b.png", SOURCES["digits"].side)
