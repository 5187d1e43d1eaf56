"""Single answers against torch, and the test pictures that are shown without the data set."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from core.datasets import loading
from core.pretrained import test_images
from core.pretrained.cards import write_outputs
from core.pretrained.outputs import Answers, drawn
from core.pretrained.test_images import Tiles
from core.vocabulary.errors import LabError
from tests.architectures_cards import outputs

SIDE = test_images.SIDE


def everything(count: int = 1000) -> Tiles:
    images = np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE), np.uint8)
    return Tiles(tuple(range(count)), tuple(number % 10 for number in range(count)), images, count)


def test_answers_are_torch_s_softmax() -> None:
    kept = outputs(0.7)
    found = Answers.of(kept, 28)
    confidence, guess = torch.from_numpy(kept.logits[28].astype(np.float64)).softmax(1).max(1)
    assert np.array_equal(found.guesses, guess.numpy())
    assert found.confidence == pytest.approx(confidence.numpy())
    wrong = guess != torch.from_numpy(kept.labels.astype(np.int64))
    expected = torch.where(wrong, confidence, 0.0).topk(10).indices.tolist()
    assert found.mistakes(10) == expected
    assert len(found.mistakes(10_000)) == int(wrong.sum()), "there are no more mistakes than there are"


def test_a_draw_is_the_same_for_a_seed_and_takes_nothing_twice() -> None:
    assert drawn(3, 300, 15) == drawn(3, 300, 15) != drawn(4, 300, 15)
    assert len(set(drawn(0, 300, 15))) == 15 and max(drawn(0, 20, 15)) < 20 and drawn(0, 5, 15) == [0, 1, 2, 3, 4]


def test_the_png_holds_the_first_pictures_and_the_chosen_ones(tmp_path: Path) -> None:
    assert test_images.read(tmp_path) is None
    whole = everything()
    assert test_images.write(tmp_path, whole, [900, 5, 700])
    found = test_images.read(tmp_path)
    assert found is not None and found.indices == (*range(300), 700, 900) and found.drawable == 300
    assert all(np.array_equal(found.image(index), whole.image(index)) for index in found.indices)
    assert found.labels == tuple(whole.labels[index] for index in found.indices)
    assert 900 in found and 901 not in found and found.examples(7, 2) == [7, 17]
    with Image.open(tmp_path / test_images.NAME) as image:
        assert image.mode == "L" and image.size == (20 * SIDE, 16 * SIDE)
    assert not test_images.write(tmp_path, whole, [700, 900]), "it is there already"
    assert test_images.write(tmp_path, whole, [701])


def test_a_damaged_png_is_named(tmp_path: Path) -> None:
    (tmp_path / test_images.NAME).write_bytes(b"no picture")
    with pytest.raises(LabError, match=r"fashion-mnist-test.png is damaged"):
        test_images.read(tmp_path)
    Image.new("L", (20 * SIDE, SIDE)).save(tmp_path / test_images.NAME)
    with pytest.raises(LabError, match=r"KeyError"):
        test_images.read(tmp_path)


def test_it_is_made_once_all_answers_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_images, "whole", lambda data: everything())
    monkeypatch.setattr(test_images.dataset_files, "state", lambda name, data: SimpleNamespace(present=True))
    kept = {"one": outputs(0.8, 1), "two": outputs(0.9, 2)}
    write_outputs("one", kept["one"], tmp_path)
    assert not test_images.renew(tmp_path, tmp_path, list(kept)) and test_images.read(tmp_path) is None
    write_outputs("two", kept["two"], tmp_path)
    assert test_images.renew(tmp_path, tmp_path, list(kept)) and not test_images.renew(tmp_path, tmp_path, list(kept))
    found = test_images.read(tmp_path)
    assert found is not None and all(index in found for its in kept.values() for index in Answers.of(its, 28).mistakes(30))


@pytest.mark.data
def test_the_whole_test_set_is_torchvision_s(real_data: Path) -> None:
    found, data = test_images.whole(real_data), loading.load("fashion-mnist", real_data)
    assert np.array_equal(found.images, data.images[data.train_size :, 0].numpy())
    assert list(found.labels) == data.labels[data.train_size :].tolist()
    assert test_images.tiles(real_data) is found


def test_without_the_data_set_the_png_is_taken(tmp_path: Path) -> None:
    assert test_images.tiles(tmp_path / "nowhere", tmp_path) is None
    test_images.write(tmp_path, everything(), [])
    found = test_images.tiles(tmp_path / "nowhere", tmp_path)
    assert found is not None and len(found.indices) == 300
