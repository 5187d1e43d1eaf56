"""Dropout shown: the masks are the layer's own, what is kept is scaled, and on average nothing changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from core.datasets.loading import load
from core.datasets.splits import split
from core.explain import dropout_masks
from core.explain.dropout_masks import DropoutSubject
from core.inference.classifier import Classifier
from core.inference.plain_network import Floats, PlainNetwork
from core.pretrained.cards import FOLDER
from core.training.models.inputs import normalise
from core.training.models.layers import Dropout
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe

IMAGE = (np.arange(16, dtype=np.uint8) * 16).reshape(1, 4, 4)
RANDOM = np.random.RandomState(5)
FIRST = RANDOM.uniform(-0.25, 0.25, (40, 16)).astype(np.float32), RANDOM.uniform(-0.25, 0.25, 40).astype(np.float32)
LAST = RANDOM.uniform(-0.16, 0.16, (3, 40)).astype(np.float32), RANDOM.uniform(-0.16, 0.16, 3).astype(np.float32)


def network(activation: str = "sigmoid", biases: Floats = FIRST[1]) -> PlainNetwork:
    """Two layers with dropout between; the hidden units are alive for every image."""
    layers = f"dense 40 {activation}, dropout 0.25"
    return PlainNetwork("x", Recipe(network=layers), ("a", "b", "c"), (1, 4, 4), ((FIRST[0], biases), LAST), "")


def softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.asarray(np.exp(scores) / np.exp(scores).sum(-1, keepdims=True))


def scores(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
    """(N, 1, 4, 4) -> (N, 3), of `network`."""
    hidden = 1 / (1 + np.exp(-(((images.reshape(-1, 16) - 127.5) / 127.5) @ FIRST[0].T + FIRST[1])))
    return np.asarray(hidden @ LAST[0].T + LAST[1])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.7])
def test_a_silenced_unit_is_zero_and_the_others_are_scaled(rate: float) -> None:
    seen = dropout_masks.passes(network(), IMAGE, rate, seed=3, times=50)
    assert seen.silenced.shape == seen.sent_on.shape == (50, 40) and seen.sent_on.dtype == np.float32
    np.testing.assert_allclose(seen.sent_on, np.where(seen.silenced, 0.0, seen.plain / (1 - rate)), rtol=1e-6)
    assert seen.silenced.mean() == pytest.approx(rate, abs=0.04)


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("seed", [0, 7, 123_456])
@pytest.mark.parametrize("times", [1, 10, 33])
def test_a_seed_silences_whom_the_layer_of_a_training_silences(rate: float, seed: int, times: int) -> None:
    layer = Dropout(rate).train()
    layer.generator = torch.Generator().manual_seed(seed)
    seen = dropout_masks.passes(network(), IMAGE, rate, seed, times)
    theirs = layer(torch.from_numpy(seen.plain).expand(times, -1).contiguous())
    assert seen.sent_on.tolist() == theirs.tolist()
    assert seen.silenced.tolist() == (theirs == 0).tolist()


def test_what_arrives_and_what_is_answered_are_the_network_s_own() -> None:
    seen = dropout_masks.passes(network(), IMAGE, 0.5, seed=0)
    np.testing.assert_allclose(seen.answers[-1], softmax(scores(IMAGE))[0], rtol=1e-5)
    np.testing.assert_allclose(seen.answers[:-1], softmax(seen.sent_on @ LAST[0].T + LAST[1]), rtol=1e-5)
    np.testing.assert_allclose(seen.mean, seen.sent_on.sum(0) / dropout_masks.TIMES, rtol=1e-5)


def test_a_unit_that_is_zero_of_its_own_is_not_called_silenced() -> None:
    biases = FIRST[1].copy()
    biases[:20] = -1e6
    seen = dropout_masks.passes(network("relu", biases), IMAGE, 0.5, seed=0, times=100)
    assert (seen.plain[:20] == 0).all() and seen.silenced[:, :20].mean() == pytest.approx(0.5, abs=0.05)


def test_rate_zero_silences_nobody() -> None:
    seen = dropout_masks.passes(network(), IMAGE, 0.0, seed=0)
    assert not seen.silenced.any() and seen.sent_on.tolist() == [seen.plain.tolist()] * dropout_masks.TIMES


def test_a_seed_fixes_the_draw_and_nothing_else_is_disturbed() -> None:
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].tolist()  # type: ignore[index]
    one, same, other = (dropout_masks.passes(network(), IMAGE, 0.5, seed) for seed in (1, 1, 2))
    assert one.silenced.tolist() == same.silenced.tolist() != other.silenced.tolist()
    assert torch.equal(torch.get_rng_state(), before), "a run that trains in this process keeps its draws"
    assert np.random.get_state()[1].tolist() == numpy_before  # type: ignore[index]


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_the_mean_of_the_passes_comes_to_evaluation_mode_as_the_arithmetic_says(rate: float) -> None:
    many = [dropout_masks.convergence(network(), IMAGE, rate, seed, times=64) for seed in range(60)]
    for place in (0, 9, 63):
        squares = [rows[place]["measured"] ** 2 for rows in many]
        expected = many[0][place]["expected"]
        assert expected == pytest.approx((rate / (1 - rate) / (place + 1)) ** 0.5)
        assert (sum(squares) / len(squares)) ** 0.5 == pytest.approx(expected, rel=0.08)
    assert [row["passes"] for row in many[0]] == list(range(1, 65))


def labelled() -> DropoutSubject:
    """The network's own answers are the truth, so that it is right everywhere while dropout is off."""
    images = np.random.RandomState(1).randint(0, 256, (200, 1, 4, 4), np.uint8)
    labels = scores(images).argmax(1)
    return DropoutSubject(network(), (images[:50], 2 - labels[:50]), lambda: (images, labels))


