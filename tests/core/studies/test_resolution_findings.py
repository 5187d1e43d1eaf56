"""What study 1 answers: comparisons that are fair, ranges, the filter that fits; against numbers worked out by hand."""

from __future__ import annotations

import dataclasses

import pytest

from core.pretrained.cards import Card
from core.studies import resolution_findings as answers
from core.studies.published import report_recall, report_score
from core.studies.resolution import FILTER, CurvePoint, cells, plan
from core.vocabulary import metrics
from core.vocabulary.records import Facts, Matrix
from tests import run_records

CLASSES = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def matrix(*recalls: float) -> Matrix:
    """1,000 pictures of each class with these recalls (one: of all); the rest is called the next class."""
    shares = recalls if len(recalls) > 1 else recalls * 10
    found = [[0] * 10 for _ in range(10)]
    for place, share in enumerate(shares):
        found[place][place] = round(1000 * share)
        found[place][(place + 1) % 10] += 1000 - round(1000 * share)
    return found


def card(name: str, filter: str = FILTER, train: float = 0.9, **at: float | Matrix) -> Card:
    """`card("cifar10-8", at_8=0.6)`: a planned run with an accuracy at some sides."""
    sides = {side.removeprefix("at_"): value if isinstance(value, list) else matrix(value) for side, value in at.items()}
    epochs = (run_records.epoch(1, seconds=90.0, train_accuracy=train),)
    facts = Facts(classes=tuple(CLASSES), shape=(3, 32, 32))
    return run_records.card(name, plan()[name].recipe, facts, epochs, run_records.result(test_accuracy=0.75), {filter: sides})


def made(*cards: Card) -> dict[str, Card]:
    return {one.name: one for one in cards}


def test_a_cell_is_answered_by_the_first_of_its_runs_that_is_there() -> None:
    there = made(card("cifar10-fast", at_32=0.7, at_8=0.3), card("cifar10-8", at_8=0.6))
    table = cells(there)
    assert [cell.run for cell in table.variants("cifar10", "totv", 8)] == ["cifar10-32", "cifar10-fast"]
    assert table.answering("cifar10", "totv", 8).run == "cifar10-fast" and table.answering("cifar10", "totv", 8).accuracy == pytest.approx(0.3)
    assert table.answering("cifar10", "mixed", 8).run == "cifar10-mixed" and table.answering("cifar10", "mixed", 8).card is None
    own = table.by_recipe("fast", "cifar10", "tvtv", 8)
    assert own and own.run == "cifar10-fast-8" and own.scores is None
    assert table.nearest_recipe("fast", "cifar10", "tvtv", 8).run == "cifar10-8", "the other recipe stands in"
    assert table.by_recipe("report", "cifar10", "tvtv", 24) is None
    assert [(cell.protocol, cell.side) for cell in table.tested("cifar10")] == [("totv", 32), ("totv", 8), ("tvtv", 32), ("tvtv", 8)]


def test_the_table_is_worked_out_once_for_the_same_cards() -> None:
    there = made(card("cifar10-32", at_32=0.75), card("cifar10-8", at_8=0.6))
    table = cells(there)
    assert cells(dict(there)) is table
    del there["cifar10-8"]
    assert cells(there) is not table and cells(there).answering("cifar10", "tvtv", 8).card is None
    changed = cells({"cifar10-32": card("cifar10-32", at_32=0.5)})
    assert changed.answering("cifar10", "totv", 32).accuracy == pytest.approx(0.5), "a card of the same name that is another"


def test_every_run_of_the_plan_but_the_other_seeds_answers_for_a_cell() -> None:
    seeds = {name for name in plan() if "seed" in name}
    assert {cell.run for cell in cells({}).every} == set(plan()) - seeds
    assert all(cell.preset == plan()[cell.run].recipe.preset for cell in cells({}).every)


def test_mixed_is_compared_with_both_and_says_whose_recipe_is_whose() -> None:
    there = made(
        card("cifar10-mixed", at_32=0.70, at_24=0.69, at_16=0.65), card("cifar10-32", at_32=0.75),
        card("cifar10-24", at_24=0.68), card("cifar10-fast", at_32=0.76, at_24=0.5), card("cifar10-fast-seed1", at_32=0.74, at_24=0.6),
        card("cifar10-16", at_16=0.66),
    )  # fmt: skip
    full, middle, small = answers.mixed_against_tvtv(there, "cifar10")
    assert (full.resolution, full.difference, full.tvtv_run) == (32, pytest.approx(-0.06), "cifar10-fast")
    assert full.gain == pytest.approx(-0.05) and full.same_recipe
    assert (middle.same_recipe, middle.difference, middle.gain) == (True, pytest.approx(0.01), pytest.approx(0.14))
    assert (small.same_recipe, small.tvtv_preset, small.mixed_preset) == (False, "report", "fast"), "no other is there"
    width = answers.yardstick(there, "cifar10")
    assert width and width.width == pytest.approx(0.02) and width.count == 2
    assert answers.yardstick(made(card("cifar10-fast", at_32=0.7)), "cifar10") is None, "one seed has no spread"
    assert answers.mixed_against_tvtv({}, "mnist") == []


