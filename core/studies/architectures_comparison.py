"""Study 2 beside the published numbers: what the page "Architectures" compares, and what the data say about it.

A function takes the runs that are there (planned name -> card) and gives rows; what is not there is left out, what
was not printed is None. Accuracies are shares from 0 to 1; published values keep fields of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import ClassVar, Literal

from core.pretrained.cards import Card
from core.pretrained.outputs import read_outputs
from core.studies.architectures import ARC1_OPTIMIZERS, BATCHES, REPORT, SEEDS, ResultRow, row
from core.studies.published import published
from core.studies.rows import Row, once_for_cards
from core.vocabulary import metrics
from core.vocabulary.records import required
from core.vocabulary.stats import Difference, margin, mcnemar_test, step_std, t_test, two_proportion_test

OPTIMIZER_TITLES = {"sgd": "SGD", "adam": "Adam", "rmsprop": "RMSprop", "adagrad": "Adagrad"}
TITLES = {name: f"{network.removesuffix('-report').capitalize()} {OPTIMIZER_TITLES[optimizer]}"
          for name, (network, optimizer) in REPORT.items()}  # fmt: skip
"""Short name of a run of the report -> what the report calls it."""
PAPER_TITLES = {
    "arc1": "Arc1", "arc2-paper": "Arc2", "arc3-paper": "Arc3", "arc4": "Arc4", "arc5-adam": "Arc5 Adam", "arc5-rmsprop": "Arc5 RMSprop",
}  # fmt: skip
"""Short name of a run with the paper's settings -> what the paper calls it."""
SIDE = 28
"""Pixels of both data sets: the side that answers to single images are kept for."""
TIES = 0.002
"""Of the images: answers are kept as float16, in which two logits may be equal."""
PAPER_SETS = {"fashion-mnist": ("fashion", "Fashion-MNIST"), "mnist": ("mnist", "MNIST")}


def report_name(name: str) -> str:
    """The planned run of a short name in REPORT."""
    return f"fashion-{name}"


# --- the report's four runs ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportRow(ResultRow):
    """A run of the report's table 8: ours, and what the report prints of it."""

    name: str
    """Short, as in REPORT."""
    title: str
    last_running_accuracy: float
    """After the last epoch."""
    last_validation_accuracy: float
    report_train: float | None
    report_test: float | None


@once_for_cards
def report_rows(cards: Mapping[str, Card]) -> tuple[ReportRow, ...]:
    """The report's table 8: a row a run."""
    rows = []
    for name, title in TITLES.items():
        card = cards.get(report_name(name))
        if card is not None:
            printed = published()["report"]["architectures"]["headline_percent"].get(title, {})
            last = card.epochs[-1]
            rows.append(ReportRow(
                **row(card).as_dict(), name=name, title=title, last_running_accuracy=required(last.running_accuracy),
                last_validation_accuracy=required(last.validation_accuracy),
                report_train=_share(printed.get("best_train")), report_test=_share(printed.get("best_test")),
            ))  # fmt: skip
    return tuple(rows)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