def test_only_the_switch_changes_the_accuracy() -> None:
    watched = labelled()
    none, half, most = dropout_masks.train_and_eval_accuracy(watched, (0.0, 0.5, 0.9), seed=0)
    assert {row["off"] for row in (none, half, most)} == {1.0} and (none["on"], none["on_spread"]) == (1.0, 0.0)
    assert 1.0 > half["on"] > most["on"]
    assert none["test"] == pytest.approx((watched.train()[1][:50] == watched.test[1]).mean())


def test_the_hardest_picture_is_the_one_of_the_least_certain_class() -> None:
    images, _ = labelled().test
    test = images, np.array([2, 1, 0] * 16 + [0, 1])
    full = DropoutSubject(network(), test, lambda: test)
    assert full.image(0).tolist() == images[2].tolist() and full.image(2).tolist() == images[0].tolist()
    chances = [softmax(scores(full.image(label)))[0, label] for label in range(3)]
    assert full.hardest() == int(np.argmin(chances))


def test_a_network_is_taken_with_pictures_that_it_was_trained_on(tmp_path: Path) -> None:
    if not (FOLDER / "digits.safetensors").exists():
        pytest.fail("pretrained/digits.safetensors is part of the project")
    found = dropout_masks.subject(tmp_path, FOLDER, ("nosuch", "digits"))
    assert found.network.name == "digits" and len(found.train()[1]) == 1_000 and len(found.test[1]) == 360
    with pytest.raises(LabError, match="none of the networks nosuch"):
        dropout_masks.subject(tmp_path, FOLDER, ("nosuch",))


def test_the_accuracies_are_those_that_torch_counts(tmp_path: Path) -> None:
    """Of the real network, each image through each layer in torch, the same draws one after another, map by map."""
    found, classifier = dropout_masks.subject(tmp_path, FOLDER, ("digits",)), Classifier.load("digits", FOLDER)
    data, recipe = load("digits", tmp_path), classifier.recipe
    chosen = split(data, recipe.split, validation=recipe.validation, seed=recipe.split_seed).train[:1_000]
    images, labels = data.images[chosen], data.labels[chosen]
    assert found.train()[0].tolist() == images.tolist() and found.train()[1].tolist() == labels.tolist()

    layer = Dropout(0.5).train()
    layer.generator = torch.Generator().manual_seed(3)
    map_by_map = nn.Sequential(nn.Flatten(), layer)  # else torch may lay the maps out place by place, and deals the draws so
    noisy = nn.Sequential(*(map_by_map if isinstance(module, nn.Dropout) else module for module in classifier.network))
    with torch.inference_mode():
        on = [float((noisy(normalise(images)).argmax(1) == labels).float().mean()) for _ in range(3)]
        off = float((classifier.network(normalise(images)).argmax(1) == labels).float().mean())
    row = dropout_masks.train_and_eval_accuracy(found, (0.5,), seed=3, times=3)[0]
    assert row["off"] == pytest.approx(off) and row["on"] == pytest.approx(sum(on) / 3, abs=0.0011) and row["test"] > 0.95


def test_other_layers_than_dense_ones_behind_dropout_are_refused() -> None:
    kernels = (np.ones((2, 1, 3, 3), np.float32), np.zeros(2, np.float32)), (np.ones((2, 2, 1, 1), np.float32), np.zeros(2, np.float32))
    odd = PlainNetwork("odd", Recipe(network="conv 2 3, dropout 0.1, conv 2 1"), ("a", "b", "c"), (1, 4, 4), (*kernels, (np.ones((3, 8), np.float32), np.zeros(3, np.float32))), "")
    with pytest.raises(LabError, match="odd has Conv2d 2->2, 1x1 behind a dropout layer; expected dense layers alone"):
        dropout_masks.passes(odd, IMAGE, 0.5, seed=0)
