"""Can the printed numbers be true? Checks that need nothing but the numbers themselves, each beside ours.

A printed number stands for an interval: 0.82 is everything from 0.815 to 0.825. A check says "impossible" only where
no values inside the intervals would do. The test sets have 1,000 images of each class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from statistics import mean
from typing import Any

from core.pretrained.cards import Card
from core.studies import architectures, resolution
from core.studies.published import published, report_recall, report_score
from core.vocabulary import metrics
from core.vocabulary.records import Matrix

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
PROTOCOLS = ("totv", "tvtv")
RUNS = {"Arc2 Adam": "arc2-adam", "Arc2 SGD": "arc2-sgd", "Arc3 Adam": "arc3-adam", "Arc3 SGD": "arc3-sgd"}
"""The report's name of a run of its study 2 -> ours (a key of architectures.REPORT)."""
MEASURES = {"accuracy_percent": 0.1, "f1": 0.01, "precision": 0.01}
"""The report's scores of each class -> the last digit that it prints."""
IMAGES = 1_000
"""Test images of each class, in CIFAR-10 and in Fashion-MNIST."""
ALIKE = 9
"""So many equal entries of ten make two columns suspicious."""
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """All values that a printed number may stand for."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high + EXACT and other.low <= self.high + EXACT


def rounded(value: float, digit: float) -> Interval:
    """What a number rounded to `digit` may have been.

    >>> rounded(0.5, 0.1)
    Interval(low=0.45, high=0.55)
    """
    return Interval(value - digit / 2, value + digit / 2)


def cut(value: float, digit: float) -> Interval:
    """What a number may have been whose further digits were cut off."""
    return Interval(value, value + digit)


# --- the mean of the class accuracies --------------------------------------------------------------------------------


def means(made: Mapping[str, Card]) -> Rows:
    """Study 1: a row for each printed cell, with the run that is `planned` for ours. With equally many images of each class the mean of the class accuracies
    *is* the accuracy; `if_rounded` and `if_cut` say whether it can be the one that is printed."""
    return [_mean(protocol, side, made) for protocol in PROTOCOLS for side in resolution.FULL]


def _mean(protocol: str, side: int, made: Mapping[str, Card]) -> dict[str, Any]:
    planned = resolution.network_for_cell(made, "cifar10", protocol, side)
    card = made.get(planned)
    matrix = card.matrix(side, resolution.FILTER) if card else None
    ours = resolution.row("cifar10", side, card, matrix).as_dict() if card and matrix else None
    stated, recall = report_score(protocol, "accuracy", side), report_recall(protocol, side)
    assert stated is not None and recall is not None
    found = round(mean(recall.values()), 6)  # of ten values with three digits: exact
    may_be = rounded(found, 0.001)
    return {
        "protocol": protocol, "resolution": side, "planned": planned, "stated": stated, "mean": found,
        "if_rounded": rounded(stated, 0.01).meets(may_be), "if_cut": cut(stated, 0.01).meets(may_be),
        **_ours(ours, {"ours_accuracy": "accuracy", "ours_mean": "macro_recall", "run": "run"}),
    }  # fmt: skip


def _ours(row: Mapping[str, Any] | None, keys: Mapping[str, str]) -> dict[str, Any]:
    return {name: row[key] if row else None for name, key in keys.items()}


def headlines(made: Mapping[str, Card]) -> Rows:
    """Study 2: a row for each run whose best accuracies are printed. `mean` is that of its classes: it belongs to some
    epoch, so that it cannot lie above the best of all epochs (`possible`)."""
    report, ours = published()["report"]["architectures"], results(made)
    rows = []
    for name, best in report["headline_percent"].items():
        found = round(mean(report["per_class"][name]["accuracy_percent"]) / 100, 6)
        most = rounded(best["best_test"] / 100, 0.0001).high
        own = ours.get(name)
        rows.append({
            "name": name, "planned": f"fashion-{RUNS[name]}", "best_train": best["best_train"] / 100, "best_test": best["best_test"] / 100, "mean": found,
            "possible": rounded(found, 0.001).low <= most + EXACT,
            "train_below_test": best["best_train"] < best["best_test"],
            "ours_below": own["best_train_accuracy"] < own["test_accuracy"] if own else None,
            **_ours(own, {"ours_train": "best_train_accuracy", "ours_test": "test_accuracy", "ours_mean": "macro_recall", "run": "run"}),
        })  # fmt: skip
    return rows


def results(cards: Mapping[str, Card]) -> dict[str, dict[str, Any]]:
    """The report's name of a run -> our row of it, where it is there."""
    return {name: architectures.row(cards[f"fashion-{short}"]).as_dict() for name, short in RUNS.items() if f"fashion-{short}" in cards}


