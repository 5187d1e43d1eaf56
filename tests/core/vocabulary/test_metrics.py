"""Scores against scikit-learn on random matrices, absent and never guessed classes included."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn import metrics as sklearn

from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.metrics import Macro, class_table, confusion_matrix, macro, normalised, scores

# class 0: 3 of 4 found; class 1: never guessed; class 2: absent but guessed once; class 3: occurs nowhere
HAND = [[3, 0, 1, 0], [2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def random_answers(seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Truth, guess and the number of classes; often some classes are absent, never guessed, or both."""
    draw = np.random.default_rng(seed)
    classes, count = int(draw.integers(1, 12)), int(draw.integers(1, 200))
    true_ones = draw.choice(classes, size=draw.integers(1, classes + 1), replace=False)
    guessed_ones = draw.choice(classes, size=draw.integers(1, classes + 1), replace=False)
    truth, guess = draw.choice(true_ones, count), draw.choice(guessed_ones, count)
    right = draw.random(count) < draw.random()
    return truth, np.where(right & np.isin(truth, guessed_ones), truth, guess), classes


@pytest.mark.filterwarnings("ignore::UserWarning")  # scikit-learn warns of answers with a single class
@pytest.mark.parametrize("block", range(10))
def test_all_scores_agree_with_scikit_learn(block):
    for seed in range(50 * block, 50 * block + 50):
        truth, guess, classes = random_answers(seed)
        labels = range(classes)
        matrix = confusion_matrix(truth, guess, classes)
        assert matrix.dtype == np.int64
        assert np.array_equal(matrix, sklearn.confusion_matrix(truth, guess, labels=labels))

        ours = (
            metrics.precision(matrix),
            metrics.recall(matrix),
            metrics.f1(matrix),
            metrics.support(matrix),
        )
        theirs = sklearn.precision_recall_fscore_support(truth, guess, labels=labels, zero_division=0)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        mean = sklearn.precision_recall_fscore_support(
            truth, guess, labels=labels, zero_division=0, average="macro"
        )
        averages = macro(matrix)
        assert (averages.precision, averages.recall, averages.f1) == pytest.approx(mean[:3], rel=1e-12)
        assert metrics.accuracy(matrix) == pytest.approx(sklearn.accuracy_score(truth, guess), rel=1e-12)
        rows = sklearn.confusion_matrix(truth, guess, labels=labels, normalize="true")
        np.testing.assert_allclose(normalised(matrix), rows, rtol=1e-12)


def test_the_random_answers_cover_the_hard_cases():
    absent = never_guessed = both = 0
    for seed in range(500):
        matrix = confusion_matrix(*random_answers(seed))
        no_truth, no_guess = metrics.support(matrix) == 0, metrics.predicted(matrix) == 0
        absent += bool((no_truth & ~no_guess).any())
        never_guessed += bool((no_guess & ~no_truth).any())
        both += bool((no_truth & no_guess).any())
    assert min(absent, never_guessed, both) > 100


def test_macro_averages_over_all_classes_and_not_only_over_those_that_occur():
    """Which of scikit-learn's two macro averages ours is: the one with `labels=range(C)`."""
    truth, guess = [0, 0, 0, 0, 1, 1], [0, 0, 0, 2, 0, 0]  # HAND as lists; class 3 occurs nowhere
    options = {"zero_division": 0, "average": "macro"}
    assert confusion_matrix(truth, guess, 4).tolist() == HAND
    assert macro(HAND).recall == sklearn.recall_score(truth, guess, labels=range(4), **options) == 0.75 / 4
    assert sklearn.recall_score(truth, guess, **options) == 0.75 / 3


def test_macro_f1_is_the_mean_of_f1_and_not_the_f1_of_the_means():
    averages = macro([[1, 9], [0, 1]])  # precision 1 and 0.1, recall 0.1 and 1, F1 of both 2/11
    assert (averages.precision, averages.recall) == (0.55, 0.55)
    assert averages.f1 == pytest.approx(2 / 11)


