"""Study 3: what dropout does, on Fashion-MNIST, at eight rates and with three seeds each.

`arc1` as in Kadam 2020 (batch 100), `arc2` on few pictures, where there is much to forget.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean, stdev
from typing import Any

from core.cards import Card
from core.planned import Plan, Planned
from core.recipe import preset

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
        f"dropout-{network}-{rate:g}-seed{seed}": Planned(base.changed(network=network, dropout=rate, seed=seed, **own))
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
            "runs": [row["run"] for row in rows]}  # fmt: skip