# --- columns that are the same ---------------------------------------------------------------------------------------


def equal_columns(made: Mapping[str, Card]) -> Rows:
    """A row for each two runs of study 2: how many of ten classes have the very same printed score; `ours_` likewise,
    rounded as the report rounds, None where a run is missing."""
    ours = results(made)
    rows = []
    for one, other in combinations(RUNS, 2):
        row: dict[str, Any] = {"one": one, "other": other}
        for measure in MEASURES:
            row[measure] = _equal(printed(one, measure), printed(other, measure))
            both = one in ours and other in ours
            row[f"ours_{measure}"] = _equal(_as_printed(ours[one], measure), _as_printed(ours[other], measure)) if both else None
        rows.append({**row, "runs": [ours[name]["run"] for name in (one, other) if name in ours]})
    return rows


def copies() -> list[str]:
    """The runs whose column of class accuracies another run has too, but for one entry at most."""
    alike = [row for row in equal_columns({}) if row["accuracy_percent"] >= ALIKE]
    return [name for name in RUNS if any(name in (row["one"], row["other"]) for row in alike)]


def printed(name: str, measure: str) -> list[float]:
    """A column of the report's table of scores by class, as printed."""
    column: list[float] = published()["report"]["architectures"]["per_class"][name][measure]
    return column


