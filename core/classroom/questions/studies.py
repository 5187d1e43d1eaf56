"""What our runs answer to the questions of the studies 1 to 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import hypot
from pathlib import Path

import numpy as np

from core.classroom.questions.finding import Cards, Finding
from core.studies import architectures, resolution_findings, resolution_riddle
from core.studies import architectures_comparison as beside
from core.studies import dropout as study_3
from core.studies import resolution as study_1
from core.studies import splits as study_4
from core.vocabulary import metrics
from core.vocabulary.sources import source_of
from core.vocabulary.stats import between_spreads, spread_error, t_test, two_proportion_test

EVEN = 0.01
"""A difference of two losses that a page does not speak of."""


def protocols(cards: Cards) -> Finding | None:
    """Study 1: which protocol loses more accuracy from the sharpest images to the smallest. `dataset`: where.

    Both start from one network, so what is left at the smallest side decides.
    """
    return next((found for dataset in study_1.SIDES if (found := losses(cards, dataset))), None)


def losses(cards: Cards, dataset: str) -> Finding | None:
    """The same for one data set; None where its runs are not there."""
    sides = study_1.SIDES[dataset]
    totv, tvtv = (resolution_findings.loss_of(cards, dataset, protocol) for protocol in ("totv", "tvtv"))
    first, second = (study_1.cells(cards).answering(dataset, protocol, sides[-1]).matrix for protocol in ("totv", "tvtv"))
    if totv is None or tvtv is None or not first or not second:
        return None
    real = two_proportion_test(metrics.accuracy(first), metrics.accuracy(second), sum(map(sum, first))).real
    right = "same" if not real else "totv" if totv > tvtv else "tvtv"
    return Finding(right, {"totv": totv, "tvtv": tvtv, "dataset": dataset, "first": sides[0], "last": sides[-1]})


def sizes(cards: Cards, dataset: str) -> Finding | None:
    """Study 1: where one network for all sizes loses most against the networks for one size; `behind`: by side.

    `even` where no two sizes differ by more than EVEN, `nowhere` where it is behind at none.
    """
    rows = resolution_findings.mixed_against_tvtv(cards, dataset)
    if len(rows) < len(study_1.SIDES[dataset]):
        return None
    behind = {row.resolution: -row.difference for row in rows}
    order = list(behind)
    worst = max(order, key=behind.__getitem__)
    if all(value <= 0 for value in behind.values()):
        right = "nowhere"
    elif max(behind.values()) - min(behind.values()) <= EVEN:
        right = "even"
    else:
        right = "sharp" if order.index(worst) < len(order) / 2 else "tiny"
    return Finding(right, {"behind": behind, "dataset": dataset})


def recipes(cards: Cards) -> Finding | None:
    """Study 1: whether the report's recipe, with many epochs, or the shorter one gives the better network on full images.

    `long`, `short`: the mean accuracies over the seeds; `long_epochs`, `short_epochs`; `long_minutes`, `short_minutes`.
    """
    side = study_1.SIDES["cifar10"][0]
    tested: dict[str, list[float]] = {}
    numbers: dict[str, float] = {}
    for name, runs in (("long", resolution_findings.REPORT), ("short", resolution_findings.SAME_RECIPE["cifar10"])):
        there = [run for run in runs if run in cards]
        scores = [score for run in there if (score := resolution_findings.accuracy(cards, run, side)) is not None]
        if not scores:
            return None
        tested[name] = scores
        minutes = sorted(resolution_findings.minutes(cards[run]) for run in there)
        numbers |= {name: sum(scores) / len(scores), f"{name}_epochs": cards[there[0]].recipe.epochs, f"{name}_minutes": minutes[len(minutes) // 2],
                    f"{name}_seeds": len(scores)}  # fmt: skip
    lead = t_test(tested["short"], tested["long"])
    right = None if lead is None else "alike" if not lead.real else "short" if lead.lead > 0 else "long"
    return Finding(right, numbers)


def cat(cards: Cards) -> Finding | None:
    """Study 1: why 'cat' is found more often in blurrier images. Decided by all seeds of the report's recipe."""
    cats = resolution_riddle.cats(study_1.riddle(cards), study_1.FILTER)
    if not cats:
        return None
    found = resolution_riddle.count(cats, lambda row: row.explained)
    shown = next((row for row in cats if row.explained), cats[0])
    sharp = study_1.SIDES["cifar10"][0]
    return Finding("called" if found.confirmed else None, {
        "holds": found.holds, "of": found.of, "sharp": sharp, "peak": shown.peak,
        "recall_sharp": shown.recall[sharp], "recall_peak": shown.recall[shown.peak],
        "precision_sharp": shown.precision[sharp], "precision_peak": shown.precision[shown.peak],
        "predicted_sharp": shown.predicted[sharp], "predicted_peak": shown.predicted[shown.peak],
    })  # fmt: skip


SHOWN, OTHER = "arc2", "arc1"
"""The network of study 3 that is asked about, where there is much to learn by heart, and the other one."""