def test_by_hand():
    found = scores(HAND)
    assert found.confusion == tuple(tuple(row) for row in HAND)
    assert found.accuracy == 0.5
    assert found.support == (4, 2, 0, 0)
    assert found.predicted == (5, 0, 1, 0)
    assert found.recall == (0.75, 0, 0, 0)
    assert found.precision == (0.6, 0, 0, 0)
    assert found.f1 == pytest.approx((2 / 3, 0, 0, 0))
    assert found.macro == Macro(precision=0.15, recall=0.1875, f1=pytest.approx(1 / 6))
    assert normalised(HAND).tolist() == [[0.75, 0, 0.25, 0], [1, 0, 0, 0], [0] * 4, [0] * 4]


def test_a_matrix_without_a_picture_scores_zero_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores(np.zeros((3, 3), np.int64))
    assert (found.accuracy, found.macro) == (0.0, Macro(0.0, 0.0, 0.0))
    assert found.recall == found.precision == found.f1 == (0.0, 0.0, 0.0)
    assert confusion_matrix([], [], 2).tolist() == [[0, 0], [0, 0]]


def test_scores_are_plain_numbers_that_json_keeps():
    found = scores(np.array(HAND))
    again = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert again["confusion"] == HAND
    assert again["macro"] == {"precision": found.macro.precision, "recall": 0.1875, "f1": found.macro.f1}
    assert scores(again["confusion"]) == found


def test_class_table():
    table = class_table(HAND, ["plane", "car", "bird", "cat"])
    counted = {"class": "plane", "support": 4, "predicted": 5}
    assert table[0] == counted | {"precision": 0.6, "recall": 0.75, "f1": pytest.approx(2 / 3)}
    assert [row["class"] for row in table] == ["plane", "car", "bird", "cat"]
    assert {type(value) for row in table for value in row.values()} == {str, int, float}


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda rows: np.array(rows, np.uint8)])
def test_lists_and_arrays_of_any_integer_type(kind):
    """int8 and uint8 would overflow if they were summed as they are."""
    matrix = kind([[200, 100], [50, 250]])
    assert metrics.support(matrix).tolist() == [300, 300]
    assert metrics.accuracy(matrix) == 0.75
    labels = np.array([0, 11, 15], np.int8)
    assert confusion_matrix(labels, labels, 16).trace() == 3


def test_counts_beyond_32_bits():
    assert metrics.recall([[3 * 10**9, 10**9], [0, 1]]).tolist() == [0.75, 1.0]


@pytest.mark.parametrize(
    ("truth", "guess", "classes", "message"),
    [
        ([0, 1], [0], 2, "as many guesses as truths are needed, not 1 for 2"),
        ([0, 2], [0, 1], 2, "class numbers must be 0 ... 1, not 2"),
        ([0, 1], [-1, 1], 2, "class numbers must be 0 ... 1, not -1"),
        ([0.5], [0], 2, "class numbers must be whole numbers, not float64"),
        ([[0], [1]], [0, 1], 2, "class numbers must be a list (N,), not of shape (2, 1)"),
        ([0], [0], 0, "classes must be a whole number from 1, not 0"),
    ],
)
def test_answers_that_cannot_be_counted(truth, guess, classes, message):
    with pytest.raises(LabError) as caught:
        confusion_matrix(truth, guess, classes)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2]], "a confusion matrix must be square, (C, C), not of shape (1, 2)"),
        ([1, 2], "a confusion matrix must be square, (C, C), not of shape (2,)"),
        ([], "a confusion matrix must be square, (C, C), not of shape (0,)"),
        ([[1, -2], [0, 1]], "a confusion matrix counts pictures, from 0 up, not -2"),
        ([[0.5, 0], [0, 1]], "a confusion matrix's entries must be whole numbers, not float64"),
        ([[1, 2], [3]], "a confusion matrix's entries must form a full grid, every row of the same length"),
    ],
)
@pytest.mark.parametrize(
    "score",
    [
        *(metrics.accuracy, metrics.recall, metrics.precision, metrics.f1),
        metrics.support,
        macro,
        normalised,
        scores,
    ],
)
def test_what_is_no_confusion_matrix(score, matrix, message):
    with pytest.raises(LabError) as caught:
        score(matrix)
    assert str(caught.value) == message


def test_class_names_must_fit():
    with pytest.raises(LabError, match="4 class names are needed, not 2"):
        class_table(HAND, ["plane", "car"])


@pytest.mark.slow
def test_needs_no_torch():
    check = "import sys, core.vocabulary.metrics; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_examples_in_the_docstrings():
    failed, attempted = doctest.testmod(metrics)
    assert attempted > 0 and failed == 0