def test_what_a_protocol_loses() -> None:
    there = made(card("cifar10-fast", at_32=0.75, at_8=0.25), card("cifar10-32", at_32=0.9, at_8=0.1), card("cifar10-8", at_8=0.6))
    assert answers.loss_of(there, "cifar10", "totv") == pytest.approx(0.5), "by the recipe that the protocols are compared by"
    assert answers.loss_of(there, "cifar10", "tvtv") is None, "another recipe does not stand in"


def test_a_network_for_24_pixels_is_compared_with_its_own_recipe() -> None:
    fair = made(card("cifar10-24", at_24=0.7), card("cifar10-fast", at_24=0.6), card("cifar10-32", at_24=0.2))
    found = answers.trained_small(fair, "cifar10", 24)
    assert found and found[0] == pytest.approx(0.7) and found[1].mean == pytest.approx(0.6)
    other = made(card("cifar10-16", at_16=0.7), card("cifar10-fast", at_16=0.6))
    assert answers.trained_small(other, "cifar10", 16) is None, "the report's recipe against the fast one"


def test_ranges_that_were_set_beforehand() -> None:
    there = made(card("cifar10-32", at_32=0.75, at_16=0.50), card("cifar10-16", at_16=0.70))
    rows = {(row.dataset, row.protocol, row.resolution): row for row in answers.expected(there)}
    assert rows["cifar10", "totv", 32].inside and rows["cifar10", "tvtv", 16].inside
    assert rows["cifar10", "totv", 16].inside is False and rows["cifar10", "tvtv", 8].inside is None
    assert rows["mnist", "tvtv", 7].low == pytest.approx(0.767) and rows["mnist", "tvtv", 7].high is None
    assert len(rows) == 9


def test_the_evidence_of_a_cell() -> None:
    one = card("cifar10-32", at_16=0.5, at_32=0.8)
    one = dataclasses.replace(one, evaluations={**one.evaluations, "nearest": {"16": matrix(0.3)}})
    found = answers.evidence(made(one, card("cifar10-32-seed1", at_16=0.4)), "cifar10-32", "totv", 16)
    assert found.seeds == answers.Spread(pytest.approx(0.45), 0.4, 0.5, 2)  # type: ignore[arg-type]
    assert found.filters and (found.filters.low, found.filters.high, found.filters.count) == (0.3, 0.5, 2)
    assert found.printed_mean == pytest.approx(0.3773) and (found.train_accuracy, found.test_accuracy) == (0.9, 0.75)
    own = answers.evidence(made(card("mnist-7", at_7=0.5)), "mnist-7", "tvtv", 7)
    assert own.seeds is None and own.filters is None and own.printed_mean is None


def test_the_filter_that_fits_is_the_one_with_the_reports_own_recalls() -> None:
    as_printed = {f"at_{side}": matrix(*(report_recall("totv", side) or {}).values()) for side in (16, 8)}
    right = {f"at_{side}": report_score("totv", "accuracy", side) or 0.0 for side in (16, 8)}
    bicubic, area = card("cifar10-32", "bicubic", **as_printed), card("cifar10-32", "area", **right)
    both = dataclasses.replace(bicubic, evaluations={**bicubic.evaluations, **area.evaluations})
    rows = answers.filter_fit(made(both))
    assert [row.filter for row in rows] == ["bicubic", "area"] and rows[0].class_off == pytest.approx(0, abs=1e-9)
    assert (answers.nearest(rows, "class_off"), answers.nearest(rows, "off")) == ("bicubic", "area")
    assert rows[0].accuracy[16] == metrics.accuracy(as_printed["at_16"])
    assert answers.filter_fit({}) == []


def test_batch_sizes_that_leave_sixteen_pictures() -> None:
    assert all(10_000 - size * (10_000 // size) == 16 for size in answers.fitting_batches())
    assert {32, 64, 128} <= set(answers.fitting_batches()) and 100 not in answers.fitting_batches()


def test_where_the_filter_matters_and_from_where_a_curve_is_ahead() -> None:
    one = card("cifar10-32", "area", at_32=0.8, at_16=0.7, at_8=0.3)
    there = made(dataclasses.replace(one, evaluations={**one.evaluations, "nearest": {"32": matrix(0.8), "16": matrix(0.4)}}))
    assert answers.widest(there, "cifar10-32") == answers.Widest(16, "area", 0.7, "nearest", 0.4)
    assert answers.widest(made(one), "cifar10-32") is None and answers.widest({}, "cifar10-32") is None

    def curve(*values: float) -> list[CurvePoint]:
        return [CurvePoint(side, value) for side, value in zip((4, 8, 16, 32), values, strict=True)]

    assert answers.ahead_below(curve(0.3, 0.4, 0.5, 0.6), curve(0.2, 0.3, 0.4, 0.7)) == 16
    assert answers.ahead_below(curve(0.3, 0.4, 0.5, 0.9), curve(0.2, 0.5, 0.4, 0.7)) == 4
    assert answers.ahead_below(curve(0.1, 0.4, 0.5, 0.9), curve(0.2, 0.5, 0.4, 0.7)) is None
    assert answers.minutes(card("mnist-7")) == 2