Reached = Literal["reached", "within", "below"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test accuracy of ours against a printed one."""

    reached: Reached
    """`within`: below it, by less than `margin`."""
    gap: float
    """What is missing; negative where ours is higher."""
    margin: float
    """What the size of the test set leaves open (core.vocabulary.stats.margin)."""


def verdict(accuracy: float, printed: float | None, images: int) -> Verdict | None:
    """Whether an accuracy on so many test images reaches the printed one; None where none is printed."""
    if printed is None:
        return None
    left_open = margin(accuracy, images)
    gap = printed - accuracy
    return Verdict("reached" if gap <= 0 else "within" if gap <= left_open else "below", gap, left_open)


@dataclass(frozen=True, slots=True)
class Pair:
    """Adam and SGD on the same network."""

    network: str
    adam: float
    sgd: float
    difference: Difference
    """Adam's lead."""
    printed_below: int
    """In how many classes the report prints a lower F1 for SGD than for Adam."""
    printed: int
    """How many classes it prints."""


def pairs(rows: Iterable[ReportRow], folder: Path) -> list[Pair]:
    """Adam against SGD for each network of which both are there."""
    found = {row.name: row for row in rows}
    pairs = []
    for network in dict.fromkeys(name.split("-")[0] for name in REPORT):
        adam, sgd = found.get(f"{network}-adam"), found.get(f"{network}-sgd")
        if adam and sgd:
            printed = [published()["report"]["architectures"]["per_class"][each.title]["f1"] for each in (adam, sgd)]
            below = sum(low < high for high, low in zip(*printed, strict=True))
            pairs.append(Pair(network.capitalize(), adam.test_accuracy, sgd.test_accuracy, difference(adam, sgd, folder), below, len(printed[0])))
    return pairs


ClassScore = Literal["recall", "f1", "precision"]


@dataclass(frozen=True, slots=True)
class ClassRow(Row):
    """A class in one run of the report's table 9: ours and the report's recall, F1 and precision."""

    KEYS: ClassVar[Mapping[str, str]] = {"label": "class"}
    label: str
    recall: float
    report_recall: float
    f1: float
    report_f1: float
    precision: float
    report_precision: float
    run: str

    def pair(self, score: ClassScore) -> tuple[float, float]:
        """(ours, the report's) of a score."""
        return {
            "recall": (self.recall, self.report_recall),
            "f1": (self.f1, self.report_f1),
            "precision": (self.precision, self.report_precision),
        }[score]


def class_rows(name: str, card: Card) -> list[ClassRow]:
    """The report's table 9 for one run (short name): a row a class."""
    printed = published()["report"]["architectures"]["per_class"][TITLES[name]]
    scores = metrics.scores(card.result.confusion)
    return [
        ClassRow(
            label, scores.recall[place], printed["accuracy_percent"][place] / 100, scores.f1[place], printed["f1"][place],
            scores.precision[place], printed["precision"][place], card.name,
        )
        for place, label in enumerate(card.facts.classes)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EpochRow(Row):
    """One part of the data at one epoch of a run."""

    run: str
    epoch: int
    part: Literal["training", "validation"]
    """Training as it was counted while learning."""
    accuracy: float | None
    loss: float | None

    def value(self, measure: str) -> float | None:
        """`accuracy` or `loss`."""
        return {"accuracy": self.accuracy, "loss": self.loss}[measure]


def curve_rows(name: str, card: Card) -> list[EpochRow]:
    """A row an epoch and part, from the first trained epoch on; `name`: what the run is called in them."""
    rows = []
    for epoch in card.epochs:
        if epoch.epoch > 0:
            rows.append(EpochRow(name, epoch.epoch, "training", epoch.running_accuracy, epoch.train_loss))
            rows.append(EpochRow(name, epoch.epoch, "validation", epoch.validation_accuracy, epoch.validation_loss))
    return rows


# --- the paper's networks and optimizers -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperRow(ResultRow):
    """A network of the paper on one data set: ours, after fewer epochs, and its accuracies."""

    title: str
    paper_train: float
    paper_test: float
    paper_epochs: int


@once_for_cards
def paper_rows(cards: Mapping[str, Card]) -> tuple[PaperRow, ...]:
    """A row for each data set and network of the paper."""
    rows = []
    for short, printed_set in PAPER_SETS.values():
        for name, title in PAPER_TITLES.items():
            card = cards.get(f"{short}-{name}")
            if card is not None:
                train, test = published()["kadam"]["accuracy_percent_train_test"][printed_set][title]
                epochs = published()["kadam"]["settings"][title.split()[0]]["epochs"]
                rows.append(PaperRow(**row(card).as_dict(), title=title, paper_train=train / 100, paper_test=test / 100, paper_epochs=epochs))
    return tuple(rows)


LADDER = ("Arc2", "Arc3", "Arc4")
"""Deeper from one to the next."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is best by the test accuracy, who comes second, who last."""

    best: str
    second: str
    last: str
    to_second: Difference
    """The lead of the best over the second."""
    to_last: Difference
    """The lead of the best over the last."""

    @property
    def lead(self) -> float:
        """Of the best before the second."""
        return self.to_second.lead

    @property
    def range(self) -> float:
        """Of the best before the last."""
        return self.to_last.lead


def ranking(rows: Iterable[PaperRow], folder: Path) -> Ranking | None:
    """The order of some rows by test accuracy; None for fewer than two. `folder`: where their runs' answers are kept."""
    order = sorted(rows, key=lambda row: row.test_accuracy, reverse=True)
    if len(order) < 2:
        return None
    best, second, last = order[0], order[1], order[-1]
    return Ranking(best.title, second.title, last.title, difference(best, second, folder), difference(best, last, folder))


def difference(first: ResultRow, second: ResultRow, folder: Path) -> Difference:
    """Of two rows whose networks met the same test images: image by image where both runs' answers are kept, else by
    their test accuracies."""
    answers = [_right(row, folder) for row in (first, second)]
    if all(answers):
        return mcnemar_test(*answers)
    return two_proportion_test(first.test_accuracy, second.test_accuracy, first.tested)


def _right(row: ResultRow, folder: Path) -> list[bool]:
    """Of each test image whether the run of a row got it right; [] where its answers are not kept, or are not this run's."""
    kept = read_outputs(row.run, folder)
    if kept is None or SIDE not in kept.logits or len(kept.labels) != row.tested:
        return []
    right: list[bool] = (kept.logits[SIDE].argmax(1) == kept.labels).tolist()
    return right if abs(sum(right) / row.tested - row.test_accuracy) < TIES else []


@dataclass(frozen=True, slots=True)
class OptimizerRow(Row):
    """One optimizer of Arc1 on Fashion-MNIST; one that only the paper has has None and [] for ours."""

    optimizer: str
    paper_test: float
    learning_rate: float | None = None
    momentum: float | None = None
    epochs: int | None = None
    seeds: int | None = None
    tested: Sequence[float] = ()
    """The test accuracy of each seed."""
    mean: float | None = None
    spread: float | None = None
    """Standard deviation over the seeds; None with one."""
    run: str | None = None
    """Of the first seed."""
    runs: Sequence[str] = ()


@once_for_cards
def optimizer_rows(cards: Mapping[str, Card]) -> tuple[OptimizerRow, ...]:
    """Arc1's optimizers: mean and spread of the test accuracy over the seeds, beside the paper's; what only the paper has
    stands at the end."""
    printed = published()["kadam"]["arc1_optimizers_fashion_test_percent"]
    rows = []
    for optimizer in ARC1_OPTIMIZERS:
        names = [name for seed in SEEDS if (name := f"fashion-arc1-{optimizer}-seed{seed}") in cards]
        tested = [cards[name].result.test_accuracy for name in names]
        if tested:
            title, recipe = OPTIMIZER_TITLES[optimizer], cards[names[0]].recipe
            rows.append(OptimizerRow(
                title, printed[title] / 100, recipe.learning_rate, recipe.momentum, recipe.epochs, len(tested), tested,
                mean(tested), stdev(tested) if len(tested) > 1 else None, cards[names[0]].name, [cards[name].name for name in names],
            ))  # fmt: skip
    theirs = [title for title in printed if title not in OPTIMIZER_TITLES.values()]
    return (*rows, *(OptimizerRow(title, printed[title] / 100) for title in theirs))


def ranked(rows: Iterable[OptimizerRow], score: Callable[[OptimizerRow], float]) -> list[OptimizerRow]:
    """Those that have ours, the highest score first."""
    return sorted((row for row in rows if row.tested), key=score, reverse=True)


def our_mean(row: OptimizerRow) -> float:
    """The mean test accuracy of a row that has ours."""
    return mean(row.tested)


def paper_test(row: OptimizerRow) -> float:
    """The paper's test accuracy."""
    return row.paper_test


def neighbours(first: OptimizerRow, second: OptimizerRow) -> Difference | None:
    """The lead of the first, over the seeds; None with one seed each."""
    return t_test(first.tested, second.tested)


# --- the size of a batch ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchRow(Row):
    """One size of a mini-batch: how much its curves go up and down in the second half of training."""

    batch_size: int
    steps: int
    """Of an epoch."""
    run: str
    accuracy_wiggle: float | None
    """Of the validation accuracy, see core.vocabulary.stats.step_std."""
    loss_wiggle: float | None
    """Of the training loss."""
    validation_accuracy: float
    """The highest of all epochs."""
    images: int
    """Of the validation part."""
    trained_on: int
    epochs: int


@once_for_cards
def batch_rows(cards: Mapping[str, Card]) -> tuple[BatchRow, ...]:
    """A row for each size whose run is there, the smallest first."""
    rows = []
    for size in BATCHES:
        card = cards.get(f"fashion-batch-{size}")
        if card is not None:
            trained = [epoch for epoch in card.epochs if epoch.epoch > 0]
            rows.append(BatchRow(
                batch_size=size, steps=card.facts.steps_per_epoch, run=card.name,
                accuracy_wiggle=step_std([required(epoch.validation_accuracy) for epoch in trained]),
                loss_wiggle=step_std([required(epoch.train_loss) for epoch in trained]),
                validation_accuracy=max(required(epoch.validation_accuracy) for epoch in trained),
                images=card.facts.validation, trained_on=card.facts.train, epochs=card.recipe.epochs,
            ))  # fmt: skip
    return tuple(rows)


def falls(values: Iterable[float | None]) -> bool:
    """Whether each value is below the one before it; a value that is not known is not."""
    return all(before is not None and after is not None and after < before for before, after in pairwise(values))
