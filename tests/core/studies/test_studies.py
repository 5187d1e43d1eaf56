"""The studies' plans and tables: what is planned can run, and every table follows from its cards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.datasets.split_sizes import part_sizes, thinned_counts
from core.datasets.splits import thinned
from core.pretrained.cards import Card
from core.pretrained.plan import sweep
from core.studies import dropout, resolution, splits
from core.studies.registry import STUDIES
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Epoch, Facts, Matrix
from tests import run_records


@pytest.mark.parametrize("name", STUDIES)
def test_every_planned_run_has_parts_of_a_possible_size(name: str) -> None:
    for planned in STUDIES[name].plan().values():
        train, _, test = part_sizes(planned.recipe)
        assert train > 0 and test > 0


def test_an_unbalanced_set_thins_out_by_class_and_the_arithmetic_is_exact() -> None:
    labels = np.tile(np.arange(10), 100)
    kept = thinned(labels, 10, 20.0)
    counts = np.bincount(labels[kept]).tolist()
    assert counts == thinned_counts([100] * 10, 20.0) and (counts[0], counts[-1]) == (100, 5)
    assert np.array_equal(kept, np.sort(kept)) and np.array_equal(thinned(labels, 10, 1.0), np.arange(1000))


def test_a_sweep_goes_from_four_pixels_to_the_original() -> None:
    assert sweep("mnist")["area"] == tuple(range(4, 29)) and len(sweep("cifar10")) == 5


def _card(name: str, matrix: Matrix, train_accuracy: float, test_accuracy: float) -> Card:
    recipe = {**splits.plan(), **dropout.plan()}[name].recipe
    epoch = run_records.epoch(recipe.epochs, running_accuracy=0.5, train_accuracy=train_accuracy,
                              validation_accuracy=metrics.accuracy(matrix), validation_confusion=matrix, seconds=2.0)  # fmt: skip
    facts = Facts(train=1, classes=tuple(str(label) for label in range(len(matrix))))
    return run_records.card(name, recipe, facts, (epoch,), run_records.result(test_accuracy=test_accuracy, confusion=matrix))


def test_dropout_rates_are_means_over_seeds_with_their_spread() -> None:
    cards = {f"dropout-arc1-0.3-seed{seed}": _card(f"dropout-arc1-0.3-seed{seed}", [[1]], 0.9, test)
             for seed, test in enumerate((0.80, 0.82, 0.84))}  # fmt: skip
    (row,) = dropout.rate_rows(cards)
    assert (row.network, row.rate, row.test_accuracy) == ("arc1", 0.3, pytest.approx(0.82))
    assert row.test_accuracy_spread == pytest.approx(0.02) and row.gap == pytest.approx(0.08) and len(row.runs) == 3


def _rate(rate: float, test: float, spread: float | None, validation: float = 0.8, running: float = 0.9, network: str = "arc1") -> dropout.RateRow:
    """Three seeds with this standard deviation; one seed without."""
    tested = [test] if spread is None else [test - spread, test, test + spread]
    return dropout.RateRow(
        network, rate, running, 0.9, validation, test, 0.9 - test, spread, spread, spread, spread, spread, tested, [f"run-{rate:g}"]
    )


@pytest.mark.parametrize(
    ("test", "spread", "words"), [(0.85, 0.02, "outside"), (0.83, 0.02, "inside"), (0.79, 0.02, "none"), (0.85, None, "inside")]
)
def test_a_lead_is_weighed_against_the_seeds(test: float, spread: float | None, words: str) -> None:
    found = dropout.verdict([_rate(0.0, 0.80, 0.02, validation=0.9), _rate(0.5, test, spread)])
    assert found is not None and found.words == words and found.chosen == 0.0 and found.chosen_lead == 0.0


def test_one_seed_of_each_says_nothing() -> None:
    found = dropout.verdict([_rate(0.0, 0.80, None), _rate(0.5, 0.85, None)])
    assert found is not None and found.words == "unknown" and found.difference is None


def test_no_verdict_before_there_is_something_to_compare() -> None:
    assert dropout.verdict([_rate(0.0, 0.8, 0.1)]) is None and dropout.verdict([_rate(0.1, 0.8, 0.1), _rate(0.2, 0.8, 0.1)]) is None


def test_the_rates_at_which_training_lies_below_the_test() -> None:
    assert dropout.below([_rate(0.0, 0.8, 0.1), _rate(0.5, 0.8, 0.1, running=0.7)], lambda row: row.running_accuracy) == [0.5]
    assert dropout.below(dropout.paper(), lambda row: row.train_accuracy) == [0.6, 0.7], "as the paper prints it"


def test_the_paper_stands_beside_arc1_alone() -> None:
    arc1, arc2 = dropout.beside_paper([_rate(0.2, 0.8, 0.1), _rate(0.2, 0.8, 0.1, network="arc2")])
    assert (arc1.paper_train, arc1.paper_test) == (0.9539, 0.8948) and (arc2.paper_train, arc2.paper_test) == (None, None)
    assert dropout.paper_setting() == {"batch": 100, "epochs": 100}


def _epochs(*running: float) -> tuple[Epoch, ...]:
    start = run_records.epoch(0, train_accuracy=0.1, validation_accuracy=0.1)
    rest = [run_records.epoch(n, running_accuracy=r, train_accuracy=r + 0.1, validation_accuracy=0.6) for n, r in enumerate(running, 1)]
    return (start, *rest)


def test_a_curve_is_the_mean_of_the_seeds_by_epoch_without_the_untrained_network() -> None:
    plan = dropout.plan()
    cards = {name: run_records.card(name, plan[name].recipe, Facts(), _epochs(*running))
             for name, running in (("dropout-arc2-0.5-seed0", (0.4, 0.7)), ("dropout-arc2-0.5-seed1", (0.6, 0.9)))}  # fmt: skip
    first, second = dropout.curves(cards, "arc2")
    assert (first.rate, first.epoch, first.running, first.gap) == (0.5, 1, 0.5, pytest.approx(0.0))
    assert second.train == pytest.approx(0.9) and dropout.epochs_below([first, second]) == 1
    assert dropout.curves(cards, "arc1") == ()


def test_the_report_s_case_stands_beside_ours_counted_in_both_ways() -> None:
    card = run_records.card("fashion-arc3-adam", preset("report", "fashion-mnist"), Facts(), _epochs(0.7, 0.85), run_records.result(test_accuracy=0.9))
    arc2, arc3 = dropout.report_cases({"fashion-arc3-adam": card})
    assert arc2.run is None and arc2.running_below is None and not arc2.report_below
    assert (arc3.report_train, arc3.report_test, arc3.report_below) == (0.895, 0.9018, True)
    assert arc3.running_below and arc3.train_below is False and arc3.run == "fashion-arc3-adam"


def test_a_k_fold_estimate_is_the_mean_of_its_folds_and_waits_for_all_of_them() -> None:
    matrices = [[[3, 1], [0, right]] for right in range(5)]
    cards = {f"splits-k-fold-0-{fold}": _card(f"splits-k-fold-0-{fold}", matrix, 1.0, 0.9) for fold, matrix in enumerate(matrices)}
    (draw,) = splits.results(cards).draws
    assert draw.trainings == 5 and draw.held_out_by_class == [20, 10]
    assert draw.validation_accuracy == pytest.approx(sum(map(metrics.accuracy, matrices)) / 5)
    (method,) = splits.results(cards).methods
    assert method.validation_accuracy_spread is None and method.rarest_least == 2
    assert (method.seconds, method.tested) == (10.0, 30) and splits.compare([method], "k-fold", "k-fold") is None
    right = sum(map(metrics.accuracy, matrices)) / 5
    assert method.by_counting == pytest.approx((right * (1 - right) / 30) ** 0.5)
    first, second = splits.results(cards).classes
    assert (first.label, first.images, first.held_out_recall) == ("0", 20, 0.75)
    assert (second.images, second.test_recall) == (10, 1.0)
    assert first.as_dict() == {"class": "0", "pictures": 20, "held_out_recall": 0.75, "test_recall": first.test_recall, "runs": list(cards)}
    del cards["splits-k-fold-0-3"]
    assert splits.results(cards).draws == splits.results(cards).classes == ()


def _method(name: str, draws: int, spread: float, **values: float) -> splits.MethodRow:
    row = splits.MethodRow(
        name, draws, 1, 0.9, spread, spread / (2 * (draws - 1)) ** 0.5, 0.9, spread, spread, 0.9, spread, spread, 100, 0.03, 1, 1, 2.0
    )
    return dataclasses.replace(row, **values)


@pytest.mark.parametrize(
    ("spread", "verdict"), [(0.010, "clear"), (0.0155, "likely"), (0.0195, "open"), (0.0205, "open"), (0.030, "reverse")]
)
def test_whether_a_spread_is_smaller_is_told_with_its_uncertainty(spread: float, verdict: str) -> None:
    found = splits.compare([_method("random", 20, 0.02), _method("stratified", 20, spread)], "random", "stratified")
    assert found is not None and found.verdict == verdict
    assert (found.difference.basis, found.difference.count) == ("spreads", 40) and found.difference.real == (verdict == "clear")
    assert found.uncertainty == pytest.approx(((0.02**2 + spread**2) / 38) ** 0.5)


def test_the_uncertainty_of_a_standard_deviation_is_what_drawing_again_and_again_shows() -> None:
    draw = np.random.default_rng(0).standard_normal((40_000, 20))
    assert float(draw.std(1, ddof=1).std(ddof=1)) == pytest.approx(1 / (2 * 19) ** 0.5, rel=0.03)


def test_for_the_same_cost_the_spread_of_single_draws_shrinks_by_the_root() -> None:
    found = splits.compare([_method("stratified", 20, 0.01), _method("k-fold", 6, 0.004)], "stratified", "k-fold", averaged=5)
    assert found is not None and found.one == pytest.approx(0.01 / 5**0.5) and found.verdict == "open"


def test_a_macro_recall_may_be_nearer_to_a_balanced_test() -> None:
    row = _method("k-fold", 6, 0.01, validation_accuracy=0.98, validation_macro_recall=0.93, test_accuracy=0.90)
    assert splits.gap_to_test(row).nearer and splits.gap_to_test(row).recall == pytest.approx(0.03)
    assert not splits.gap_to_test(dataclasses.replace(row, validation_macro_recall=0.80)).nearer


def test_the_riddle_names_the_class_that_attracts() -> None:
    matrix = [[5 if guess == 3 else int(guess == truth) for guess in range(10)] for truth in range(10)]
    classes = ["plane", "car", "bird", "cat", *"abcdef"]
    card = run_records.card("cifar10-32", resolution.plan()["cifar10-32"].recipe, Facts(classes=tuple(classes)), evaluations={"area": {"8": matrix}})
    (row,) = resolution.riddle({"cifar10-32": card})
    assert (row.attractor, row.attracted, row.filter, row.resolution) == ("cat", 50, "area", 8)
    assert row.cat_recall == 1.0 and row.cat_precision == pytest.approx(0.1)
