"""Splits drawn again and again: the study's own draws, counted, beside the arithmetic of chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import hypergeom  # type: ignore[import-untyped]

from core.datasets.loading import load
from core.datasets.split_sizes import thinned_counts
from core.datasets.splits import split
from core.studies import split_simulation
from core.studies import splits as study

LABELS = tuple([0] * 60 + [1] * 30 + [2] * 10)


def test_the_set_is_the_study_s() -> None:
    labels = split_simulation.unbalanced(Path("nowhere"))
    digits = load("digits", Path("nowhere"))
    whole = np.bincount(digits.labels[: digits.train_size].numpy()).tolist()
    assert np.bincount(labels).tolist() == thinned_counts(whole, study.IMBALANCE)


@pytest.mark.parametrize("name", ["splits-random-3", "splits-stratified-4", "splits-k-fold-2-1"])
def test_a_draw_is_that_of_the_run_with_its_seed(name: str) -> None:
    recipe = study.plan()[name].recipe
    labels, digits = split_simulation.unbalanced(Path("nowhere")), load("digits", Path("nowhere"))
    parts = split(digits, recipe.split, validation=recipe.validation, folds=recipe.folds, fold=recipe.fold,
                  seed=recipe.split_seed, imbalance=recipe.imbalance)  # fmt: skip
    found = split_simulation.counts(labels, split_simulation.parts(labels, recipe.split, recipe.split_seed))
    held_out = found[recipe.fold if recipe.split == "k-fold" else split_simulation.HELD_OUT]
    assert held_out.tolist() == np.bincount(digits.labels[parts.validation].numpy(), minlength=10).tolist()


def test_every_picture_falls_into_one_part() -> None:
    folds = split_simulation.counts(LABELS, split_simulation.parts(LABELS, "k-fold", 0))
    assert folds.tolist() == [[12, 6, 2]] * study.FOLDS
    for method in ("random", "stratified"):
        table = split_simulation.counts(LABELS, split_simulation.parts(LABELS, method, 1))
        assert table.sum(axis=0).tolist() == [60, 30, 10] and table.sum(axis=1).tolist() == [80, 20]
    assert split_simulation.shares(folds).tolist() == [[0.6, 0.3, 0.1]] * study.FOLDS
    assert split_simulation.held_out_size(LABELS) == 20


@pytest.mark.parametrize(("everyone", "rare", "held_out"), [(490, 7, 98), (30, 2, 6), (10, 9, 2), (4, 1, 4)])
def test_the_chance_of_an_absent_class_is_hypergeometric(everyone: int, rare: int, held_out: int) -> None:
    expected = hypergeom(everyone, rare, held_out).pmf(0)
    assert split_simulation.chance_absent(everyone, rare, held_out) == pytest.approx(expected)


def test_random_leaves_a_rare_class_out_as_often_as_chance_says_and_the_others_never() -> None:
    labels = tuple([0] * 40 + [1] * 5)
    seen = split_simulation.rarest_held_out(labels, "random", 400)
    chance = split_simulation.chance_absent(45, 5, 9)
    assert seen.absent == pytest.approx(chance, abs=4 * (chance * (1 - chance) / 400) ** 0.5)
    assert (seen.draws, seen.least) == (400, 0) and seen.mean == pytest.approx(1.0, abs=0.2)
    for method in ("stratified", "k-fold"):
        held = split_simulation.rarest_held_out(labels, method, 40)
        assert (held.absent, held.least, held.most, held.mean) == (0.0, 1, 1, 1.0)
