"""Makes what lies under pretrained/, one run after another; run by `python -m core pretrain`. Resumable.

A run that is in the store already, finished or not, is used: killed and started again, nothing is trained twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.cards import FOLDER, Card, find, identity, read_cards, write_card
from core.engines import ThreadEngine
from core.errors import LabError
from core.recipe import Recipe, preset
from core.records import Epoch
from core.runs import RunStore, StoredRun
from core.studies import resolution

__all__ = ["FOLDER", "plan", "pretrain"]

Say = Callable[[str], None]
OWNER = "pretrain"


def plan() -> dict[str, Recipe]:
    """Name -> recipe of everything under pretrained/, the quickest first."""
    return {"digits": preset("fast", "digits"), **resolution.plan()}


def pretrain(folder: Path, data: Path, store: RunStore, say: Say, names: list[str]) -> dict[str, Any]:
    """Makes the named cards (none named: all) that are not there; name -> {status, test_accuracy}."""
    recipes = plan()
    for name in names:
        if name not in recipes:
            raise LabError(f"pretrained/ has no plan for {name!r}; choose some of {', '.join(recipes)}")
    folder.mkdir(parents=True, exist_ok=True)
    answer = {}
    for name in names or recipes:
        card = find(recipes[name], read_cards(folder).values())
        status = "there" if card else "made"
        card = card or _make(name, recipes[name], folder, data, store, say)
        answer[name] = {"status": status, "test_accuracy": card.result["test_accuracy"]}
    return answer


def _make(name: str, recipe: Recipe, folder: Path, data: Path, store: RunStore, say: Say) -> Card:
    stored = _trained(name, recipe, data, store, say)
    assert stored.result is not None and stored.weights is not None  # it is finished
    card = Card(name, stored.recipe, stored.facts, stored.epochs, stored.result)
    weights = stored.weights.read_bytes()
    if recipe.dataset in resolution.SIDES:
        say(f"{name}: testing at {', '.join(map(str, resolution.evaluated_at(recipe)))}")
        weights, card = _looked_at(card, weights, data)
    (folder / f"{name}.safetensors").write_bytes(weights)
    write_card(card, folder)
    return card


def _trained(name: str, recipe: Recipe, data: Path, store: RunStore, say: Say) -> StoredRun:
    same = [stored for stored in store.all() if identity(stored.recipe) == identity(recipe)]
    finished = next((stored for stored in same if stored.status == "finished"), None)
    if finished:
        return finished
    open_runs = [stored for stored in same if stored.status in ("interrupted", "stopped")]
    run = open_runs[0].run if open_runs else store.create(recipe, OWNER)
    with store.hold(run):
        say(f"{name}: run {run}")
        for record in ThreadEngine(data).stream(store.get(run).recipe, store.checkpoint(run)):
            store.keep(run, record)
            if isinstance(record, Epoch):
                say(f"{name}: epoch {record.epoch} of {recipe.epochs}, training accuracy {record.train_accuracy:.1%}")
    return store.get(run)


def _looked_at(card: Card, weights: bytes, data: Path) -> tuple[bytes, Card]:
    """The weights as small as they may be, and the card with the matrices of the resolutions that it is to serve."""
    from core import datasets, evaluation

    pictures = datasets.load(card.recipe.dataset, data)
    weights = evaluation.smallest(card.recipe, weights, pictures)
    trained = evaluation.Trained(card.recipe, weights, pictures)
    seen = {str(side): trained.matrix(side, card.recipe.filter) for side in resolution.evaluated_at(card.recipe)}
    return weights, dataclasses.replace(card, evaluations={card.recipe.filter: seen})
