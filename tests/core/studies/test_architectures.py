"""Study 2 beside the published numbers: every sentence of the page rests on one of these."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score, precision_score, recall_score

from core.pretrained.cards import FOLDER
from core.pretrained.outputs import Outputs, write_outputs
from core.studies import architectures
from core.studies import architectures_comparison as beside
from core.studies.published import published
from core.studies.registry import STUDIES
from tests.architectures_cards import IMAGES, card, everything, labels, outputs


def test_results_have_a_complete_row_for_each_run() -> None:
    made = everything()
    rows = STUDIES["architectures"].as_json(made)["results"]
    assert [row["run"] for row in rows] == list(architectures.plan())
    for row in rows:
        assert len(row["recall"]) == len(row["precision"]) == len(row["f1"]) == 10
        assert row["test_accuracy"] == pytest.approx(made[row["run"]].result.test_accuracy)


def test_the_best_epoch_s_validation_stands_beside_the_test() -> None:
    made = {"fashion-arc2-adam": card("fashion-arc2-adam", 0.9, curve=[0.7, 0.88, 0.91, 0.9])}
    (row,) = beside.report_rows(made)
    assert (row.best_epoch, row.validation_accuracy, row.title) == (3, 0.91, "Arc2 Adam")
    assert row.report_test == pytest.approx(0.9164) and row.report_train == pytest.approx(0.9316)
    assert (row.last_running_accuracy, row.last_validation_accuracy) == (pytest.approx(0.89), 0.9)


def test_what_the_report_does_not_print_is_none() -> None:
    rows = {row.name: row for row in beside.report_rows(everything())}
    assert list(rows) == list(architectures.REPORT)
    assert rows["arc2-sgd"].report_test is None and beside.verdict(0.9, None, IMAGES) is None


@pytest.mark.parametrize(("printed", "expected"), [(0.85, "reached"), (0.91, "within"), (0.95, "below")])
def test_a_verdict_tells_missing_from_what_the_test_set_leaves_open(printed: float, expected: str) -> None:
    found = beside.verdict(0.9, printed, images=200)  # a margin of 4.2 points
    assert found is not None and found.reached == expected and found.gap == pytest.approx(printed - 0.9)


def test_sgd_is_compared_with_adam_on_the_same_network() -> None:
    made = {f"fashion-{name}": card(f"fashion-{name}", 0.95 if "adam" in name else 0.8) for name in architectures.REPORT}
    two, three = beside.pairs(beside.report_rows(made), FOLDER)
    assert (two.network, three.network) == ("Arc2", "Arc3")
    assert two.difference.real and two.difference.lead == pytest.approx(two.adam - two.sgd)
    printed = published()["report"]["architectures"]["per_class"]
    assert two.printed_below == int(np.sum(np.less(printed["Arc2 SGD"]["f1"], printed["Arc2 Adam"]["f1"])))
    del made["fashion-arc2-sgd"]
    assert [pair.network for pair in beside.pairs(beside.report_rows(made), FOLDER)] == ["Arc3"]


def test_the_rows_of_a_class_are_scikit_learn_s() -> None:
    guesses = outputs(0.8, 3).logits[28].argmax(1)
    rows = beside.class_rows("arc3-sgd", card("fashion-arc3-sgd", 0.8, seed=3))
    for score, function in (("recall", recall_score), ("precision", precision_score), ("f1", f1_score)):
        assert [row.pair(score)[0] for row in rows] == pytest.approx(function(labels(), guesses, average=None).tolist())
    assert rows[6].report_recall == pytest.approx(0.867) and rows[6].report_f1 == 0.6 and rows[6].label == "Shirt"


def test_the_paper_s_rows_carry_its_accuracies_and_epochs() -> None:
    rows = beside.paper_rows(everything())
    assert len(rows) == 12 and {row.paper_epochs for row in rows} == {50}
    found = {(row.dataset, row.title): row for row in rows}
    assert found["mnist", "Arc5 Adam"].paper_test == pytest.approx(0.9955) and found["mnist", "Arc5 Adam"].epochs == 6
    assert found["fashion-mnist", "Arc1"].run == "fashion-arc1" and found["fashion-mnist", "Arc1"].paper_train == pytest.approx(0.996)


def result(title: str, share: float, run: str) -> beside.PaperRow:
    """A row with this test accuracy on IMAGES test images, of a run of this name."""
    (row,) = beside.paper_rows({"fashion-arc1": card("fashion-arc1")})
    return dataclasses.replace(row, title=title, test_accuracy=share, run=run, confusion=[[IMAGES]])


def test_a_contest_needs_two_and_knows_its_margin() -> None:
    rows = [result(name, share, f"no-{name}") for name, share in (("a", 0.8), ("b", 0.9), ("c", 0.85))]
    assert beside.ranking(rows[:1], FOLDER) is None
    found = beside.ranking(rows, FOLDER)
    assert found is not None and (found.best, found.second, found.last) == ("b", "c", "a")
    assert (found.lead, found.range) == (pytest.approx(0.05), pytest.approx(0.1))
    assert found.to_second.lead == pytest.approx(0.05) and found.to_last.p < found.to_second.p


def test_optimizers_are_means_over_seeds_and_one_that_only_the_paper_has_stays_without_ours() -> None:
    made = {f"fashion-arc1-adam-seed{seed}": card(f"fashion-arc1-adam-seed{seed}", 0.9, seed=seed) for seed in (0, 1, 2)}
    made["fashion-arc1-sgd-seed0"] = card("fashion-arc1-sgd-seed0", 0.7)
    sgd, adam, adadelta = beside.optimizer_rows(made)
    tested = [made[f"fashion-arc1-adam-seed{seed}"].result.test_accuracy for seed in (0, 1, 2)]
    assert (adam.mean, adam.spread, adam.seeds) == (pytest.approx(mean(tested)), pytest.approx(stdev(tested)), 3)
    assert adam.paper_test == pytest.approx(0.8859) and sgd.spread is None
    assert adadelta.mean is None and adadelta.paper_test == pytest.approx(0.89)
    assert [row.optimizer for row in beside.ranked([sgd, adam, adadelta], beside.our_mean)] == ["Adam", "SGD"]
    against = beside.neighbours(adam, sgd)
    assert against and against.basis == "seeds" and against.count == 4, "one of them may have a single seed"
    assert beside.neighbours(dataclasses.replace(adam, tested=[0.9]), sgd) is None


def test_answers_that_are_kept_are_compared_picture_by_picture(tmp_path: Path) -> None:
    """Networks that are right about mostly the same pictures differ by more than chance where their shares alone do not tell."""
    rows = [result(name, share, run=name) for name, share in (("a", 0.80), ("b", 0.784))]
    assert beside.difference(*rows, folder=tmp_path).basis == "shares"
    truth, best = labels(), np.zeros((IMAGES, 10), np.float16)
    best[np.arange(IMAGES), (truth + (np.arange(IMAGES) % 5 == 0)) % 10] = 1
    worse, flipped = best.copy(), np.flatnonzero(np.arange(IMAGES) % 5)[:16]
    worse[flipped] = np.roll(worse[flipped], 1, axis=1)
    for name, logits in (("a", best), ("b", worse)):
        write_outputs(name, Outputs(truth.astype(np.uint8), {28: logits}), tmp_path)
    assert beside.difference(dataclasses.replace(rows[0], test_accuracy=0.7), rows[1], folder=tmp_path).basis == "shares", "answers of another run"
    found = beside.difference(*rows, folder=tmp_path)
    assert found.basis == "pictures" and found.lead == pytest.approx(16 / IMAGES) and found.real
    assert found.p == pytest.approx(binomtest(16, 16).pvalue)
    assert not beside.two_proportion_test(0.80, 0.784, IMAGES).real, "taken as independent they would not differ"


def test_a_restless_curve_has_the_larger_wiggle() -> None:
    restless = [0.8 + 0.02 * (-1) ** number for number in range(20)]
    calm = [0.8 + 0.001 * number for number in range(20)]
    made = {"fashion-batch-16": card("fashion-batch-16", curve=restless), "fashion-batch-1024": card("fashion-batch-1024", curve=calm)}
    small, large = beside.batch_rows(made)
    assert small.accuracy_wiggle == pytest.approx(np.diff(restless[10:]).std(ddof=1)) and large.accuracy_wiggle == pytest.approx(0, abs=1e-9)
    assert (small.steps, large.steps) == (375, 6) and small.images == 1500
    assert beside.falls([3.0, 2.0, 1.0]) and not beside.falls([3.0, 1.0, 2.0]) and not beside.falls([3.0, None])


def test_curves_begin_with_the_first_trained_epoch() -> None:
    rows = beside.curve_rows("x", card("fashion-arc4", epochs=3))
    assert [row.epoch for row in rows] == [1, 1, 2, 2, 3, 3] and {row.part for row in rows} == {"training", "validation"}


def test_a_missing_run_leaves_its_row_out() -> None:
    for rows in (beside.report_rows, beside.paper_rows, beside.batch_rows):
        assert rows({}) == ()
    assert [row.mean for row in beside.optimizer_rows({})] == [None]
