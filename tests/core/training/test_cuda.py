"""What holds on an NVIDIA card: it learns, gives the same bits again, waits for nothing, and its runs are read anywhere.

Skipped where there is none; with `LAB_REQUIRE_CUDA=1` they fail instead.
"""

from __future__ import annotations

import copy
import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load

from core.datasets import loading
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.images.resampling import at_resolution
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.training import device, loop, stopwatch
from core.training.augmentation import Augmentation
from core.training.cuda_graph import WARM_UP
from core.training.models import networks
from core.training.state import TrainingState
from core.training.throughput import machine_facts, training_speed
from core.vocabulary.errors import RunFailed
from core.vocabulary.networks import NETWORKS
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Epoch, Record, Result, Start, Tick

pytestmark = pytest.mark.cuda
if not torch.cuda.is_available() and os.environ.get("LAB_REQUIRE_CUDA") != "1":
    pytest.skip("no NVIDIA card here", allow_module_level=True)

QUICK = Recipe(epochs=3, batch_size=64, threads=1, device="cuda", train_limit=300)
OWN = "conv 16 3 stride 2 padding 2 dilation 2 none, batchnorm leaky, avgpool 2, conv 16 3 tanh, globalpool, dense 16 none, batchnorm sigmoid"
SHAPES = {"report": (3, 32, 32), "mnist-cnn": (1, 28, 28), "digits-cnn": (1, 8, 8)}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> loading.DataSet:
    return loading.load("digits", tmp_path_factory.mktemp("data"))


def run(recipe: Recipe, data: loading.DataSet, resume: bytes | None = None) -> list[Record]:
    return [record for record in loop.train(recipe, data, resume) if not isinstance(record, Tick)]


def result(records: list[Record]) -> Result:
    assert isinstance(records[-1], Result)
    return records[-1]


def checkpoint(records: list[Record], number: int) -> bytes:
    return next(record.checkpoint for record in records if isinstance(record, Epoch) and record.epoch == number)


def same_weights(one: bytes, other: bytes) -> bool:
    left, right = load(one), load(other)
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


