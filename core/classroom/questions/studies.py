"""What our runs answer to the questions of the studies 1 to 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import sqrt

import numpy as np

from core.classroom.questions.finding import Finding, Made
from core.datasets.files import SOURCES
from core.studies import architectures, resolution_findings, resolution_riddle
from core.studies import architectures_comparison as beside
from core.studies import dropout as study_3
from core.studies import resolution as study_1
from core.studies import splits as study_4
from core.vocabulary import metrics
from core.vocabulary.records import Matrix
from core.vocabulary.stats import Z, between_shares, over_seeds


def protocols(made: Made) -> Finding | None:
    """Study 1: which protocol loses more accuracy from the sharpest images to the smallest. `dataset`: where.

    Both start from one network, so what is left at the smallest side decides.
    """
    for dataset, sides in study_1.SIDES.items():
        totv, tvtv = (resolution_findings.loss_of(made, dataset, protocol) for protocol in ("totv", "tvtv"))
        first, second = (_smallest(made, dataset, protocol) for protocol in ("totv", "tvtv"))
        if totv is None or tvtv is None or not first or not second:
            continue
        real = between_shares(metrics.accuracy(first), metrics.accuracy(second), sum(map(sum, first))).real
        right = "same" if not real else "totv" if totv > tvtv else "tvtv"
        return Finding(right, {"totv": totv, "tvtv": tvtv, "dataset": dataset, "first": sides[0], "last": sides[-1]})
    return None


def _smallest(made: Made, dataset: str, protocol: str) -> Matrix:
    """The confusion matrix of a protocol at the smallest side; empty where its run is not there."""
    side = study_1.SIDES[dataset][-1]
    card = made.get(study_1.network_for_cell(made, dataset, protocol, side))
    return (card and card.matrix(side, study_1.FILTER)) or []


def cat(made: Made) -> Finding | None:
    """Study 1: why 'cat' is found more often in blurrier images. Decided by all seeds of the report's recipe."""
    cats = resolution_riddle.cats(study_1.riddle(made), study_1.FILTER)
    if not cats:
        return None
    found = resolution_riddle.count(cats, "explained")
    shown = next((row for row in cats if row["explained"]), cats[0])
    sharp, peak = study_1.SIDES["cifar10"][0], shown["peak"]
    numbers = {"holds": found.holds, "of": found.of, "sharp": sharp, "peak": peak}
    for score in ("recall", "precision", "predicted"):
        numbers |= {f"{score}_sharp": shown[f"{score}_{sharp}"], f"{score}_peak": shown[f"{score}_{peak}"]}
    return Finding("called" if found.confirmed else None, numbers)


def dropout(made: Made) -> Finding | None:
    """Study 3: what more dropout does to `arc1`, over the seeds of each rate."""
    tables = study_3.tables(made)
    rates = {network: [row for row in tables["rates"] if row["network"] == network] for network in study_3.NETWORKS}
    found, other = (study_3.verdict(rates[network]) for network in ("arc1", "arc2"))
    if found is None or found.words == "unknown":
        return None
    rows = sorted(rates["arc1"], key=lambda row: row["rate"])
    plain, first, last = rows[0], rows[1], rows[-1]
    numbers = {"rate": last["rate"], "first": first["rate"], "best": found.best}
    for name in ("train", "test"):
        key = f"{name}_accuracy"
        numbers |= {f"{name}_plain": plain[key], f"{name}_first": first[key], f"{name}_last": last[key]}
    numbers |= {"other_best": other and other.best, "other_lead": other and other.lead}
    runs = {row["rate"]: [run for run in tables["runs"] if (run["network"], run["rate"]) == ("arc1", row["rate"])] for row in rows}
    return Finding(_effect(runs, found), numbers)


def _effect(runs: Mapping[float, study_3.Rows], found: study_3.Verdict) -> str | None:
    """The option that fits; None where training does not fall but the test moves. `runs`: one for each seed, by rate."""
    by_rate = [runs[rate] for rate in sorted(runs)]
    plain, first, last = by_rate[0], by_rate[1], by_rate[-1]

    def falls(score: str, after: study_3.Rows) -> bool:
        change = over_seeds([run[score] for run in plain], [run[score] for run in after])
        return change is not None and change.real and change.lead > 0

    if not falls("train_accuracy", last):
        return None if falls("test_accuracy", last) or found.words == "outside" else "nothing"
    if found.words == "outside":
        return "test_up"
    return "both_down" if falls("test_accuracy", first) else "train_down"


