"""The riddle of study 1: lowered logits against scikit-learn, and claims that count over networks."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

from core.pretrained.outputs import Outputs
from core.studies import resolution_riddle
from core.studies.resolution import RiddleRow

CLASSES, IMAGES, CAT = 10, 3000, 3


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    """Answers that are often right, with one class whose logit is too high at 8 pixels."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, CLASSES, IMAGES).astype(np.uint8)
    logits = draw.normal(size=(IMAGES, CLASSES))
    logits[np.arange(IMAGES), labels] += 2
    blurred = logits.copy()
    blurred[:, CAT] += 1.5
    return Outputs(labels, {32: logits.astype(np.float16), 8: blurred.astype(np.float16)})


@pytest.mark.parametrize("by", [0.0, 0.7, 3.0, 6.0])
def test_a_lowered_logit_gives_scikit_learns_scores(outputs: Outputs, by: float) -> None:
    shifted = outputs.logits[8].astype(np.float64)
    shifted[:, CAT] -= np.float32(by)
    guess = shifted.astype(np.float32).argmax(axis=1)
    (row,) = resolution_riddle.lowering(outputs, 8, CAT, [by])
    assert resolution_riddle.lowered(outputs, 8, CAT, by) == confusion_matrix(outputs.labels, guess, labels=range(CLASSES)).tolist()
    assert row.accuracy == pytest.approx(accuracy_score(outputs.labels, guess))
    for name, score in (("recall", recall_score), ("precision", precision_score)):
        value = {"recall": row.recall, "precision": row.precision}[name]
        assert value == pytest.approx(score(outputs.labels, guess, labels=[CAT], average=None, zero_division=0)[0])
    assert row.predicted == (guess == CAT).sum()


def test_lowering_by_what_was_too_much_is_best(outputs: Outputs) -> None:
    rows = resolution_riddle.lowering(outputs, 8, CAT)
    assert resolution_riddle.best(rows).by == pytest.approx(1.5, abs=0.5)
    assert resolution_riddle.best(rows).accuracy > rows[0].accuracy
    assert [row.predicted for row in rows] == sorted((row.predicted for row in rows), reverse=True)
    assert resolution_riddle.best([resolution_riddle.LoweredRow(by, 0.5, 0.5, 0.5, 1) for by in (1.0, 0.2)]).by == 0.2
    assert len(outputs.logits[8]) == IMAGES and outputs.logits[8].dtype == np.float16, "the kept answers stay as they were"


def test_the_pull_is_the_mean_distance_over_the_other_pictures(outputs: Outputs) -> None:
    lifted = resolution_riddle.pull(outputs, 8, CAT) - resolution_riddle.pull(outputs, 32, CAT)
    assert lifted == pytest.approx(1.5 - 1.5 / CLASSES, abs=1e-3)
    others = outputs.logits[32].astype(float)[outputs.labels != CAT]
    assert resolution_riddle.pull(outputs, 32, CAT) == pytest.approx((others[:, CAT] - others.mean(1)).mean())


def row(
    run: str, side: int, recall: float, precision: float, predicted: int, preset: str = "report", filter: str = "area", attractor: str = "cat"
) -> RiddleRow:
    """A network at one side, whose attractor has the scores of 'cat'."""
    return RiddleRow(run, preset, 0, filter, side, 0.5, attractor, predicted, recall, precision, predicted, recall, precision)


def test_cat_is_explained_where_recall_rises_precision_falls_and_the_count_grows() -> None:
    rows = [row("a", 32, 0.6, 0.6, 1000), row("a", 8, 0.5, 0.2, 2500), row("a", 16, 0.8, 0.2, 4000),
            row("b", 32, 0.6, 0.6, 1000, preset="fast"), row("b", 16, 0.7, 0.65, 1077, preset="fast"),
            row("c", 32, 0.6, 0.6, 1000), row("c", 16, 0.3, 0.2, 1500), row("d", 32, 0.6, 0.6, 1000)]  # fmt: skip
    found = {cat.run: cat for cat in resolution_riddle.cats(rows, "area")}
    assert found["a"].explained and found["a"].peak == 16 and found["a"].precision[8] == 0.2
    assert found["b"].rises and not found["b"].falls and not found["b"].explained
    assert not found["c"].rises and found["c"].peak == 32
    assert "d" not in found, "one side alone says nothing"
    assert resolution_riddle.cats(rows, "nearest") == []
    assert resolution_riddle.count(found.values(), lambda cat: cat.explained) == resolution_riddle.Count(1, 3, 1, 2)


@pytest.mark.parametrize(
    ("holds", "of", "enough", "confirmed"),
    [(3, 3, True, True), (2, 3, True, False), (2, 2, False, False), (0, 0, False, False)],
)
def test_a_claim_is_confirmed_by_three_seeds_of_the_reports_recipe_alone(holds: int, of: int, enough: bool, confirmed: bool) -> None:
    found = resolution_riddle.Count(holds + 3, of + 3, holds, of)
    assert (found.enough, found.confirmed) == (enough, confirmed)


def attractors(**by_filter: list[str]) -> list[resolution_riddle.AttractorRow]:
    rows = [row(f"run{place}", 8, 0.8, 0.2, 3000 + place, filter=filter, attractor=name)
            for filter, names in by_filter.items() for place, name in enumerate(names)]  # fmt: skip
    return resolution_riddle.attractors(rows, 8)


def test_the_attractor_of_a_filter_is_what_most_networks_predict_most() -> None:
    (found,) = attractors(area=["cat", "bird", "cat"])
    assert (found.attractor, found.agreed.holds, found.agreed.of) == ("cat", 2, 3)
    assert found.attracted == 3001, "the mean of those that agree"
    assert resolution_riddle.attractors([row("a", 8, 0.8, 0.2, 3000)], 16) == []


@pytest.mark.parametrize(
    ("area", "nearest", "verdict"),
    [(["cat", "cat"], ["truck", "truck"], "filter"), (["cat", "bird", "cat"], ["truck"], "both"),
     (["cat", "cat"], ["cat"], "nothing"), (["cat", "bird", "cat"], ["cat"], "network")],
)  # fmt: skip
def test_what_decides_follows_from_who_agrees(area: list[str], nearest: list[str], verdict: str) -> None:
    assert resolution_riddle.decides(attractors(area=area, nearest=nearest)) == verdict
