"""Runs compared image by image and by their seeds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from core.datasets import arrays
from core.export.report import parts
from core.export.report.document import Paragraph
from core.runs import comparison
from core.runs.history import History
from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from core.vocabulary.stats import mcnemar_test, t_test
from tests.core.export.conftest import made_up


class Kept(History):
    """A history that kept these answers to the test set."""

    def __init__(self, guesses: np.ndarray) -> None:
        super().__init__(Path("nowhere"))
        object.__setattr__(self, "guesses", guesses)

    __slots__ = ("guesses",)

    def test_probabilities(self) -> np.ndarray:
        return (np.eye(10, dtype=np.uint8) * 255)[self.guesses]


def answering(wrong: slice, run: str, seed: int = 0) -> Snapshot:
    """A run on the digits that takes some test images for the next class."""
    digits = arrays.read("digits", Path("nowhere"))
    truth = digits.labels[digits.train_size :]
    guesses = truth.copy()
    guesses[wrong] = (guesses[wrong] + 1) % 10
    found = made_up(preset("quick", "digits").changed(epochs=1, seed=seed))
    result = dataclasses.replace(found.record.result or pytest.fail(), confusion=metrics.confusion_matrix(truth, guesses, 10).tolist(), test_accuracy=float((guesses == truth).mean()))
    return dataclasses.replace(found, run=run, history=Kept(guesses), record=dataclasses.replace(found.record, result=result))


def test_two_runs_are_compared_image_by_image(tmp_path: Path) -> None:
    first, second = answering(slice(0, 30), "a"), answering(slice(20, 32), "b")
    pair = comparison.compare_two(first, second, tmp_path)
    size = sum(map(sum, first.record.result.confusion)) if first.record.result else 0
    right = [np.ones(size, bool), np.ones(size, bool)]
    right[0][0:30], right[1][20:32] = False, False
    assert pair is not None and pair.difference == mcnemar_test(right[1].tolist(), right[0].tolist())
    assert pair.difference.basis == "pictures" and pair.difference.lead == pytest.approx(18 / size)
    assert sum(change > 0 for change in pair.recall_change) >= 5


def test_without_kept_answers_the_shares_decide(tmp_path: Path) -> None:
    first, second = answering(slice(0, 30), "a"), dataclasses.replace(answering(slice(0, 0), "b"), history=None)
    pair = comparison.compare_two(first, second, tmp_path)
    assert pair is not None and pair.difference.basis == "shares" and pair.difference.lead > 0


def test_a_damaged_history_counts_as_none_and_a_damaged_data_set_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = answering(slice(0, 30), "a"), answering(slice(20, 32), "b")
    (tmp_path / "test.z").write_bytes(b"no such thing")
    pair = comparison.compare_two(first, dataclasses.replace(second, history=History(tmp_path)), tmp_path)
    assert pair is not None and pair.difference.basis == "shares"

    def read(name: str, folder: Path) -> arrays.Arrays:
        raise LabError("labels.gz is truncated")

    monkeypatch.setattr(arrays, "read", read)
    with pytest.raises(LabError, match="truncated"):
        comparison.compare_two(first, second, tmp_path)
    said = parts.mistakes(first, tmp_path)
    assert said == [Paragraph("The mistakes are not shown as images: labels.gz is truncated.")]


def test_runs_on_other_data_or_without_a_test_are_not_compared(tmp_path: Path) -> None:
    first = answering(slice(0, 30), "a")
    other = made_up(preset("report", "fashion-mnist").changed(epochs=1))
    untested = dataclasses.replace(first, record=dataclasses.replace(first.record, result=None))
    assert comparison.compare_two(first, other, tmp_path) is None and comparison.compare_two(first, untested, tmp_path) is None


def test_runs_that_differ_by_the_seed_are_a_group(tmp_path: Path) -> None:
    one, two, three = answering(slice(0, 30), "a"), answering(slice(0, 20), "b", seed=1), made_up(preset("quick", "digits").changed(epochs=2))
    groups = comparison.by_recipe([one, two, three])
    assert [[run.run for run in group.runs] for group in groups] == [["a", "b"], ["abc234"]]
    assert groups[0].spread.count == 2 and groups[0].spread.low == groups[0].accuracies[0] < groups[0].spread.high
    assert comparison.compare_groups(groups[0], groups[1]) == t_test(groups[1].accuracies, groups[0].accuracies)