def _equal(one: Sequence[float], other: Sequence[float]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _as_printed(row: Mapping[str, Any], measure: str) -> list[float]:
    """Our scores with the report's number of digits."""
    if measure == "accuracy_percent":
        return [round(100 * value, 1) for value in row["recall"]]
    return [round(value, 2) for value in row[measure]]


# --- the recall that F1 and precision imply --------------------------------------------------------------------------


def implied(name: str, made: Mapping[str, Card]) -> Rows:
    """Study 2: a row for each class. F1 = 2 P R / (P + R), so R = F1 P / (2 P - F1): `low` to `high`, given that both
    were rounded. `possible`: whether the printed accuracy of the class, which is its recall, can lie there."""
    classes = published()["report"]["architectures"]["classes"]
    columns = (printed(name, measure) for measure in MEASURES)
    ours = results(made).get(name)
    rows = []
    for place, (label, percent, f1, precision) in enumerate(zip(classes, *columns, strict=True)):
        may_be = implied_recall(f1, precision)
        row = {"class": label, "accuracy": percent / 100, "f1": f1, "precision": precision,
               "implied": exact_recall(f1, precision), "low": may_be.low, "high": may_be.high,
               "possible": may_be.meets(rounded(percent / 100, 0.001))}  # fmt: skip
        row |= {f"ours_{score}": ours[score][place] if ours else None for score in ("recall", "f1", "precision")}
        rows.append({**row, "run": ours["run"] if ours else None})
    return rows


def exact_recall(f1: float, precision: float) -> float:
    """The recall of a class with this F1 and precision, taken as exact; above 1 where no recall goes with them.

    >>> round(exact_recall(f1=0.48, precision=0.6), 3)
    0.4
    """
    below = 2 * precision - f1
    return f1 * precision / below if below > 0 else inf


def implied_recall(f1: float, precision: float, digit: float = 0.01) -> Interval:
    """The recalls that go with a rounded F1 and a rounded precision: it rises with F1 and falls with precision."""
    f, p = rounded(f1, digit), rounded(precision, digit)
    return Interval(exact_recall(f.low, p.high), min(1.0, exact_recall(f.high, p.low)))


def impossible(name: str) -> list[str]:
    """The classes of a run whose three printed scores cannot be true together."""
    return [row["class"] for row in implied(name, {}) if not row["possible"]]


def guesses(made: Mapping[str, Card]) -> Rows:
    """Study 2: a row for each run. Each image gets one answer, so that the answers of all classes add up to the number
    of images (`images`). A class was named (recall x images / precision) times: with the printed accuracy
    `accuracy_low` to `accuracy_high` in all, with the recall that F1 implies `f1_low` to `f1_high`."""
    ours = results(made)
    rows = []
    for name in RUNS:
        scores = [(a / 100, f, p) for a, f, p in zip(*(printed(name, measure) for measure in MEASURES), strict=True)]
        by_accuracy = _sum([_named(rounded(a, 0.001), rounded(p, 0.01)) for a, _, p in scores])
        by_f1 = _sum([Interval(_named_by_f1(f - 0.005, p + 0.005), _named_by_f1(f + 0.005, p - 0.005)) for _, f, p in scores])
        whole = len(scores) * IMAGES
        rows.append({
            "name": name, "pictures": whole,
            "accuracy_low": by_accuracy.low, "accuracy_high": by_accuracy.high, "by_accuracy": by_accuracy.meets(Interval(whole, whole)),
            "f1_low": by_f1.low, "f1_high": by_f1.high, "by_f1": by_f1.meets(Interval(whole, whole)),
            "mean_accuracy": mean(a for a, _, _ in scores), "mean_implied": mean(exact_recall(f, p) for _, f, p in scores),
            "ours": sum(map(sum, ours[name]["confusion"])) if name in ours else None,
            "run": ours[name]["run"] if name in ours else None,
        })  # fmt: skip
    return rows


def _named(recall: Interval, precision: Interval) -> Interval:
    return Interval(IMAGES * recall.low / precision.high, IMAGES * recall.high / precision.low)


def _named_by_f1(f1: float, precision: float) -> float:
    return IMAGES * min(1.0, exact_recall(f1, precision)) / precision


def _sum(parts: Sequence[Interval]) -> Interval:
    return Interval(sum(part.low for part in parts), sum(part.high for part in parts))


# --- how one can tell ------------------------------------------------------------------------------------------------


def averages(matrix: Matrix) -> Rows:
    """(C, C) -> rows `recall`, `precision`, `f1`, each averaged in three ways: `macro` (every class counts the same),
    `weighted` (by its images) and `micro` (hits and mistakes of all classes are added up first)."""
    scores, hits = metrics.scores(matrix), right(matrix)
    missed = sum(scores.support) - hits  # of each class what was called another, added up
    wrong = sum(scores.predicted) - hits  # of each class what was called it and is another, added up
    micro = {"recall": (hits, missed), "precision": (hits, wrong), "f1": (2 * hits, missed + wrong)}
    return [
        {"score": score, "macro": getattr(scores.macro, score), "weighted": _weighted(getattr(scores, score), scores.support),
         "micro": good / max(1, good + bad)}
        for score, (good, bad) in micro.items()
    ]  # fmt: skip


def right(matrix: Matrix) -> int:
    """(C, C) -> how many answers were right: the diagonal."""
    return sum(row[place] for place, row in enumerate(matrix))


def _weighted(values: Sequence[float], support: Sequence[int]) -> float:
    return sum(value * count for value, count in zip(values, support, strict=True)) / max(1, sum(support))


def marks(marked: Collection[str], wrong: Collection[str]) -> dict[str, Any]:
    """How well somebody found what is wrong: the marks are guesses like a network's. None where nothing was marked."""
    found = [name for name in marked if name in wrong]
    return {"found": found, "missed": [name for name in wrong if name not in marked],
            "false": [name for name in marked if name not in wrong],
            "precision": len(found) / len(marked) if marked else None, "recall": len(found) / len(wrong)}  # fmt: skip
