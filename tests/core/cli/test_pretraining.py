"""Cards and how they are made: resumable, evaluated at each resolution, and never trained twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from core.cli import pretraining
from core.datasets import loading
from core.engines.thread import ThreadEngine
from core.images.resampling import at_resolution
from core.inference import out_of_distribution
from core.inference.evaluation import Trained, smallest
from core.pretrained.cards import FOLDER, card_of, identity, read_card, read_cards, write_card
from core.pretrained.outputs import read_outputs
from core.pretrained.plan import PlannedRun, available
from core.runs.store import open_store
from core.studies import architectures, resolution
from core.studies.registry import STUDIES
from core.training.device import resolve
from core.vocabulary.errors import LabError
from core.vocabulary.metrics import confusion_matrix
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Epoch, Facts, Result
from tests import run_records

TINY = Recipe(epochs=2, train_limit=300, threads=1, precision="float32")


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretraining, "plan", lambda: {"tiny": PlannedRun(TINY, weights=True), "other": PlannedRun(TINY.changed(seed=1))})


def test_what_is_made_is_there_the_next_time(planned: None, tmp_path: Path) -> None:
    store, cards = open_store(tmp_path / "runs"), tmp_path / "cards"
    first = pretraining.pretrain(cards, tmp_path, store, lambda line: None, ["tiny"])
    again = pretraining.pretrain(cards, tmp_path, store, lambda line: None, ["tiny"])
    assert first["tiny"]["status"] == "made" and again["tiny"]["status"] == "there"
    assert first["tiny"]["test_accuracy"] == again["tiny"]["test_accuracy"]
    card = read_cards(cards)["tiny"]
    assert identity(card.recipe) == identity(TINY) and card_of(TINY, [card]) is card and card_of(TINY.changed(seed=9), [card]) is None
    assert [epoch.epoch for epoch in card.epochs] == [0, 1, 2] and (cards / "tiny.safetensors").exists()
    trusted = out_of_distribution.read("tiny", (cards / "tiny.safetensors").read_bytes(), cards)
    assert trusted and trusted.part == "validation" and not (cards / "trust" / "other.json").exists()
    assert card.epochs[1].train_confusion is None and card.epochs[2].train_confusion is not None


def test_an_interrupted_run_is_finished_not_begun_again(planned: None, tmp_path: Path) -> None:
    store = open_store(tmp_path / "runs")
    run = store.create(TINY, "pretrain")
    with store.locked(run):
        for record in ThreadEngine(tmp_path).stream(TINY):
            store.save(run, record)
            if isinstance(record, Epoch) and record.epoch == 1:
                break
    assert store.get(run).status == "interrupted"
    pretraining.pretrain(tmp_path / "cards", tmp_path, store, lambda line: None, ["tiny"])
    assert store.names() == [run] and store.get(run).status == "finished"
    whole = [record for record in ThreadEngine(tmp_path).stream(TINY) if isinstance(record, Result)]
    data = loading.load("digits", tmp_path)
    assert (tmp_path / "cards" / "tiny.safetensors").read_bytes() == smallest(resolve(TINY), whole[0].weights, data)


def test_a_name_without_a_plan_is_refused(planned: None, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no plan for 'huge'; choose some of tiny, other"):
        pretraining.pretrain(tmp_path, tmp_path, open_store(tmp_path / "runs"), lambda line: None, ["huge"])


def test_the_landscape_is_made_alone_where_it_is_named(planned: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    monkeypatch.setattr("core.explain.landscape.renew", lambda folder, data: not made.append(folder))
    said: list[str] = []
    assert pretraining.pretrain(tmp_path, tmp_path, open_store(tmp_path / "runs"), said.append, ["landscape"]) == {}
    assert made == [tmp_path] and said == ["landscape.npz: made"]
    pretraining.pretrain(tmp_path, tmp_path, open_store(tmp_path / "runs"), said.append, ["showcase"])
    assert len(made) == 1, "another name does not make it"


def test_an_evaluation_at_the_own_resolution_is_the_runs_test(tmp_path: Path) -> None:
    recipe = resolve(TINY)
    result = next(record for record in ThreadEngine(tmp_path).stream(recipe) if isinstance(record, Result))
    data = loading.load("digits", tmp_path)
    trained = Trained(recipe, result.weights, data)
    assert trained.matrix(8, recipe.filter) == result.confusion
    test = data.images[data.train_size :]
    guesses = trained.logits(at_resolution(test, 4, "area")).argmax(1)
    assert trained.matrix(4, "area") == confusion_matrix(data.labels[data.train_size :].numpy(), guesses.numpy(), 10).tolist()
    half = smallest(recipe, result.weights, data)
    assert torch.equal(Trained(recipe, half, data).logits(test).argmax(1), trained.logits(test).argmax(1))
    assert {tensor.dtype for tensor in load(half).values()} <= {torch.float16, torch.float32}


def test_a_card_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="there is no"):
        read_card(tmp_path / "x.json")
    facts = '"facts": {"classes": [], "shape": []}'
    for text in ('{"recipe": {}}', '{"facts": null}', "null", "[]", "{", f'{{"recipe": null, {facts}}}', f'{{"recipe": {{}}, {facts}}}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(LabError, match=r"x\.json is no card") as told:
            read_card(tmp_path / "x.json")
        assert "\n" not in str(told.value)


def test_the_plan_covers_the_studies_and_each_recipe_is_another_experiment() -> None:
    recipes = {name: planned.recipe for name, planned in pretraining.plan().items()}
    assert len({identity(recipe) for recipe in recipes.values()}) == len(recipes)
    assert all(recipe.threads == 1 for recipe in recipes.values())
    for side in resolution.FULL:
        assert (recipes[f"cifar10-{side}"].preset, recipes[f"cifar10-{side}"].epochs) == ("report", 150)
    assert recipes["cifar10-mixed"].epochs == recipes["cifar10-fast"].epochs, "the same number of steps"
    for name, (network, optimizer) in architectures.REPORT.items():
        recipe = recipes[f"fashion-{name}"]
        assert (recipe.network, recipe.optimizer, recipe.learning_rate) == (network, optimizer, 0.001)
        assert (recipe.preset, recipe.epochs, recipe.batch_size, recipe.keep) == ("report", 50, 128, "best")


def test_a_card_that_was_not_looked_at_everywhere_is_looked_at_again_without_training(tmp_path: Path) -> None:
    store, folder = open_store(tmp_path / "runs"), tmp_path / "cards"
    once = {"tiny": PlannedRun(TINY, weights=True, evaluate_at={"area": (8,)})}
    more = {"tiny": PlannedRun(TINY, weights=True, evaluate_at={"area": (8, 4), "nearest": (4,)}, keep_outputs_at=(8, 4))}
    for plan in (once, more):
        assert pretraining.make(plan, folder, tmp_path, store, lambda line: None)["tiny"]["status"] == "made"
    assert len(store.names()) == 1
    card = available(more, read_cards(folder).values())["tiny"]
    assert {filter: set(sides) for filter, sides in card.evaluations.items()} == {"area": {"8", "4"}, "nearest": {"4"}}
    outputs = read_outputs("tiny", folder)
    assert outputs is not None and outputs.labels.shape == (360,) and outputs.logits.keys() == {8, 4}
    assert confusion_matrix(outputs.labels, outputs.logits[8].argmax(1), 10).tolist() == card.result.confusion
    assert pretraining.make(more, folder, tmp_path, store, lambda line: None)["tiny"]["status"] == "there"
    (folder / "tiny.outputs.safetensors").unlink()
    assert pretraining.make(more, folder, tmp_path, store, lambda line: None)["tiny"]["status"] == "made"
    assert read_outputs("tiny", folder) is not None and len(store.names()) == 1


def test_a_study_with_other_options_uses_the_store_and_names_its_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tiny = dataclasses.replace(STUDIES["splits"], plan=lambda: {"splits-random-0": PlannedRun(TINY.changed(split="random"))})
    monkeypatch.setitem(STUDIES, "splits", tiny)
    store = open_store(tmp_path / "runs")
    for _ in range(2):
        found = pretraining.study("splits", {"epochs": 1}, tmp_path, store, lambda line: None)
        (row,) = found.rows["runs"]
        assert store.names() == [row["run"]] and store.get(row["run"]).recipe.epochs == 1 and not found.missing
    with pytest.raises(LabError, match="momentum goes with"):
        pretraining.study("splits", {"optimizer": "adam", "momentum": 0.9}, tmp_path, store, lambda line: None)


def test_cards_without_weights_lie_apart_and_are_found(tmp_path: Path) -> None:
    store, folder = open_store(tmp_path / "runs"), tmp_path / "cards"
    pretraining.make({"tiny": PlannedRun(TINY)}, folder, tmp_path, store, lambda line: None)
    assert [path.name for path in folder.iterdir()] == ["cards"] and read_cards(folder)["tiny"].recipe.epochs == 2


def test_tables_have_a_row_for_each_cell_whose_run_is_there(tmp_path: Path) -> None:
    diagonal = [[9 if row == column else 1 for column in range(10)] for row in range(10)]
    recipe = resolution.plan()["mnist-28"].recipe
    sides = {str(side): diagonal for side in resolution.SIDES["mnist"]}
    card = run_records.card("mnist-28", recipe, Facts(classes=tuple("0123456789"), shape=(1, 28, 28)), evaluations={resolution.FILTER: sides})
    write_card(card, tmp_path)
    tables = STUDIES["resolution"].as_json(available(resolution.plan(), read_cards(tmp_path).values()))
    assert [row["resolution"] for row in tables["totv"]] == [28, 21, 14, 7]
    assert [row["resolution"] for row in tables["tvtv"]] == [28] and tables["mixed"] == []
    row = tables["totv"][0]
    assert (row["run"], row["accuracy"], row["macro_recall"]) == ("mnist-28", pytest.approx(0.5), pytest.approx(0.5))
    assert row["predicted"] == [18] * 10


def test_pretrained_digits_is_what_its_card_says(tmp_path: Path) -> None:
    card = read_cards(FOLDER)["digits"]
    assert identity(card.recipe) == identity(preset("fast", "digits"))
    data = loading.load("digits", tmp_path)
    weights = (pretraining.FOLDER / "digits.safetensors").read_bytes()
    recipe = resolve(dataclasses.replace(card.recipe, device="cpu"))
    assert Trained(recipe, weights, data).matrix(8, recipe.filter) == card.result.confusion
