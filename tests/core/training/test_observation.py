"""What is seen of a network after each epoch: the numbers are right, and the training is the same to the bit as without."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from torch import Tensor, nn

from core.datasets import loading
from core.training import loop, observation
from core.training.loop import returned
from core.training.models import networks as models
from core.training.observation import probabilities, rows, watched_places
from core.training.state import TrainingState
from core.training.subsets import make_subsets
from core.vocabulary import networks
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Observation, Record, Result, Start

QUICK = Recipe(epochs=2, batch_size=64, threads=1, precision="float32", device="cpu", train_limit=300)
NORMALISED = "conv 8 3, batchnorm relu, maxpool 2, globalpool, dense 16 tanh"


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> loading.DataSet:
    return loading.load("digits", tmp_path_factory.mktemp("data"))


def run(recipe: Recipe, data: loading.DataSet, resume: bytes | None = None) -> list[Record]:
    return [record for record in loop.train(recipe, data, resume) if isinstance(record, Start | Epoch | Result)]


def epochs(records: list[Record]) -> list[Epoch]:
    return [record for record in records if isinstance(record, Epoch)]


def observed(epoch: Epoch) -> Observation:
    assert epoch.observation is not None
    return epoch.observation


@pytest.fixture(scope="module")
def quick(digits: loading.DataSet) -> list[Record]:
    return run(QUICK, digits)


def answers_of(arrays: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return load(arrays)["probabilities"]


def matrix_of(truth: Any, answers: Any) -> list[list[int]]:
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (truth, answers.argmax(1)), 1)
    found: list[list[int]] = counts.tolist()
    return found


@pytest.mark.parametrize("recipe", [QUICK.changed(precision="bfloat16"), QUICK.changed(network=NORMALISED, augment="flip+shift")], ids=str)
def test_a_run_that_is_not_looked_at_trains_to_the_same_bits(recipe: Recipe, digits: loading.DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = run(recipe, digits)

    @contextlib.contextmanager
    def nothing(_: object) -> Iterator[list[tuple[int, Tensor]]]:
        yield []

    monkeypatch.setattr(observation, "unit_watch", nothing)
    monkeypatch.setattr(loop, "observe", lambda *_: None)
    monkeypatch.setattr(observation, "probability_arrays", lambda _: b"")
    monkeypatch.setattr(observation, "validation_arrays", lambda _: b"")
    bare = run(recipe, digits)
    assert epochs(bare)[1].observation is None and epochs(looked_at)[1].observation is not None
    assert epochs(bare)[1].first_losses == epochs(looked_at)[1].first_losses
    assert [epoch.checkpoint for epoch in epochs(bare)] == [epoch.checkpoint for epoch in epochs(looked_at)]


def test_a_resumed_run_is_observed_as_if_it_had_never_stopped(quick: list[Record], digits: loading.DataSet) -> None:
    resumed = run(QUICK, digits, epochs(quick)[1].checkpoint)
    assert observed(epochs(resumed)[-1]) == observed(epochs(quick)[-1]) and epochs(resumed)[-1].arrays == epochs(quick)[-1].arrays
    assert isinstance(resumed[0], Start) and isinstance(quick[0], Start) and resumed[0].arrays == quick[0].arrays


def test_the_kept_answers_are_those_of_the_matrices(quick: list[Record], digits: loading.DataSet) -> None:
    assert isinstance(quick[0], Start)
    part = load(quick[0].arrays)
    assert np.array_equal(digits.labels[part["indices"].astype(int)].numpy(), part["labels"])
    for epoch in epochs(quick):
        assert matrix_of(part["labels"], answers_of(epoch.arrays)) == epoch.validation_confusion
    assert isinstance(quick[-1], Result)
    assert matrix_of(digits.labels[digits.train_size :].numpy(), answers_of(quick[-1].arrays)) == quick[-1].confusion


def test_the_watched_images_are_the_same_for_each_epoch_and_of_nine_classes(quick: list[Record], digits: loading.DataSet) -> None:
    assert isinstance(quick[0], Start)
    part = load(quick[0].arrays)
    assert len(set(part["labels"][part["watched"]])) == len(part["watched"]) == 9
    indices = part["indices"][part["watched"]].astype(int)
    assert np.array_equal(digits.images[indices].numpy(), part["images"]), "at full resolution they are the data set's own"
    for epoch in epochs(quick):
        kept = answers_of(epoch.arrays)[part["watched"]]
        assert kept.argmax(1).tolist() == list(observed(epoch).answers)
        assert kept.max(1) / 255 == pytest.approx(observed(epoch).confidences, abs=1.6 / 255)
    assert watched_places([1, 1, 0]) == [0, 1, 2] and watched_places([]) == []


def test_nothing_held_out_leaves_nothing_to_watch(digits: loading.DataSet) -> None:
    start, *others = run(QUICK.changed(validation=0.0, epochs=1), digits)
    assert isinstance(start, Start) and start.arrays == b""
    assert all(epoch.arrays == b"" and observed(epoch).answers == () for epoch in epochs(others))
    assert all(observed(epoch).gradients for epoch in epochs(others))


def test_the_norms_are_those_of_the_last_step(quick: list[Record], digits: loading.DataSet) -> None:
    """The last step once more, by hand."""
    parts = returned(make_subsets(QUICK, digits))
    loop.reseed(QUICK.seed, 0)
    state = TrainingState.make(QUICK, digits.shape, 10)
    first = observed(epochs(quick)[0])
    assert [norm.gradient for norm in first.gradients] == [None] * 4
    loop.reseed(QUICK.seed, 1)
    for _ in loop.steps(QUICK, state, parts.train, 1):
        pass
    layers = [module for module in state.network if isinstance(module, nn.Conv2d | nn.Linear)]
    for norm, layer in zip(observed(epochs(quick)[1]).gradients, layers, strict=True):
        assert layer.weight.grad is not None and layer.bias is not None and layer.bias.grad is not None
        slope = torch.cat([layer.weight.grad.flatten(), layer.bias.grad]).norm()
        assert norm.gradient == pytest.approx(float(slope), rel=1e-5) and norm.gradient > 0
        assert norm.weights == pytest.approx(float(torch.cat([layer.weight.flatten(), layer.bias]).detach().norm()), rel=1e-5)


def test_a_step_in_float16_leaves_gradients_of_the_right_size(digits: loading.DataSet) -> None:
    """The loss is scaled for it, and the gradients must not be."""
    exact, half = (observed(epochs(run(QUICK.changed(precision=name, epochs=1), digits))[1]) for name in ("float32", "float16"))
    assert [norm.gradient for norm in half.gradients] == pytest.approx([norm.gradient for norm in exact.gradients], rel=0.1)


def test_dead_units_are_counted_as_they_are(digits: loading.DataSet) -> None:
    parts = returned(make_subsets(QUICK, digits))
    state = TrainingState.make(QUICK.changed(network="conv 8 3, batchnorm leaky, maxpool 2, conv 4 3 none, dense 16, dense 5 sigmoid, dense 6 tanh"),
                               digits.shape, 10)  # fmt: skip
    convolution, dense = (next(module for module in state.network if isinstance(module, kind)) for kind in (nn.BatchNorm2d, nn.Linear))
    with torch.no_grad():
        for tensor in (convolution.weight, convolution.bias):
            tensor[:2] = 0.0  # after LeakyReLU they are 0 everywhere
        dense.weight[:4], dense.bias[:4] = 0.0, -1.0
    with observation.unit_watch(state.network) as noted:
        returned(loop.measure(QUICK, state, parts.train.first(100), "checking", 0))
    found = {unit.layer: unit.share for unit in observation.dead_units(noted)}
    assert found.keys() == {0, 1, 4, 5, 6} and found[1] == 2 / 8 and found[4] >= 4 / 16 and found[5] == found[6] == 0
    assert not any(module._forward_hooks for module in state.network), "nothing stays behind"


@pytest.mark.parametrize("network", [*NETWORKS, NORMALISED, "dense 5, batchnorm sigmoid, dropout 0.5", "conv 4 3 leaky, avgpool 2, conv 3 1 none"])
def test_each_module_stands_in_a_row_of_the_layer_table(network: str) -> None:
    shape = (3, 32, 32)
    table = networks.layer_table(network, shape)
    with torch.device("meta"):
        network_ = models.build(network, shape)
    found = rows(network_)
    for row, layer in enumerate(table):
        own = [module for place, module in found if place == row]
        assert sum(parameter.numel() for module in own for parameter in module.parameters()) == layer.parameters
        assert [type(module).__name__ for module in own if isinstance(module, observation.ACTIVATIONS)] == [layer.activation][: bool(layer.activation)]
    assert {row for row, _ in found} == set(range(len(table)))


def test_every_activation_is_known_here() -> None:
    assert {type(make()) for make in models.ACTIVATIONS.values()} == set(observation.ACTIVATIONS)


def test_the_largest_probability_is_the_answer_also_where_rounding_makes_two_equal() -> None:
    logits = torch.tensor([[0.0, 1e-4, -9.0], [2.0, 2.0, -9.0], [9.0, 0.0, 0.0], [0.0, 0.0, 30.0]])
    kept = probabilities(logits)
    assert kept.argmax(1).tolist() == logits.argmax(1).tolist() == [1, 0, 0, 2]
    assert kept[0].tolist() == [127, 128, 0] or kept[0].tolist() == [128, 129, 0] or kept[0].tolist() == [127, 128, 0]
    assert np.abs(kept.astype(float) - 255 * logits.softmax(1).numpy()).max() <= 1.5
    many = torch.randn(5_000, 10, generator=torch.Generator().manual_seed(1)) / 50
    assert np.array_equal(probabilities(many).argmax(1), many.argmax(1).numpy()), "of ten nearly equal ones as well"


def test_the_rule_needs_only_the_labels(tmp_path: Path) -> None:
    assert watched_places([5, 5, 5, 5, 3, 3, 5, 3, 1, 1, 1, 1]) == [0, 1, 2, 4, 5, 7, 8, 9, 10]
