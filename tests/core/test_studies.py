"""The studies' plans and tables: what is planned can run, and every table follows from its cards."""

from __future__ import annotations

import pytest
import torch

from core import metrics
from core.cards import Card
from core.planned import sweep
from core.records import Matrix
from core.sizes import part_sizes, thinned_counts
from core.splits import thinned
from core.studies import STUDIES, dropout, resolution, splits


@pytest.mark.parametrize("name", STUDIES)
def test_every_planned_run_has_parts_of_a_possible_size(name: str) -> None:
    for planned in STUDIES[name].plan().values():
        train, _, test = part_sizes(planned.recipe)
        assert train > 0 and test > 0


def test_an_unbalanced_set_thins_out_by_class_and_the_arithmetic_is_exact() -> None:
    labels = torch.arange(10).repeat(100)
    kept = thinned(labels, 10, 20.0)
    counts = torch.bincount(labels[kept]).tolist()
    assert counts == thinned_counts([100] * 10, 20.0) and (counts[0], counts[-1]) == (100, 5)
    assert torch.equal(kept, kept.sort().values) and torch.equal(thinned(labels, 10, 1.0), torch.arange(1000))


def test_a_sweep_goes_from_four_pixels_to_the_original() -> None:
    assert sweep("mnist")["area"] == tuple(range(4, 29)) and len(sweep("cifar10")) == 5


def _card(name: str, matrix: Matrix, train_accuracy: float, test_accuracy: float) -> Card:
    recipe = {**splits.plan(), **dropout.plan()}[name].recipe
    epoch = {"epoch": recipe.epochs, "running_accuracy": 0.5, "train_accuracy": train_accuracy,
             "validation_accuracy": metrics.accuracy(matrix), "validation_confusion": matrix}  # fmt: skip
    return Card(name, recipe, {"train": 1}, (epoch,), {"test_accuracy": test_accuracy})


def test_dropout_rates_are_means_over_seeds_with_their_spread() -> None:
    cards = {f"dropout-arc1-0.3-seed{seed}": _card(f"dropout-arc1-0.3-seed{seed}", [[1]], 0.9, test)
             for seed, test in enumerate((0.80, 0.82, 0.84))}  # fmt: skip
    (row,) = dropout.tables(cards)["rates"]
    assert (row["network"], row["rate"], row["test_accuracy"]) == ("arc1", 0.3, pytest.approx(0.82))
    assert row["test_accuracy_spread"] == pytest.approx(0.02) and row["gap"] == pytest.approx(0.08) and len(row["runs"]) == 3


def test_a_k_fold_estimate_is_the_mean_of_its_folds_and_waits_for_all_of_them() -> None:
    matrices = [[[3, 1], [0, right]] for right in range(5)]
    cards = {f"splits-k-fold-0-{fold}": _card(f"splits-k-fold-0-{fold}", matrix, 1.0, 0.9) for fold, matrix in enumerate(matrices)}
    (draw,) = splits.tables(cards)["draws"]
    assert draw["trainings"] == 5 and draw["held_out_by_class"] == [20, 10]
    assert draw["validation_accuracy"] == pytest.approx(sum(map(metrics.accuracy, matrices)) / 5)
    (method,) = splits.tables(cards)["methods"]
    assert method["validation_accuracy_spread"] is None and method["rarest_least"] == 2
    del cards["splits-k-fold-0-3"]
    assert splits.tables(cards)["draws"] == []


def test_the_riddle_names_the_class_that_attracts() -> None:
    matrix = [[5 if guess == 3 else int(guess == truth) for guess in range(10)] for truth in range(10)]
    classes = ["plane", "car", "bird", "cat", *"abcdef"]
    card = Card("cifar10-32", resolution.plan()["cifar10-32"].recipe, {"classes": classes}, (), {}, {"area": {"8": matrix}})
    (row,) = resolution.riddle({"cifar10-32": card})
    assert (row["attractor"], row["attracted"], row["filter"], row["resolution"]) == ("cat", 50, "area", 8)
    assert row["cat_recall"] == 1.0 and row["cat_precision"] == pytest.approx(0.1)