def dropout(cards: Cards) -> Finding | None:
    """Study 3: what more dropout does to `arc2`, over the seeds of each rate."""
    every = study_3.rate_rows(cards)
    rates = {network: [row for row in every if row.network == network] for network in study_3.NETWORKS}
    found, other = (study_3.verdict(rates[network]) for network in (SHOWN, OTHER))
    if found is None or found.words == "unknown":
        return None
    rows = sorted(rates[SHOWN], key=lambda row: row.rate)
    plain, last = rows[0], rows[-1]
    runs = {row.rate: [run for run in study_3.run_rows(cards) if (run.network, run.rate) == (SHOWN, row.rate)] for row in rows}
    return Finding(_effect(runs, found), {
        "rate": last.rate, "first": rows[1].rate, "best": found.best, "lead": found.lead,
        "train_plain": plain.train_accuracy, "train_last": last.train_accuracy,
        "test_plain": plain.test_accuracy, "test_first": rows[1].test_accuracy, "test_last": last.test_accuracy,
        "other_best": other and other.best, "other_lead": other and other.lead,
    })  # fmt: skip


def _effect(runs: Mapping[float, Sequence[study_3.RunRow]], found: study_3.Verdict) -> str | None:
    """The option that fits; None where training does not fall but the test moves. `runs`: one for each seed, by rate."""
    by_rate = [runs[rate] for rate in sorted(runs)]
    plain, first, last = by_rate[0], by_rate[1], by_rate[-1]
    if not _falls([run.train_accuracy for run in plain], [run.train_accuracy for run in last]):
        falls = _falls([run.test_accuracy for run in plain], [run.test_accuracy for run in last])
        return None if falls or found.words == "outside" else "nothing"
    if found.words == "outside":
        return "test_up"
    return "both_down" if _falls([run.test_accuracy for run in plain], [run.test_accuracy for run in first]) else "train_down"


def _falls(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether scores of some seeds are really above those of others."""
    change = t_test(before, after)
    return change is not None and change.real and change.lead > 0


def splits(cards: Cards) -> Finding | None:
    """Study 4: by which split the estimate depends least on the draw."""
    methods = study_4.results(cards).methods
    tighter = {(one, other): study_4.compare(methods, one, other) for one, other in combinations(study_4.DRAWS, 2)}
    if None in tighter.values():
        return None
    clear = {pair for pair, found in tighter.items() if found and found.verdict == "clear"}
    right = "fold" if {("random", "k-fold"), ("stratified", "k-fold")} <= clear else "stratified" if ("random", "stratified") in clear else None
    if all(found and found.verdict == "open" for found in tighter.values()):
        right = "same"
    spreads = {row.split.replace("-", "_"): row.validation_accuracy_spread for row in methods}
    k_fold = methods[-1]
    return Finding(right, {**spreads, "folds": study_4.FOLDS, "estimate": k_fold.validation_accuracy, "test": k_fold.test_accuracy})


# --- the architectures -----------------------------------------------------------------------------------------------


def best_of_the_ladder(cards: Cards, folder: Path) -> Finding | None:
    """Study 2: which of Arc2, Arc3 and Arc4 gets the most test images of clothes right, by more than chance explains.

    `to_second`, `to_last`: the leads of the best, each a Difference.
    """
    rows = [row for row in beside.paper_rows(cards) if row.dataset == "fashion-mnist" and row.title in beside.LADDER]
    order = beside.ranking(rows, folder)
    if order is None or len(rows) < len(beside.LADDER):
        return None
    right = order.best.lower() if order.to_second.real else None if order.to_last.real else "alike"
    shares = {row.title.lower(): row.test_accuracy for row in rows}
    return Finding(right, {**shares, "to_second": order.to_second, "to_last": order.to_last, "epochs": rows[0].epochs,
                           "best": order.best, "second": order.second})  # fmt: skip


def most_restless(cards: Cards) -> Finding | None:
    """Study 2: with which batch size the validation curve goes up and down the most; `wiggle_SIZE` by size.

    `alike` where the largest and the least may differ by chance.
    """
    rows = beside.batch_rows(cards)
    wiggles = {row.batch_size: row.accuracy_wiggle for row in rows if row.accuracy_wiggle is not None}
    if len(wiggles) < len(architectures.BATCHES):
        return None
    most, least = max(wiggles, key=wiggles.__getitem__), min(wiggles, key=wiggles.__getitem__)
    epochs = next(row.epochs for row in rows if row.batch_size == most)
    steps = epochs // 2
    uncertainty = hypot(*(spread_error(wiggles[size], steps) for size in (most, least)))
    real = between_spreads(wiggles[most], wiggles[least], uncertainty, 2 * steps).real
    numbers = {f"wiggle_{size}": wiggle for size, wiggle in wiggles.items()}
    return Finding(str(most) if real else "alike", {**numbers, "most": most, "epochs": epochs})


def most_parameters() -> Finding:
    """Study 2: where Arc2 keeps most of its parameters. Imports torch."""
    from core.explain import receptive_field

    found = receptive_field.weights("arc2", source_of("fashion-mnist").shape)
    counts = {"convolutions": found.convolutions, "first_dense": found.first_dense, "rest": found.rest}
    return Finding(max(counts, key=counts.__getitem__), {**counts, "total": found.total, "share": found.first_dense / found.total})


def hardest_class(cards: Cards, classes: Sequence[str]) -> Finding | None:
    """Study 2: which of some classes the report's networks find least often, on average; `recall`: class -> share."""
    found = [cards[name] for name in map(beside.report_name, beside.TITLES) if name in cards]
    if not found:
        return None
    recall = np.mean([metrics.recall(card.result.confusion) for card in found], axis=0)
    own = {name: float(recall[list(found[0].facts.classes).index(name)]) for name in classes}
    return Finding(min(own, key=own.__getitem__), {"recall": own, "networks": len(found)})
