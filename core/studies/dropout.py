"""Study 3: what dropout does, on Fashion-MNIST, at eight rates and with three seeds each.

`arc1` as in Kadam 2020 (batch 100), `arc2` on few images, where there is much to forget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import mean, stdev
from typing import Any, Literal, Protocol, TypeVar

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun
from core.studies.published import published
from core.studies.rows import Row, once_for_cards
from core.vocabulary.recipe import preset
from core.vocabulary.records import required
from core.vocabulary.stats import Difference, t_test

RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SEEDS = (0, 1, 2)
_OWN: dict[str, dict[str, Any]] = {
    "arc1": {"optimizer": "adagrad", "batch_size": 100, "epochs": 40},
    "arc2": {"optimizer": "adam", "batch_size": 128, "epochs": 15, "train_limit": 6_000},
}
NETWORKS = tuple(_OWN)


@cache
def plan() -> Plan:
    """Name -> planned run: cards only."""
    base = preset("fast", "fashion-mnist").changed(schedule="constant", weight_decay=0.0, validation=0.2, threads=1)
    return {
        f"dropout-{network}-{rate:g}-seed{seed}": PlannedRun(base.changed(network=network, dropout=rate, seed=seed, **own))
        for network, own in _OWN.items()
        for rate in RATES
        for seed in SEEDS
    }


@dataclass(frozen=True, slots=True)
class RunRow(Row):
    """One run at the end of its training. Accuracies are shares from 0 to 1."""

    network: str
    rate: float
    seed: int
    running_accuracy: float
    """Of the training images while learning, dropout on."""
    train_accuracy: float
    """Of a fixed subset of the training images in evaluation mode."""
    validation_accuracy: float
    test_accuracy: float
    gap: float
    """Training less test accuracy."""
    run: str


@dataclass(frozen=True, slots=True)
class RateRow(Row):
    """One network at one rate: means over the seeds, and standard deviations (None with one seed)."""

    network: str
    rate: float
    running_accuracy: float
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float
    gap: float
    running_accuracy_spread: float | None
    train_accuracy_spread: float | None
    validation_accuracy_spread: float | None
    test_accuracy_spread: float | None
    gap_spread: float | None
    tested: list[float]
    """The test accuracy of each seed."""
    runs: list[str]


def tables(cards: Mapping[str, Card]) -> dict[str, Sequence[Row]]:
    """`runs`: see `run_rows`. `rates`: see `rate_rows`."""
    return {"runs": run_rows(cards), "rates": rate_rows(cards)}


@once_for_cards
def run_rows(cards: Mapping[str, Card]) -> tuple[RunRow, ...]:
    """A row a run."""
    return tuple(_row(card) for card in cards.values())


@once_for_cards
def rate_rows(cards: Mapping[str, Card]) -> tuple[RateRow, ...]:
    """A row for each network and rate that has a run."""
    runs = run_rows(cards)
    return tuple(
        _mean(network, rate, seeds)
        for network in NETWORKS
        for rate in RATES
        if (seeds := [row for row in runs if (row.network, row.rate) == (network, rate)])
    )


def _row(card: Card) -> RunRow:
    last, rate = card.epochs[-1], card.recipe.dropout
    assert rate is not None  # the study plans one for each run
    return RunRow(
        network=card.recipe.network,
        rate=rate,
        seed=card.recipe.seed,
        running_accuracy=required(last.running_accuracy),
        train_accuracy=last.train_accuracy,
        validation_accuracy=required(last.validation_accuracy),
        test_accuracy=card.result.test_accuracy,
        gap=last.train_accuracy - card.result.test_accuracy,
        run=card.name,
    )


def _mean(network: str, rate: float, rows: Sequence[RunRow]) -> RateRow:
    running, train, validation, test, gap = zip(
        *((row.running_accuracy, row.train_accuracy, row.validation_accuracy, row.test_accuracy, row.gap) for row in rows), strict=True
    )
    return RateRow(
        network, rate, mean(running), mean(train), mean(validation), mean(test), mean(gap),
        _spread(running), _spread(train), _spread(validation), _spread(test), _spread(gap),
        tested=list(test), runs=[row.run for row in rows],
    )  # fmt: skip


def _spread(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None


# --- what the rows say ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rate above 0 helped one network on the test part. Rates are means over the seeds."""

    best: float
    """The rate with the highest test accuracy, 0 where none is above it."""
    best_test: float
    lead: float
    """Over rate 0."""
    difference: Difference | None
    """The lead over the seeds of both rates. None with one seed each."""
    chosen: float
    """The rate that validation would choose: nobody may choose by the test."""
    chosen_lead: float

    @property
    def words(self) -> str:
        """`none`: rate 0 is best; `unknown`: one seed; `outside` what chance explains, or `inside` it."""
        if self.best == 0:
            return "none"
        if self.difference is None:
            return "unknown"
        return "outside" if self.difference.real else "inside"


