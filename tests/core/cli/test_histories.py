"""What comes with the app to go back in: every kept answer and epoch agrees with the cards, and others are not kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from core.cli import histories, pretraining
from core.datasets import loading
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER, read_card, with_weights, write_card
from core.pretrained.outputs import read_outputs
from core.pretrained.plan import PlannedRun
from core.runs.history import FOLDER as HISTORY
from core.runs.history import History
from core.runs.snapshot import history_of
from core.runs.store import open_store
from core.vocabulary.metrics import confusion_matrix
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Matrix
from tests.places import ROOT

CARDS = with_weights(FOLDER)
TINY = Recipe(epochs=3, train_limit=300, threads=1, precision="float32")
MOST_MB = 40


def counts(truth: np.ndarray, probabilities: np.ndarray | None) -> Matrix:
    assert probabilities is not None
    found: Matrix = confusion_matrix(truth, probabilities.argmax(1), 10).tolist()
    return found


# --- what lies there -------------------------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.parametrize("name", CARDS)
def test_kept_predictions_agree_with_the_card(name: str, real_data: Path) -> None:
    """Of the test set, at each side whose answers are kept, and of the validation part of the tested epoch."""
    card = CARDS[name]
    found = History(FOLDER / HISTORY / name)
    data = loading.load(card.recipe.dataset, real_data)
    truth = data.labels[data.train_size :].numpy()
    assert counts(truth, found.test_probabilities()) == card.result.confusion
    assert card.result.test_accuracy == pytest.approx(np.trace(card.result.confusion) / len(truth), abs=1e-9)
    labels, indices = found.validation_labels(), found.validation_indices()
    if labels is not None and indices is not None:
        assert np.array_equal(data.labels[indices.astype(int)].numpy(), labels)
        assert counts(labels, found.probabilities(card.result.epoch)) == card.epoch(card.result.epoch).validation_confusion
    if kept := read_outputs(name, FOLDER):
        assert np.array_equal(kept.labels, truth)
        for side, logits in kept.logits.items():
            own = card.matrix(side, card.recipe.filter) or card.result.confusion
            assert confusion_matrix(truth, logits.astype(np.float32).argmax(1), 10).tolist() == own


def test_every_network_has_its_answers_and_few_lack_those_of_the_validation_part() -> None:
    assert len(CARDS) >= 18
    assert not [name for name in CARDS if not (FOLDER / HISTORY / name / "test.z").exists()]
    without = {name for name, card in CARDS.items() if card.facts.validation and not (FOLDER / HISTORY / name / "validation.z").exists()}
    assert without == {"mnist-28", "mnist-mixed"}, "rounded to float16 these two answer one validation image otherwise"


@pytest.mark.data
@pytest.mark.parametrize("name", [name for name in CARDS if History(FOLDER / HISTORY / name).kept])
def test_kept_epochs_are_those_of_the_card(name: str, real_data: Path) -> None:
    card, found = CARDS[name], History(FOLDER / HISTORY / name)
    labels = found.validation_labels()
    assert labels is not None and found.epochs == tuple(range(card.epochs_done + 1)) and {0, 1, card.result.epoch} <= set(found.kept)
    for epoch in card.epochs:
        probabilities = found.probabilities(epoch.epoch)
        assert probabilities is not None
        assert (probabilities.argmax(1) == labels).mean() == pytest.approx(epoch.validation_accuracy, abs=1e-9)
    image = loading.load(card.recipe.dataset, real_data).images[:1].numpy()
    last = ModelRegistry(FOLDER).get(f"{name}@{card.result.epoch}").logits(image)
    assert last == pytest.approx(Classifier.load(name, FOLDER).logits(image), abs=0.05)


def test_all_that_comes_with_the_app_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) <= MOST_MB * 1e6
    assert FOLDER == ROOT / "pretrained"


# --- how it is made --------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretraining, "plan", lambda: {"tiny": PlannedRun(TINY, weights=True)})
    monkeypatch.setattr(histories, "EPOCHS_MB", {"tiny": 1.0})


@pytest.mark.slow
def test_what_is_pretrained_keeps_its_history(tiny: None, tmp_path: Path) -> None:
    store, folder, said = open_store(tmp_path / "runs"), tmp_path / "pretrained", list[str]()
    pretraining.pretrain(folder, tmp_path, store, said.append, ["tiny"])
    found, card = history_of("tiny", open_store(tmp_path / "none"), folder), read_card(folder / "tiny.json")
    assert found.epochs == found.kept == (0, 1, 2, 3) and len(store.names()) == 1, "trained once"
    labels = found.validation_labels()
    assert labels is not None and counts(labels, found.probabilities(3)) == card.epoch(3).validation_confusion
    truth = loading.load("digits", tmp_path).labels[1437:].numpy()
    assert counts(truth, found.test_probabilities()) == card.result.confusion
    assert ModelRegistry(folder).get("tiny@1").name == "tiny@1"
    said.clear()
    pretraining.pretrain(folder, tmp_path, store, said.append, ["tiny"])
    assert said == [], "all of it is there"


@pytest.mark.slow
def test_other_weights_and_other_answers_are_not_kept(tiny: None, tmp_path: Path) -> None:
    """As on a processor that rounds otherwise."""
    store, folder, said = open_store(tmp_path / "runs"), tmp_path / "pretrained", list[str]()
    pretraining.pretrain(folder, tmp_path, store, said.append, ["tiny"])
    card = read_card(folder / "tiny.json")
    confusion = [row[::-1] for row in card.result.confusion]
    record = dataclasses.replace(card.record, result=dataclasses.replace(card.result, confusion=confusion))
    write_card(dataclasses.replace(card, record=record), folder)
    weights = bytearray((folder / "tiny.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "tiny.safetensors").write_bytes(weights)
    for file in (folder / HISTORY / "tiny").iterdir():
        file.unlink()
    said.clear()
    pretraining.pretrain(folder, tmp_path, store, said.append, ["tiny"])
    assert not list((folder / HISTORY / "tiny").iterdir()) and len(store.names()) == 1
    assert "tiny: trained again on this machine it has other weights, so none of its epochs is kept" in said
    assert "tiny: its answers on this machine are not those of its card, and are not kept" in said
