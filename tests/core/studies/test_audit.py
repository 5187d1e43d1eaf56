"""The audit's checks: right against scikit-learn and by trying all values; silent on tables that are true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from core.datasets.files import SOURCES
from core.pretrained.cards import Card
from core.studies import architectures, audit, published, resolution
from core.vocabulary import metrics
from core.vocabulary.records import Facts
from tests import run_records


def true_matrix(seed: int, share: float = 0.8) -> list[list[int]]:
    """A confusion matrix (10, 10) of 1,000 pictures a class."""
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet(np.ones(10), size=10) * (1 - share) + share * np.eye(10)
    return [draw.multinomial(audit.IMAGES, row / row.sum()).tolist() for row in shares]


def resolution_cards(matrix: list[list[int]]) -> dict[str, Card]:
    plan = resolution.plan()
    sides = {str(side): matrix for side in resolution.FULL}
    return {
        name: run_records.card(name, plan[name].recipe, Facts(classes=SOURCES["cifar10"].classes), evaluations={resolution.FILTER: sides})
        for name in ("cifar10-32", "cifar10-8", "cifar10-fast")
    }


def architecture_cards() -> dict[str, Card]:
    plan, cards = architectures.plan(), {}
    for seed, short in enumerate(audit.RUNS.values()):
        name = f"fashion-{short}"
        epoch = run_records.epoch(3, running_accuracy=0.7, validation_accuracy=0.8)
        result = run_records.result(3, confusion=true_matrix(seed))
        cards[name] = run_records.card(name, plan[name].recipe, Facts(parameters=1), (epoch,), result)
    return cards


# --- means -----------------------------------------------------------------------------------------------------------


def test_a_mean_is_compared_with_what_the_stated_accuracy_may_have_been() -> None:
    rows = {(row.protocol, row.resolution): row for row in audit.means({})}
    assert len(rows) == 6
    # by hand from the report's tables 2 and 4: 740.0, 377.3, 235.5, 707.1 and 600.6 over ten
    found = {cell: (row.mean, row.if_rounded, row.if_cut) for cell, row in rows.items()}
    assert found["totv", 32] == found["tvtv", 32] == (0.74, False, False)
    assert found["totv", 16] == (0.3773, False, False)
    assert found["totv", 8] == (0.2355, True, False)
    assert found["tvtv", 16] == (0.7071, False, True)
    assert found["tvtv", 8] == (0.6006, False, False)
    assert all(row.ours_accuracy is None and row.run is None for row in rows.values())


def test_ours_are_equal_because_they_are_one_matrix() -> None:
    rows = audit.means(resolution_cards(true_matrix(3)))
    there = [row for row in rows if row.run]
    assert {(row.protocol, row.resolution) for row in there} == {("totv", 32), ("totv", 16), ("totv", 8), ("tvtv", 32), ("tvtv", 8)}
    for row in there:
        assert row.run == row.planned, "the report's recipe, not the fast one"
        assert row.ours_mean == pytest.approx(row.ours_accuracy, abs=1e-12) and 0.7 < row.ours_mean < 0.9


def test_the_mean_of_an_epoch_lies_not_above_the_best_of_all_epochs() -> None:
    arc2, arc3 = audit.headlines({})
    assert (arc2.name, arc2.mean, arc2.possible, arc2.train_below_test) == ("Arc2 Adam", 0.9147, True, False)
    assert (arc3.name, arc3.mean, arc3.possible, arc3.train_below_test) == ("Arc3 Adam", 0.9156, False, True)
    assert arc2.ours_below is None
    arc2, _ = audit.headlines(architecture_cards())
    assert arc2.ours_mean == pytest.approx(arc2.ours_test) and arc2.ours_train == 0.7 and arc2.ours_below is True


# --- columns ---------------------------------------------------------------------------------------------------------


def test_equal_entries_are_counted_pair_by_pair() -> None:
    rows = {(row.one, row.other): row for row in audit.equal_columns({})}
    assert len(rows) == 6
    assert {pair: row.printed["accuracy_percent"] for pair, row in rows.items() if row.printed["accuracy_percent"]} == {
        ("Arc2 SGD", "Arc3 Adam"): 9, ("Arc2 SGD", "Arc3 SGD"): 9, ("Arc3 Adam", "Arc3 SGD"): 9,
    }  # fmt: skip
    assert rows["Arc2 Adam", "Arc3 Adam"].printed["f1"] == 3  # trouser 0.98, coat 0.81, bag 0.97
    assert audit.copies() == ["Arc2 SGD", "Arc3 Adam", "Arc3 SGD"]
    assert all(row.ours["f1"] is None and not row.runs for row in rows.values())


def test_our_columns_are_rounded_as_the_report_rounds() -> None:
    cards = architecture_cards()
    same, card = cards["fashion-arc2-adam"].result.confusion, cards["fashion-arc3-adam"]
    result = run_records.result(3, confusion=[list(row) for row in same])
    cards["fashion-arc3-adam"] = replace(card, record=replace(card.record, result=result))
    rows = {(row.one, row.other): row for row in audit.equal_columns(cards)}
    assert rows["Arc2 Adam", "Arc3 Adam"].ours["accuracy_percent"] == 10
    one, other = (metrics.scores(cards[f"fashion-{short}"].result.confusion) for short in ("arc2-adam", "arc2-sgd"))
    agree = sum(f"{a:.2f}" == f"{b:.2f}" for a, b in zip(one.precision, other.precision, strict=True))
    assert rows["Arc2 Adam", "Arc2 SGD"].ours["precision"] == agree
    assert rows["Arc2 Adam", "Arc2 SGD"].runs == ["fashion-arc2-adam", "fashion-arc2-sgd"]


@pytest.mark.parametrize(("f1", "precision"), [(0.66, 0.8), (0.98, 0.99), (0.6, 0.5), (0.97, 0.98)])
def test_an_implied_recall_holds_all_that_rounds_to_the_printed_scores(f1: float, precision: float) -> None:
    """Every recall and precision on a fine grid whose scores round so, tried one by one."""
    p = np.linspace(precision - 0.005, precision + 0.005, 401)[None, :]
    r = np.linspace(0.0005, 1, 4_000)[:, None]
    fits = np.abs(2 * p * r / (p + r) - f1) <= 0.005
    recalls = r[fits.any(axis=1), 0]
    found = audit.implied_recall(f1, precision)
    assert (found.low, found.high) == (pytest.approx(recalls.min(), abs=3e-4), pytest.approx(recalls.max(), abs=3e-4))


def test_scores_with_which_no_recall_goes_are_impossible() -> None:
    nothing = audit.implied_recall(0.98, 0.9)  # F1 above the harmonic mean of 0.905 and 1
    assert nothing.low > nothing.high == 1.0
    assert audit.exact_recall(0.9, 0.4) == float("inf")
    assert not nothing.meets(audit.rounded(1.0, 0.001))


def test_what_the_report_prints_of_study_2() -> None:
    rows = {row.label: row for row in audit.implied("Arc2 Adam", {})}
    assert rows["Shirt"].implied == pytest.approx(0.528 / 0.94) and not rows["Shirt"].possible
    assert rows["Trouser"].possible and rows["Sandals"].possible
    assert audit.impossible("Arc2 SGD") == ["Pullover", "Sneaker", "Bag"]
    assert len(audit.impossible("Arc3 SGD")) == 10
    sums = {row.name: row for row in audit.guesses({})}
    assert sums["Arc3 SGD"].mean_implied == pytest.approx(0.763, abs=5e-4)
    assert sums["Arc3 SGD"].mean_accuracy == pytest.approx(0.9167)
    assert not any(row.by_accuracy for row in sums.values())
    assert [name for name, row in sums.items() if row.by_f1] == ["Arc2 Adam", "Arc3 Adam"]


@pytest.mark.parametrize("seed", range(8))
def test_no_check_blames_a_table_that_is_true(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores of a real matrix, rounded as the report rounds, pass every check."""
    scores = metrics.scores(true_matrix(seed, share=0.5 + 0.05 * seed))
    printed = {
        "accuracy_percent": [round(100 * value, 1) for value in scores.recall],
        "f1": [round(value, 2) for value in scores.f1],
        "precision": [round(value, 2) for value in scores.precision],
    }
    known = published.published()["report"]["architectures"]
    monkeypatch.setitem(known, "per_class", dict.fromkeys(audit.RUNS, printed))
    assert audit.impossible("Arc2 SGD") == []
    assert all(row.by_accuracy and row.by_f1 and row.accuracy_low < row.accuracy_high for row in audit.guesses({}))