def verdict(rates: Sequence[RateRow]) -> Verdict | None:
    """Of the rows of one network; None before rate 0 and another rate are there."""
    plain = next((row for row in rates if row.rate == 0), None)
    if plain is None or len(rates) < 2:
        return None
    best = max(rates, key=lambda row: row.test_accuracy)
    chosen = max(rates, key=lambda row: row.validation_accuracy)
    return Verdict(
        best=best.rate,
        best_test=best.test_accuracy,
        lead=best.test_accuracy - plain.test_accuracy,
        difference=t_test(best.tested, plain.tested),
        chosen=chosen.rate,
        chosen_lead=chosen.test_accuracy - plain.test_accuracy,
    )


@dataclass(frozen=True, slots=True)
class GapChange:
    """The gap of one network without dropout and at its highest rate: means over the seeds."""

    rate: float
    """The highest."""
    plain: float
    last: float
    difference: Difference | None
    """By how much it is narrower, over the seeds of both rates. None with one seed each."""

    @property
    def words(self) -> Literal["closes", "narrows", "stays"]:
        """Whether at most half of it is left, less of it by more than chance explains, or neither."""
        if self.difference is None or not self.difference.real or self.last >= self.plain:
            return "stays"
        return "closes" if self.last <= self.plain / 2 else "narrows"


def gap_change(cards: Mapping[str, Card], network: str) -> GapChange | None:
    """None before rate 0 and another rate are there."""
    gaps: dict[float, list[float]] = {}
    for row in run_rows(cards):
        if row.network == network:
            gaps.setdefault(row.rate, []).append(row.gap)
    if 0 not in gaps or len(gaps) < 2:
        return None
    rate = max(gaps)
    return GapChange(rate, mean(gaps[0]), mean(gaps[rate]), t_test(gaps[0], gaps[rate]))


@dataclass(frozen=True, slots=True)
class CurveRow(Row):
    """One rate at one epoch: accuracies from 0 to 1, means over the seeds."""

    rate: float
    epoch: int
    running: float
    """Of the training images while learning, dropout on."""
    train: float
    """Of a fixed subset of the training images in evaluation mode."""
    validation: float
    gap: float
    """`train` less `validation`."""


def curves(cards: Mapping[str, Card], network: str) -> tuple[CurveRow, ...]:
    """A row for each rate and trained epoch of one network."""
    return _curves(cards)[network]


@once_for_cards
def _curves(cards: Mapping[str, Card]) -> dict[str, tuple[CurveRow, ...]]:
    """Of each network."""
    return {
        network: tuple(
            row
            for rate in RATES
            if (same := [card for card in cards.values() if (card.recipe.network, card.recipe.dropout) == (network, rate)])
            for row in _curve(rate, same)
        )
        for network in NETWORKS
    }


def _curve(rate: float, cards: Sequence[Card]) -> list[CurveRow]:
    rows = []
    for epochs in zip(*(card.epochs for card in cards), strict=True):
        if epochs[0].epoch == 0:  # the untrained network has no running accuracy
            continue
        running = mean(required(epoch.running_accuracy) for epoch in epochs)
        train = mean(epoch.train_accuracy for epoch in epochs)
        validation = mean(required(epoch.validation_accuracy) for epoch in epochs)
        rows.append(CurveRow(rate, epochs[0].epoch, running, train, validation, train - validation))
    return rows


