"""The last batch: arithmetic by counting, scores against scikit-learn, on answers made up for the test."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from core.pretrained.outputs import Outputs
from core.studies import audit_last_batch

CLASSES = tuple("abcdefghij")


def made_up(sides: tuple[int, ...], count: int = 400, seed: int = 0) -> Outputs:
    """Answers to `count` pictures, of which about two thirds are right."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 10, count).astype(np.uint8)
    logits = {}
    for side in sides:
        seen = draw.normal(size=(count, 10))
        seen[np.arange(count), np.where(draw.random(count) < 0.6, labels, draw.integers(0, 10, count))] += 9
        logits[side] = seen.astype(np.float16)
    return Outputs(labels, logits)


@pytest.fixture
def found() -> audit_last_batch.Answers:
    """Two of three networks are there."""
    return audit_last_batch.answers({"cifar10-32": made_up((32, 24, 16, 8)), "cifar10-8": made_up((8,), seed=1)})


# --- the printed values ----------------------------------------------------------------------------------------------


def test_four_of_the_five_printed_values_are_sixteenths() -> None:
    rows = {row.cell: row for row in audit_last_batch.printed_values()}
    assert {cell: row.sixteenths for cell, row in rows.items()} == {
        "totv-32": 13, "totv-16": pytest.approx(7.6), "totv-8": 5, "tvtv-16": 12, "tvtv-8": 8,
    }  # fmt: skip
    assert [cell for cell, row in rows.items() if not row.whole] == ["totv-16"]
    assert all(row.equal for row in rows.values())
    assert audit_last_batch.odd_values() == [0.475]
    assert audit_last_batch.same_scores() == ["precision", "f1"]


@pytest.mark.parametrize(("parts", "digits"), [(16, 1), (16, 2), (16, 3), (16, 4), (80, 4), (100, 3)])
def test_the_chance_is_a_count(parts: int, digits: int) -> None:
    values = [Fraction(step, 10**digits) for step in range(10**digits + 1)]
    hits = sum((value * parts).denominator == 1 for value in values)
    assert audit_last_batch.chance(parts, digits) == hits / len(values)


def test_the_chance_of_several_is_binomial() -> None:
    each = audit_last_batch.chance(16, 4)
    assert each == 17 / 10_001
    assert audit_last_batch.by_accident(4) == pytest.approx(5 * each**4 * (1 - each) + each**5)
    assert audit_last_batch.at_least(0, 5, 0.3) == pytest.approx(1.0)


# --- batch sizes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", audit_last_batch.SIZES)
def test_the_last_batch_is_what_cutting_leaves(size: int) -> None:
    batches = [range(start, min(start + size, 10_000)) for start in range(0, 10_000, size)]
    assert audit_last_batch.last(size) == len(batches[-1])


def test_a_batch_as_large_as_the_test_set_is_the_test_set() -> None:
    assert audit_last_batch.last(10_000) == audit_last_batch.last(20_000) == 10_000


def test_sixteen_pictures_fit_all_values_but_one_and_eighty_fit_all() -> None:
    rows = {row.size: row for row in audit_last_batch.by_size()}
    assert {size: row.fit for size, row in rows.items() if row.last == 16} == dict.fromkeys((16, 32, 48, 64, 96, 128, 256), 4)
    assert [size for size, row in rows.items() if row.fit == 5] == [80, 160, 320]
    assert rows[100].fit == 2  # 0.75 and 0.5
    # 0.5 where the accuracy is 0.59: the furthest off of the five, in standard deviations of a share among 16
    assert rows[128].off == pytest.approx(abs(0.5 - 0.59) / (0.59 * 0.41 / 16) ** 0.5)


# --- our networks ----------------------------------------------------------------------------------------------------


def test_answers_come_for_the_cells_whose_network_is_there(found: audit_last_batch.Answers) -> None:
    assert list(found) == ["totv-32", "totv-16", "totv-8", "tvtv-8"]
    assert audit_last_batch.answers({}) == {} and audit_last_batch.images({}, 64, CLASSES) == []


@pytest.mark.parametrize(("size", "count"), [(32, 16), (64, 16), (128, 16), (100, 100), (48, 16), (1_000, 400)])
def test_scores_of_the_last_batch_and_of_the_whole_test_set(found: audit_last_batch.Answers, size: int, count: int) -> None:
    for row in audit_last_batch.compared(found, size):
        truth, guess = found[row.cell]
        assert row.of == count and row.right == int((truth[-count:] == guess[-count:]).sum())
        p, r, f, _ = precision_recall_fscore_support(truth[-count:], guess[-count:], average="micro")
        assert (row.micro_precision, row.micro_recall, row.micro_f1) == pytest.approx((p, r, f))
        assert row.batch_accuracy == pytest.approx(p)
        p, _, f, _ = precision_recall_fscore_support(truth, guess, labels=range(10), average="macro", zero_division=0)
        assert (row.macro_precision, row.macro_f1, row.difference) == pytest.approx((p, f, abs(p - f)))
        assert row.accuracy == pytest.approx(accuracy_score(truth, guess))


def test_each_row_names_its_run_and_the_printed_value(found: audit_last_batch.Answers) -> None:
    rows = {row.cell: row for row in audit_last_batch.compared(found, 64)}
    assert {cell: row.run for cell, row in rows.items()} == {
        "totv-32": "cifar10-32", "totv-16": "cifar10-32", "totv-8": "cifar10-32", "tvtv-8": "cifar10-8",
    }  # fmt: skip
    assert (rows["totv-8"].printed, rows["tvtv-8"].printed) == (0.3125, 0.5)


def test_the_last_pictures_one_by_one(found: audit_last_batch.Answers) -> None:
    rows = audit_last_batch.images(found, 64, CLASSES)
    assert [row.number for row in rows] == list(range(384, 400))
    truth, guess = found["totv-16"]
    for row in rows:
        assert row.truth == CLASSES[truth[row.number]] and row.guesses["totv-16"] == CLASSES[guess[row.number]]
        assert set(row.guesses) == set(found)
    right = next(row.right for row in audit_last_batch.compared(found, 64) if row.cell == "totv-16")
    assert sum(row.guesses["totv-16"] == row.truth for row in rows) == right
    assert len(audit_last_batch.images(found, 100, CLASSES)) == 16


def test_the_spread_is_over_all_batches_of_that_length(found: audit_last_batch.Answers) -> None:
    seen = audit_last_batch.spread(found, "totv-32", 64)
    truth, guess = found["totv-32"]
    shares = [accuracy_score(truth[start : start + 16], guess[start : start + 16]) for start in range(0, 400, 16)]
    assert (seen.batches, seen.of) == (25, 16)
    assert (seen.mean, seen.deviation) == pytest.approx((np.mean(shares), np.std(shares)))
    assert (seen.least, seen.most) == pytest.approx((min(shares), max(shares)))
    bars = {bar.low: bar.batches for bar in seen.bars}
    assert bars == {hits: sum(round(16 * share) == hits for share in shares) for hits in bars} and sum(bars.values()) == 25


def test_bars_of_long_batches_are_few_and_hold_every_batch(found: audit_last_batch.Answers) -> None:
    seen = audit_last_batch.spread(found, "totv-8", 100)
    assert sum(bar.batches for bar in seen.bars) == seen.batches == 4
    assert all(bar.high - bar.low == 5 for bar in seen.bars)
