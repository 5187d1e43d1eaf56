"""What it means that one author's images lie in both parts: the gap between two splits, and the same by scikit-learn's own draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.model_selection import GroupShuffleSplit

from core.datasets import loading
from core.datasets.loading import DataSet
from core.datasets.own.images import Pixels, digest_of, pixels_of
from core.datasets.own.store import OwnStore
from core.engines.thread import ThreadEngine
from core.training.loop import train
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Result

AUTHORS, EACH = 10, 6
RECIPE = {
    "epochs": 20, "device": "cpu", "threads": 1, "precision": "float32", "optimizer": "adam", "learning_rate": 0.002, "momentum": 0.0, "nesterov": False,
    "schedule": "constant", "weight_decay": 0.0, "batch_size": 16, "network": "conv 8 3, maxpool 2, dense 32",
}  # fmt: skip


def written(author: int, label: int, number: int) -> Pixels:
    """A stroke at the author's own place, which tells him apart; which of his two strokes is which class he alone knows."""
    draw = np.random.default_rng(1000 * author + 100 * label + number)
    image = draw.integers(0, 40, (1, 16, 16)).astype(np.uint8)
    column, standing = 1 + author, (label + author) % 2  # half of the authors have it the other way round
    if standing:
        image[0, 3:13, column : column + 3] = 220
    else:
        image[0, 7:10, column : column + 5] = 220
    return image


def accuracy_of(recipe: Recipe, data: DataSet) -> float:
    return next(record.test_accuracy for record in train(recipe, data) if isinstance(record, Result))


@pytest.mark.slow
def test_the_gap_between_both_splits_is_the_one_of_group_shuffle_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    own = OwnStore()
    name = own.create("Hands", ["a", "b"], side=16).name
    for author in range(AUTHORS):
        for label in range(2):
            for number in range(EACH):
                own.add(name, written(author, label, number), label, f"author {author}")
    own.close(name)
    accuracies = {}
    for split in ("random", "author"):
        records = list(ThreadEngine(tmp_path).stream(preset("quick", f"{name}:{split}").changed(**RECIPE)))
        accuracies[split] = records[-1].test_accuracy  # type: ignore[union-attr]
    gap = accuracies["random"] - accuracies["author"]

    found = own.contributions(name)
    images = np.stack([pixels_of(png, (1, 16, 16)) for png in own.pngs(name, (one.id for one in found)).values()])
    labels = np.array([one.label for one in found])
    train_part, test_part = next(GroupShuffleSplit(1, test_size=0.2, random_state=0).split(images, groups=[one.author for one in found]))
    order = np.concatenate([train_part, test_part])
    data = DataSet(f"{name}:author", torch.from_numpy(images[order]), torch.from_numpy(labels[order]), ("a", "b"), len(train_part), "by hand")
    expected = accuracies["random"] - accuracy_of(preset("quick", f"{name}:author").changed(**RECIPE), data)
    assert gap == expected and gap > 0.15, accuracies
    parts = loading.load(f"{name}:random", tmp_path)
    authors = {one.digest: one.author for one in found}
    tests, trained = ({authors[digest_of(image.numpy())] for image in part} for part in (parts.images[parts.train_size :], parts.images[: parts.train_size]))
    assert tests <= trained, "at random everybody lies in both parts"
