"""Study 3: what dropout does, on Fashion-MNIST, at eight rates and with three seeds each.

`arc1` as in Kadam 2020 (batch 100), `arc2` on few images, where there is much to forget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun
from core.studies.published import published
from core.vocabulary.recipe import preset
from core.vocabulary.stats import Difference, over_seeds

Rows = list[dict[str, Any]]
RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SEEDS = (0, 1, 2)
_OWN: dict[str, dict[str, Any]] = {
    "arc1": {"optimizer": "adagrad", "batch_size": 100, "epochs": 40},
    "arc2": {"optimizer": "adam", "batch_size": 128, "epochs": 15, "train_limit": 6_000},
}
NETWORKS = tuple(_OWN)


def plan() -> Plan:
    """Name -> planned run: cards only."""
    base = preset("fast", "fashion-mnist").changed(schedule="constant", weight_decay=0.0, validation=0.2, threads=1)
    return {
        f"dropout-{network}-{rate:g}-seed{seed}": PlannedRun(base.changed(network=network, dropout=rate, seed=seed, **own))
        for network, own in _OWN.items()
        for rate in RATES
        for seed in SEEDS
    }


def tables(made: Mapping[str, Card]) -> dict[str, Rows]:
    """`runs`: a row a run. `rates`: a row for each network and rate, mean and spread over the seeds."""
    runs = [_row(card) for card in made.values()]
    rates = [
        _mean(network, rate, seeds)
        for network in NETWORKS
        for rate in RATES
        if (seeds := [row for row in runs if (row["network"], row["rate"]) == (network, rate)])
    ]
    return {"runs": runs, "rates": rates}


def _row(card: Card) -> dict[str, Any]:
    last = card.epochs[-1]
    return {
        "network": card.recipe.network,
        "rate": card.recipe.dropout,
        "seed": card.recipe.seed,
        "running_accuracy": last["running_accuracy"],
        "train_accuracy": last["train_accuracy"],
        "validation_accuracy": last["validation_accuracy"],
        "test_accuracy": card.result["test_accuracy"],
        "gap": last["train_accuracy"] - card.result["test_accuracy"],
        "run": card.name,
    }


def _mean(network: str, rate: float, rows: Rows) -> dict[str, Any]:
    measures = ("running_accuracy", "train_accuracy", "validation_accuracy", "test_accuracy", "gap")
    values = {measure: [row[measure] for row in rows] for measure in measures}
    spread = {f"{measure}_spread": stdev(seen) if len(seen) > 1 else None for measure, seen in values.items()}
    return {"network": network, "rate": rate, **{name: mean(seen) for name, seen in values.items()}, **spread,
            "tested": values["test_accuracy"], "runs": [row["run"] for row in rows]}  # fmt: skip


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


def verdict(rates: Rows) -> Verdict | None:
    """Of the rows of one network in `rates`; None before rate 0 and another rate are there."""
    plain = next((row for row in rates if row["rate"] == 0), None)
    if plain is None or len(rates) < 2:
        return None
    best = max(rates, key=lambda row: row["test_accuracy"])
    chosen = max(rates, key=lambda row: row["validation_accuracy"])
    return Verdict(
        best=best["rate"],
        best_test=best["test_accuracy"],
        lead=best["test_accuracy"] - plain["test_accuracy"],
        difference=over_seeds(best["tested"], plain["tested"]),
        chosen=chosen["rate"],
        chosen_lead=chosen["test_accuracy"] - plain["test_accuracy"],
    )


def curves(made: Mapping[str, Card], network: str) -> Rows:
    """A row for each rate and epoch, means over the seeds: `running`, `train`, `validation` and `gap`, train less validation."""
    return [
        {"rate": rate, **row}
        for rate in RATES
        if (cards := [card for card in made.values() if (card.recipe.network, card.recipe.dropout) == (network, rate)])
        for row in _curve(cards)
    ]


def _curve(cards: list[Card]) -> Rows:
    rows = []
    for epochs in zip(*(card.epochs for card in cards), strict=True):
        if epochs[0]["epoch"] == 0:  # the untrained network has no running accuracy
            continue
        running, train, validation = (mean(epoch[f"{name}_accuracy"] for epoch in epochs) for name in ("running", "train", "validation"))
        rows.append({"epoch": epochs[0]["epoch"], "running": running, "train": train, "validation": validation, "gap": train - validation})
    return rows


def below(rates: Rows, name: str) -> list[float]:
    """The rates at which a training accuracy (`running_accuracy`, `train_accuracy`) lies below that of the test."""
    return [row["rate"] for row in rates if row[name] < row["test_accuracy"]]


def epochs_below(curve: Rows) -> int:
    """In how many epochs of one rate's curve the accuracy counted with dropout on lies below that of the validation."""
    return sum(row["running"] < row["validation"] for row in curve)


# --- what others found ---------------------------------------------------------------------------------------------


def paper() -> Rows:
    """Kadam 2020 on arc1: `rate`, `train_accuracy`, `test_accuracy`, `gap`, as shares. It does not say how `train` was counted."""
    found = published()["kadam"]["arc1_dropout_fashion_percent"]
    rows = zip(found["rate"], found["train"], found["test"], strict=True)
    return [{"rate": float(rate), "train_accuracy": train / 100, "test_accuracy": test / 100, "gap": (train - test) / 100}
            for rate, train, test in rows]  # fmt: skip


def beside_paper(rates: Rows) -> Rows:
    """`rates` with the paper's row (arc1 alone): `paper_train`, `paper_test`."""
    theirs = {row["rate"]: {"paper_train": row["train_accuracy"], "paper_test": row["test_accuracy"]} for row in paper()}
    return [{**row, **(theirs.get(row["rate"], {}) if row["network"] == "arc1" else {})} for row in rates]


def paper_setting() -> dict[str, int]:
    """`batch` and `epochs` of the paper's row."""
    found = published()["kadam"]["arc1_dropout_fashion_percent"]
    return {"batch": found["batch"], "epochs": found["epochs"]}


def report_cases(made: Mapping[str, Card]) -> Rows:
    """The report's best training and test accuracy beside ours, counted in both ways; `made`: study 2's runs.

    `..._below`: whether a training accuracy lies below the test's. Ours are the best over the epochs, as the report's
    best training accuracy is; where the run is not there the row has no `run`.
    """
    rows = []
    for name, percent in published()["report"]["architectures"]["headline_percent"].items():
        card = made.get(f"fashion-{name.lower().replace(' ', '-')}")
        train, test = percent["best_train"] / 100, percent["best_test"] / 100
        row = {"name": name, "report_train": train, "report_test": test, "report_below": train < test}
        rows.append(row | (_counted(card) if card else {}))
    return rows


def _counted(card: Card) -> dict[str, Any]:
    trained = [epoch for epoch in card.epochs if epoch["epoch"] > 0]
    best = {name: max(epoch[f"{name}_accuracy"] for epoch in trained) for name in ("running", "train")}
    test = card.result["test_accuracy"]
    return {**best, **{f"{name}_below": share < test for name, share in best.items()}, "test": test, "run": card.name}