def splits(made: Made) -> Finding | None:
    """Study 4: by which split the estimate depends least on the draw."""
    tables = study_4.tables(made)
    methods = tables["methods"]
    tighter = {(one, other): study_4.compare(methods, one, other) for one, other in combinations(study_4.DRAWS, 2)}
    if None in tighter.values():
        return None
    clear = {pair for pair, found in tighter.items() if found and found.verdict in ("clear", "likely")}
    right = "fold" if {("random", "k-fold"), ("stratified", "k-fold")} <= clear else "stratified" if ("random", "stratified") in clear else None
    if all(found and found.verdict == "open" for found in tighter.values()):
        right = "same"
    spreads = {row["split"].replace("-", "_"): row["validation_accuracy_spread"] for row in methods}
    k_fold = methods[-1]
    return Finding(right, {**spreads, "folds": study_4.FOLDS, "estimate": k_fold["validation_accuracy"], "test": k_fold["test_accuracy"]})


# --- the architectures -----------------------------------------------------------------------------------------------


def best_of_the_ladder(made: Made) -> Finding | None:
    """Study 2: which of Arc2, Arc3 and Arc4 gets the most test images of clothes right, by more than chance explains."""
    rows = [row for row in beside.paper_rows(made) if row["dataset"] == "fashion-mnist" and row["title"] in beside.LADDER]
    order = beside.ranking(rows)
    if order is None or len(rows) < len(beside.LADDER):
        return None
    right = order.best.lower() if order.to_second.real else None if order.to_last.real else "alike"
    shares = {row["title"].lower(): row["test_accuracy"] for row in rows}
    return Finding(right, {**shares, "range": order.range, "lead": order.lead, "margin": order.margin, "epochs": rows[0]["epochs"],
                           "best": order.best, "second": order.second})  # fmt: skip


def most_restless(made: Made) -> Finding | None:
    """Study 2: with which batch size the validation curve goes up and down the most; `wiggle_SIZE` by size.

    `alike` where the largest and the least may differ by chance: n steps tell their standard deviation s to s / sqrt(2 (n - 1)).
    """
    rows = beside.batch_rows(made)
    if len(rows) < len(architectures.BATCHES) or any(row["accuracy_wiggle"] is None for row in rows):
        return None
    most, least = (choose(rows, key=lambda row: row["accuracy_wiggle"]) for choose in (max, min))
    steps = most["epochs"] // 2
    error = sqrt(sum(row["accuracy_wiggle"] ** 2 for row in (most, least)) / (2 * (steps - 1)))
    alike = most["accuracy_wiggle"] - least["accuracy_wiggle"] <= Z * error
    wiggles = {f"wiggle_{row['batch_size']}": row["accuracy_wiggle"] for row in rows}
    return Finding("alike" if alike else str(most["batch_size"]), {**wiggles, "most": most["batch_size"], "epochs": most["epochs"]})


def most_parameters() -> Finding:
    """Study 2: where Arc2 keeps most of its parameters. Imports torch."""
    from core.explain import receptive_field

    found = receptive_field.weights("arc2", SOURCES["fashion-mnist"].shape)
    counts = {kind: getattr(found, kind) for kind in ("convolutions", "first_dense", "rest")}
    return Finding(max(counts, key=counts.__getitem__), {**counts, "total": found.total, "share": found.first_dense / found.total})


def hardest_class(made: Made, classes: Sequence[str]) -> Finding | None:
    """Study 2: which of some classes the report's networks find least often, on average; `recall`: class -> share."""
    cards = [made[name] for name in map(beside.report_name, beside.TITLES) if name in made]
    if not cards:
        return None
    recall = np.mean([metrics.recall(card.result["confusion"]) for card in cards], axis=0)
    own = {name: float(recall[list(cards[0].facts["classes"]).index(name)]) for name in classes}
    return Finding(min(own, key=own.__getitem__), {"recall": own, "networks": len(cards)})