@contextmanager
def no_waiting() -> Iterator[None]:
    """Inside it whatever makes the host wait for the card is an error."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def noise(shape: tuple[int, int, int], count: int) -> loop.Part:
    generator = torch.Generator().manual_seed(0)
    channels, height, width = shape
    images = torch.randint(0, 256, (count, height, width, channels), dtype=torch.uint8, generator=generator)
    labels = torch.randint(0, 10, (count,), generator=generator)
    return loop.Part(images.cuda(), labels.cuda())


def test_auto_chooses_the_card_and_says_so(digits: loading.DataSet) -> None:
    start = run(Recipe(epochs=1), digits)[0]
    assert isinstance(start, Start)
    assert start.recipe.device == "cuda" and start.recipe.precision in ("bfloat16", "float16")
    assert machine_facts()["device"] == "cuda" and machine_facts()["device_name"] == torch.cuda.get_device_name()
    assert start.facts.provenance["device_name"] == torch.cuda.get_device_name()


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_it_learns_the_digits(precision: str, digits: loading.DataSet) -> None:
    recipe = preset("quick", "digits").changed(device="cuda", precision=precision)
    assert result(run(recipe, digits)).test_accuracy > 0.96


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("augment", ["flip+shift", "flip+mixed"])
def test_a_resumed_run_ends_with_the_same_bits(optimizer: str, precision: str, augment: str, digits: loading.DataSet) -> None:
    recipe = QUICK.changed(optimizer=optimizer, precision=precision, schedule="one-cycle", augment=augment)
    whole = run(recipe, digits)
    for interrupted_after in (0, 2):
        rest = run(recipe, digits, checkpoint(whole, interrupted_after))
        assert same_weights(result(rest).weights, result(whole).weights)


@pytest.mark.parametrize("network", [*NETWORKS, OWN])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_every_network_gives_the_same_bits_again(network: str, precision: str) -> None:
    shape = SHAPES.get(network, (1, 28, 28))
    recipe = device.resolve(QUICK.changed(network=network, precision=precision, batch_size=128))
    device.configure(recipe)
    part, states = noise(shape, 1_280), []
    for _ in range(2):
        loop.reseed(0, 0)
        state = TrainingState.make(recipe, shape, 10)
        for _step in loop.steps(recipe, state, part, 1):
            pass
        states.append({name: tensor.cpu() for name, tensor in state.network.state_dict().items()})
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize("network", [*NETWORKS, OWN])
@pytest.mark.parametrize("optimizer", [name for name, row in OPTIMIZERS.items() if row.recordable])
def test_a_recorded_step_is_the_step_itself(network: str, optimizer: str) -> None:
    shape = SHAPES.get(network, (1, 28, 28))
    recipe = device.resolve(QUICK.changed(network=network, optimizer=optimizer, precision="bfloat16", schedule="one-cycle", batch_size=100))
    device.configure(recipe)
    part, states = noise(shape, 1_030), []
    for recorded in (True, False):
        loop.reseed(0, 0)
        state = TrainingState.make(recipe, shape, 10)
        assert state.graph is not None
        state.graph = state.graph if recorded else None
        for epoch in (1, 2):
            loop.reseed(0, epoch)
            for step in loop.steps(recipe, state, part, epoch):
                loss = step.loss.clone()
        states.append({"loss": loss.cpu()} | {name: tensor.cpu() for name, tensor in state.network.state_dict().items()})
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_run_that_is_over_leaves_no_memory_on_the_card(digits: loading.DataSet) -> None:
    run(QUICK, digits)
    gc.collect()
    gc.disable()  # the card's memory is given back at once, not when Python next looks for cycles
    try:
        kept = []
        for _ in range(3):
            run(QUICK, digits)
            kept.append(torch.cuda.memory_allocated())
    finally:
        gc.enable()
    assert kept[0] == kept[1] == kept[2], kept


def test_a_card_that_is_too_small_is_told_in_one_line(tmp_path: Path) -> None:
    recipe = QUICK.changed(batch_size=1_200, train_limit=1_200)
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.0005)  # 70 of 140,000 MB
    try:
        with pytest.raises(RunFailed, match=r"^out of memory with batches of 1200 pictures; try a smaller batch size$"):
            list(ThreadEngine(tmp_path).stream(recipe))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.parametrize("augment", ["none", "flip+shift", "flip+mixed"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_step_waits_for_the_card(optimizer: str, augment: str) -> None:
    recipe = device.resolve(QUICK.changed(network="mnist-cnn", optimizer=optimizer, augment=augment, precision="bfloat16"))
    state, part = TrainingState.make(recipe, (1, 28, 28), 10), noise((1, 28, 28), 1_280)
    tally = loop.ConfusionAccumulator(10, "cuda")
    taken = loop.steps(recipe, state, part, 1)
    for _ in range(WARM_UP + 1):  # the first steps make the optimizer's state and choose kernels
        next(taken)
    with no_waiting():
        for step in taken:
            tally.add(step.labels, step.logits)
    assert sum(map(sum, tally.counts())) == 1_280 - (WARM_UP + 1) * recipe.batch_size


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_step_of_a_resumed_run_waits_either(optimizer: str, digits: loading.DataSet) -> None:
    recipe = device.resolve(QUICK.changed(optimizer=optimizer, precision="bfloat16"))
    saved = checkpoint(run(recipe, digits), 1)
    state = TrainingState.make(recipe, digits.shape, 10)
    state.load(saved)
    taken = loop.steps(recipe, state, noise(digits.shape, 640), 2)
    for _ in range(WARM_UP + 1):
        next(taken)
    with no_waiting():
        assert sum(1 for _ in taken) == 10 - WARM_UP - 1


def test_the_first_losses_are_the_processor_s(digits: loading.DataSet) -> None:
    recipe = QUICK.changed(precision="float32", dropout=0.0)
    cuda, cpu = (loop.first_losses(recipe.changed(device=name), digits) for name in ("cuda", "cpu"))
    assert cuda == pytest.approx(cpu, abs=1e-4), "the same weights, pictures and order; other rounding"


def test_a_network_of_the_card_classifies_on_the_processor(digits: loading.DataSet) -> None:
    records = run(preset("quick", "digits").changed(device="cuda"), digits)
    tested = result(records)
    network = networks.build("digits-cnn", digits.shape, 10)
    network.load_state_dict(load(tested.weights))
    images = digits.images[digits.train_size :]
    with torch.inference_mode():
        right = (network.eval()((images.float() - 127.5) / 127.5).argmax(1) == digits.labels[digits.train_size :]).float().mean()
    assert float(right) == pytest.approx(tested.test_accuracy, abs=0.01)


@pytest.mark.parametrize("name", ["mnist-28", "cifar10-32"])
def test_a_pretrained_network_says_the_same_on_the_card(name: str) -> None:
    classifier = Classifier.load(name, FOLDER)
    device.configure(device.resolve(QUICK))
    images = np.random.default_rng(0).integers(0, 256, (64, *classifier.shape), np.uint8)
    inputs = (torch.from_numpy(images).float() - 127.5) / 127.5
    with torch.inference_mode():
        there = copy.deepcopy(classifier.network).cuda()(inputs.cuda()).cpu()
        here = classifier.network(inputs)
    assert torch.allclose(here, there, atol=1e-3, rtol=1e-3), float((here - there).abs().max())


def test_blurred_on_the_card_is_what_the_processor_blurs() -> None:
    images = noise((3, 32, 32), 2_000).images.permute(0, 3, 1, 2)
    for filter in ("bilinear", "area", "nearest"):
        for side in (24, 16, 8):
            there, here = at_resolution(images, side, filter).cpu(), at_resolution(images.cpu(), side, filter)
            differ = (there.int() - here.int()).abs()
            assert int(differ.max()) <= 1 and float((differ > 0).float().mean()) < 0.01, (filter, side, float((differ > 0).float().mean()))


def test_augmentation_draws_on_the_card_what_it_draws_on_the_processor() -> None:
    images = noise((3, 32, 32), 256).images
    shown = []
    for name in ("cuda", "cpu"):
        augment = Augmentation(Recipe(augment="flip+shift", device=name), 256, 32, torch.Generator().manual_seed(3))
        shown.append(augment(images.to(name).clone(), 0).cpu())
    assert torch.equal(*shown)


def test_a_run_stops_within_a_second_and_goes_on_in_another_engine(tmp_path: Path, digits: loading.DataSet) -> None:
    recipe = QUICK.changed(epochs=400, precision="float32", train_limit=1_000)
    engine = ProcessEngine(tmp_path)
    try:
        stream, saved, done = engine.stream(recipe), b"", 0
        for record in stream:
            if isinstance(record, Epoch):
                saved, done = record.checkpoint, record.epoch
                if done == 3:
                    asked = time.monotonic()
                    stream.stop()
        assert done >= 3 and time.monotonic() - asked < 2
    finally:
        engine.close()
    short = recipe.changed(epochs=done + 1, schedule="constant")
    ended = [record for record in ThreadEngine(tmp_path).stream(short, saved) if isinstance(record, Result)]
    whole = result(run(short, digits))
    assert same_weights(ended[0].weights, whole.weights)


def test_the_estimate_is_what_the_loop_reaches(digits: loading.DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "TICK_SECONDS", 100.0)
    recipe = preset("fast", "cifar10").changed(device="cuda")
    resolved = device.resolve(recipe)
    training_speed(resolved, seconds=0.3)  # kernels are chosen once
    expected = training_speed(resolved)
    state, part = TrainingState.make(resolved, (3, 32, 32), 10), noise((3, 32, 32), 50_000)
    reached = _last(loop.train_epoch(resolved, state, part, 1)).images_per_second
    assert 0.6 < expected / reached < 1.7, (expected, reached)


def _last(telling: object) -> loop.EpochStats:
    while True:
        try:
            next(telling)  # type: ignore[call-overload]
        except StopIteration as end:
            learned: loop.EpochStats = end.value
            return learned
