"""Cards and how they are made: resumable, evaluated at each resolution, and never trained twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from core import datasets, pretraining
from core.cards import Card, find, identity, read_card, read_cards, write_card
from core.device import resolve
from core.engines import ThreadEngine
from core.errors import LabError
from core.evaluation import Trained, smallest
from core.metrics import confusion_matrix
from core.recipe import Recipe, preset
from core.records import Epoch, Result
from core.resolution import at_resolution
from core.runs import open_store
from core.studies import resolution

TINY = Recipe(epochs=2, train_limit=300, threads=1, precision="float32")


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretraining, "plan", lambda: {"tiny": TINY, "other": TINY.changed(seed=1)})


def test_what_is_made_is_there_the_next_time(planned: None, tmp_path: Path) -> None:
    store, cards = open_store(tmp_path / "runs"), tmp_path / "cards"
    first = pretraining.pretrain(cards, tmp_path, store, lambda line: None, ["tiny"])
    again = pretraining.pretrain(cards, tmp_path, store, lambda line: None, ["tiny"])
    assert first["tiny"]["status"] == "made" and again["tiny"]["status"] == "there"
    assert first["tiny"]["test_accuracy"] == again["tiny"]["test_accuracy"]
    card = read_cards(cards)["tiny"]
    assert identity(card.recipe) == identity(TINY) and find(TINY, [card]) is card and find(TINY.changed(seed=9), [card]) is None
    assert [epoch["epoch"] for epoch in card.epochs] == [0, 1, 2] and (cards / "tiny.safetensors").exists()
    assert card.epochs[1]["train_confusion"] is None and card.epochs[2]["train_confusion"] is not None


def test_an_interrupted_run_is_finished_not_begun_again(planned: None, tmp_path: Path) -> None:
    store = open_store(tmp_path / "runs")
    run = store.create(TINY, "pretrain")
    with store.hold(run):
        for record in ThreadEngine(tmp_path).stream(TINY):
            store.keep(run, record)
            if isinstance(record, Epoch) and record.epoch == 1:
                break
    assert store.get(run).status == "interrupted"
    pretraining.pretrain(tmp_path / "cards", tmp_path, store, lambda line: None, ["tiny"])
    assert store.names() == [run] and store.get(run).status == "finished"
    whole = [record for record in ThreadEngine(tmp_path).stream(TINY) if isinstance(record, Result)]
    assert (tmp_path / "cards" / "tiny.safetensors").read_bytes() == whole[0].weights


def test_a_name_without_a_plan_is_refused(planned: None, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no plan for 'huge'; choose some of tiny, other"):
        pretraining.pretrain(tmp_path, tmp_path, open_store(tmp_path / "runs"), lambda line: None, ["huge"])


def test_an_evaluation_at_the_own_resolution_is_the_runs_test(tmp_path: Path) -> None:
    recipe = resolve(TINY)
    result = next(record for record in ThreadEngine(tmp_path).stream(recipe) if isinstance(record, Result))
    data = datasets.load("digits", tmp_path)
    trained = Trained(recipe, result.weights, data)
    assert trained.matrix(8, recipe.filter) == result.confusion
    test = data.images[data.train_size :]
    guesses = trained.predictions(at_resolution(test, 4, "area"))
    assert trained.matrix(4, "area") == confusion_matrix(data.labels[data.train_size :].numpy(), guesses.numpy(), 10).tolist()
    half = smallest(recipe, result.weights, data)
    assert torch.equal(Trained(recipe, half, data).predictions(test), trained.predictions(test))
    assert {tensor.dtype for tensor in load(half).values()} <= {torch.float16, torch.float32}


def test_a_card_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="there is no"):
        read_card(tmp_path / "x.json")
    (tmp_path / "x.json").write_text('{"recipe": {}}')
    with pytest.raises(LabError, match=r"x.json is no card"):
        read_card(tmp_path / "x.json")


def test_the_plan_covers_the_study_and_each_recipe_is_another_experiment() -> None:
    recipes = resolution.plan()
    assert len({identity(recipe) for recipe in recipes.values()}) == len(recipes)
    assert all(recipe.threads == 1 for recipe in recipes.values())
    for side in resolution.FULL:
        assert (recipes[f"cifar10-{side}"].preset, recipes[f"cifar10-{side}"].epochs) == ("report", 150)
    assert recipes["cifar10-mixed"].epochs == recipes["cifar10-fast"].epochs, "the same number of steps"


def test_tables_have_a_row_for_each_cell_whose_run_is_there(tmp_path: Path) -> None:
    diagonal = [[9 if row == column else 1 for column in range(10)] for row in range(10)]
    recipe = resolution.plan()["mnist-28"]
    sides = {str(side): diagonal for side in resolution.SIDES["mnist"]}
    card = Card("mnist-28", recipe, {"classes": list("0123456789"), "shape": [1, 28, 28]}, (), {"epoch": 0}, {resolution.FILTER: sides})
    write_card(card, tmp_path)
    tables = resolution.tables(read_cards(tmp_path))
    assert [row["resolution"] for row in tables["totv"]] == [28, 21, 14, 7]
    assert [row["resolution"] for row in tables["tvtv"]] == [28] and tables["mixed"] == []
    row = tables["totv"][0]
    assert (row["run"], row["accuracy"], row["macro_recall"]) == ("mnist-28", pytest.approx(0.5), pytest.approx(0.5))
    assert row["predicted"] == [18] * 10


def test_pretrained_digits_is_what_its_card_says(tmp_path: Path) -> None:
    card = read_cards()["digits"]
    assert identity(card.recipe) == identity(preset("fast", "digits"))
    data = datasets.load("digits", tmp_path)
    weights = (pretraining.FOLDER / "digits.safetensors").read_bytes()
    recipe = resolve(dataclasses.replace(card.recipe, device="cpu"))
    assert Trained(recipe, weights, data).matrix(8, recipe.filter) == card.result["confusion"]