def test_our_rows_stand_beside_and_lead_to_their_run() -> None:
    cards = architecture_cards()
    rows = audit.implied("Arc3 SGD", cards)
    scores = metrics.scores(cards["fashion-arc3-sgd"].result.confusion)
    assert [row.ours_recall for row in rows] == list(scores.recall)
    assert {row.run for row in rows} == {"fashion-arc3-sgd"}
    assert [row.ours for row in audit.guesses(cards)] == [10_000] * 4


# --- how to tell -----------------------------------------------------------------------------------------------------


def _averages(row: audit.AverageRow) -> dict[str, float]:
    return {"macro": row.macro, "weighted": row.weighted, "micro": row.micro}


@pytest.mark.parametrize("seed", range(4))
def test_averages_are_those_of_scikit_learn(seed: int) -> None:
    matrix = np.random.default_rng(seed).integers(0, 9, (3, 3))
    matrix[:, seed % 3] = 0  # a class that is never named
    truth, guess = (np.repeat(places.ravel(), matrix.ravel()) for places in np.indices((3, 3)))
    rows = {row.score: row for row in audit.averages(matrix.tolist())}
    for mean in ("macro", "weighted", "micro"):
        p, r, f, _ = precision_recall_fscore_support(truth, guess, labels=range(3), average=mean, zero_division=0)
        assert tuple(_averages(rows[score])[mean] for score in ("precision", "recall", "f1")) == pytest.approx((p, r, f))
    assert rows["f1"].micro == pytest.approx(metrics.accuracy(matrix))


def test_averages_of_nothing_are_nothing() -> None:
    assert all(set(_averages(row).values()) == {0} for row in audit.averages([[0, 0], [0, 0]]))


def test_marks_have_a_precision_and_a_recall() -> None:
    score = audit.marks(("b", "c", "x"), ["a", "b", "c", "d"])
    assert (score.precision, score.recall) == (pytest.approx(2 / 3), 0.5)
    assert (score.found, score.missed, score.false) == (["b", "c"], ["a", "d"], ["x"])
    assert audit.marks((), ["a"]).precision is None
