"""The resolution study on a set of one's own: its runs, and that numpy says of a network what torch said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.classroom import own_study
from core.datasets.own.store import OwnStore
from core.inference.library import train
from core.inference.model_registry import ModelRegistry
from core.runs.summaries import RunSummary
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe

CLASSES = ("upright", "level", "ring")


def drawing(label: int, random: np.random.Generator) -> np.ndarray:
    """uint8 (1, 28, 28): a line or a ring, somewhere near the middle."""
    image = np.zeros((1, 28, 28), np.uint8)
    row, column = random.integers(10, 18, 2)
    if label == 0:
        image[0, 4:24, column - 1 : column + 2] = 255
    elif label == 1:
        image[0, row - 1 : row + 2, 4:24] = 255
    else:
        image[0, row - 7 : row + 7, column - 7 : column + 7] = 255
        image[0, row - 4 : row + 4, column - 4 : column + 4] = 0
    return image


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A closed set of 60 drawings by four authors."""
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    store, random = OwnStore(), np.random.default_rng(5)
    name = store.create("Lines", CLASSES).name
    for place in range(60):
        store.add(name, drawing(place % 3, random), place % 3, author=f"author {place // 15}")
    store.close(name)
    return name


def test_the_runs_are_those_of_the_three_protocols_at_a_whole_a_half_and_a_quarter(drawn: str) -> None:
    needed = own_study.runs_needed(drawn)
    assert own_study.sides(drawn) == (28, 14, 7)
    assert [(need.protocol, need.side, need.recipe.resolution, need.recipe.augment) for need in needed] == [
        ("totv", 28, None, "none"), ("tvtv", 14, 14, "none"), ("tvtv", 7, 7, "none"), ("mixed", 28, None, "mixed"),
    ]  # fmt: skip
    plain = needed[0].recipe
    assert all(need.recipe.changed(resolution=None, augment="none") == plain for need in needed), "nothing else differs"


def test_the_two_splits_differ_in_nothing_but_the_split(drawn: str) -> None:
    random, author = own_study.runs_of_splits(drawn).values()
    assert (random.dataset, author.dataset) == (f"{drawn}:random", f"{drawn}:author")
    assert random.changed(dataset=author.dataset, validation=author.validation, epochs=author.epochs) == author


def test_one_author_cannot_be_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    store = OwnStore()
    name = store.create("Alone", CLASSES).name
    for place in range(12):
        store.add(name, drawing(place % 3, np.random.default_rng(place)), place % 3, author="me")
    store.close(name)
    with pytest.raises(LabError, match="one author made all pictures"):
        own_study.runs_of_splits(name)


def summary(run: str, recipe: Recipe, created: float, status: str = "finished") -> RunSummary:
    return RunSummary(run, status, recipe, "me", created, "", 1, 1.0, 0.5, 0.5)


def test_a_run_counts_on_any_device_but_not_from_before_the_pictures_changed_nor_where_it_failed() -> None:
    recipe = Recipe()
    here = recipe.changed(device="cpu", precision="float32", threads=1)
    old, failed, other = summary("old", here, 5), summary("failed", here, 30, "failed"), summary("other", here.changed(seed=1), 30)
    first, second, going = summary("first", here, 20), summary("second", here, 21), summary("going", here, 22, "running")
    assert own_study.run_of(recipe, [old, failed, other], since=10) is None
    assert own_study.run_of(recipe, [old, failed, other, going], since=10) is going
    assert own_study.run_of(recipe, [going, second, first, old], since=10) is second, "the newest of the finished ones"


@pytest.mark.slow
def test_numpy_answers_the_test_images_as_torch_did_when_the_run_was_tested(drawn: str, tmp_path: Path) -> None:
    needed = {(need.protocol, need.side): need.recipe.changed(epochs=4, threads=1) for need in own_study.runs_needed(drawn)}
    images, labels = own_study.test_images(drawn, tmp_path)
    registry = ModelRegistry(tmp_path / "none", data=tmp_path, runs=tmp_path / "runs")
    runs = {place: train(recipe) for place, recipe in needed.items()}
    networks = {place: registry.plain(run.run) for place, run in runs.items()}
    cells = {(cell.protocol, cell.side): cell for cell in own_study.cells(networks, images, labels, own_study.sides(drawn))}
    assert images.shape == (12, 1, 28, 28) and {cell.of for cell in cells.values()} == {12} and len(cells) == 9
    for place, run in runs.items():
        assert run.result is not None
        assert cells[place].right / 12 == pytest.approx(run.result.test_accuracy), place
    assert cells["tvtv", 28] == own_study.Cell("tvtv", 28, cells["totv", 28].right, 12), "the same network"


def test_of_many_test_images_so_many_are_answered_at_even_distances(drawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every, labels = own_study.test_images(drawn, tmp_path)
    monkeypatch.setattr(own_study, "MOST_TESTED", 4)
    some, those = own_study.test_images(drawn, tmp_path)
    places = [0, 4, 7, 11]
    assert np.array_equal(some, every[places]) and np.array_equal(those, labels[places])
