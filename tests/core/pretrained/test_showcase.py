"""The file of the first page: what it holds, and what is said when it is damaged."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.pretrained import showcase
from core.pretrained.cards import FOLDER
from core.pretrained.test_images import write_sheet
from core.vocabulary.errors import LabError


def game() -> showcase.Showcase:
    found = showcase.read(FOLDER)
    assert found is not None
    return found


def test_the_file_is_small_and_has_a_picture_of_each_class() -> None:
    assert (FOLDER / showcase.FILE).stat().st_size <= 60_000
    found = game()
    assert found.images.shape == (10, 32, 32, 3) and found.images.dtype == np.uint8
    assert sorted(found.labels) == list(range(10)) and len(set(found.indices)) == 10


def test_the_networks_disagree_and_all_know_the_original() -> None:
    """What makes the pictures worth a look: at some size each is known to one network and not to another."""
    found = game()
    for place, label in enumerate(found.labels):
        right = [[answer == label for answer, _ in found.answers[protocol][place]] for protocol in found.answers]
        assert all(row[-1] for row in right)
        assert sum(any(column) and not all(column) for column in zip(*right, strict=True)) >= 3


def test_where_no_network_was_trained_at_a_size_the_nearest_answers() -> None:
    found = game()
    assert found.trained_at == (8, 8, 8, 16, 16, 24, 32)
    assert found.networks["tvtv"] == tuple(f"cifar10-{side}" for side in found.trained_at)
    assert set(found.networks["totv"]) == {"cifar10-32"} and set(found.networks["mixed"]) == {"cifar10-mixed"}


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = game()
    showcase.write(tmp_path, found)
    again = showcase.read(tmp_path)
    assert again is not None and np.array_equal(again.images, found.images)
    assert dataclasses.replace(again, images=found.images) == found or again.answers == found.answers


@pytest.mark.parametrize("change", [
    {"labels": [0]}, {"answers": {"totv": [[[0, 101]] * 7] * 10}}, {"answers": {"totv": [[[10, 5]] * 7] * 10}}, {"answers": {"totv": 3}}, {"trained_at": [8]},
])  # fmt: skip
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    found = game()
    about = {"indices": found.indices, "labels": found.labels, "answers": found.answers, "networks": found.networks,
             "trained_at": found.trained_at, "weights": found.weights} | change  # fmt: skip
    write_sheet(tmp_path / showcase.FILE, found.images, showcase.ACROSS, about)
    with pytest.raises(LabError, match="is damaged"):
        showcase.read(tmp_path)


def test_no_file_is_no_game_and_half_a_file_is_damaged(tmp_path: Path) -> None:
    assert showcase.read(tmp_path) is None
    shutil.copy(FOLDER / showcase.FILE, tmp_path)
    whole = (tmp_path / showcase.FILE).read_bytes()
    (tmp_path / showcase.FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LabError, match="core pretrain"):
        showcase.read(tmp_path)