OPEN, LAST_EPOCHS = 0.02, 3
"""A gap is open where it is so wide on average over so many last epochs."""


def is_open(curve: Sequence[CurveRow]) -> bool:
    """Whether a gap between training and validation has opened by the end of one rate's curve."""
    last = curve[-LAST_EPOCHS:]
    return bool(last) and mean(row.gap for row in last) >= OPEN


class _Tested(Protocol):
    @property
    def rate(self) -> float: ...
    @property
    def test_accuracy(self) -> float: ...


_T = TypeVar("_T", bound=_Tested)


def below(rates: Iterable[_T], training: Callable[[_T], float]) -> list[float]:
    """The rates of some RateRow or PaperRow at which a training accuracy lies below that of the test."""
    return [row.rate for row in rates if training(row) < row.test_accuracy]


def epochs_below(curve: Iterable[CurveRow]) -> int:
    """In how many epochs of one rate's curve the accuracy counted with dropout on lies below that of the validation."""
    return sum(row.running < row.validation for row in curve)


# --- what others found ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperRow(Row):
    """What Kadam 2020 prints of arc1 at one rate, as shares. It does not say how the training accuracy was counted."""

    rate: float
    train_accuracy: float
    test_accuracy: float
    gap: float


@dataclass(frozen=True, slots=True)
class RateBesidePaper(RateRow):
    """A rate of ours with the paper's accuracies, None where it prints none."""

    paper_train: float | None = None
    paper_test: float | None = None


def paper() -> list[PaperRow]:
    """A row for each rate that the paper has."""
    found = published()["kadam"]["arc1_dropout_fashion_percent"]
    rows = zip(found["rate"], found["train"], found["test"], strict=True)
    return [PaperRow(float(rate), train / 100, test / 100, (train - test) / 100) for rate, train, test in rows]


def beside_paper(rates: Iterable[RateRow]) -> list[RateBesidePaper]:
    """`rates` with what the paper prints (of arc1 alone)."""
    printed = {row.rate: row for row in paper()}
    found = [(row, printed.get(row.rate) if row.network == "arc1" else None) for row in rates]
    return [
        RateBesidePaper(
            **row.as_dict(),
            paper_train=theirs.train_accuracy if theirs else None,
            paper_test=theirs.test_accuracy if theirs else None,
        )
        for row, theirs in found
    ]


def paper_setting() -> dict[str, int]:
    """`batch` and `epochs` of the paper's row."""
    found = published()["kadam"]["arc1_dropout_fashion_percent"]
    return {"batch": found["batch"], "epochs": found["epochs"]}


@dataclass(frozen=True, slots=True)
class ReportCase(Row):
    """The report's best training and test accuracy of one network beside ours; ours are None where the run is not there.

    Ours are the best over the epochs, as the report's best training accuracy is. `..._below`: whether a training
    accuracy lies below the test's.
    """

    name: str
    report_train: float
    report_test: float
    report_below: bool
    running: float | None = None
    train: float | None = None
    running_below: bool | None = None
    train_below: bool | None = None
    test: float | None = None
    run: str | None = None


def report_cases(cards: Mapping[str, Card]) -> list[ReportCase]:
    """A row for each network whose best accuracies the report prints; `cards`: study 2's runs."""
    rows = []
    for name, percent in published()["report"]["architectures"]["headline_percent"].items():
        card = cards.get(f"fashion-{name.lower().replace(' ', '-')}")
        train, test = percent["best_train"] / 100, percent["best_test"] / 100
        rows.append(ReportCase(name, train, test, train < test, **(_counted(card) if card else {})))
    return rows


def _counted(card: Card) -> dict[str, Any]:
    """Our columns of a ReportCase."""
    trained = [epoch for epoch in card.epochs if epoch.epoch > 0]
    best = {"running": max(required(epoch.running_accuracy) for epoch in trained), "train": max(epoch.train_accuracy for epoch in trained)}
    test = card.result.test_accuracy
    return {**best, **{f"{name}_below": share < test for name, share in best.items()}, "test": test, "run": card.name}
