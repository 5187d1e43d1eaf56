"""How fast our loop trains on an NVIDIA card, beside the usual tutorial loop and beside the bare arithmetic. Not part of CI.

    .venv/bin/python -m pytest -s tests/benchmarks/test_cuda_speed.py

Pictures of noise in the shape of CIFAR-10, so that no data set is needed; speed does not depend on what they show.
Rounds are interleaved; what counts is the ratio of medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from core.training import device
from core.training import loop as training
from core.training.models import networks
from core.training.state import TrainingState
from core.training.throughput import training_speed
from core.vocabulary.recipe import Recipe, preset

pytestmark = pytest.mark.cuda
if not torch.cuda.is_available():
    pytest.skip("no NVIDIA card here", allow_module_level=True)

SHAPE, IMAGES, ROUNDS = (3, 32, 32), 50_000, 3
TUTORIAL_IMAGES = 10_240
"""The tutorial loop is slow: a fifth of an epoch tells its speed."""
RECIPE = preset("fast", "cifar10").changed(augment="none", device="cuda")


@pytest.fixture(scope="module")
def images() -> Tensor:
    """uint8 (N, C, H, W), on the host."""
    return torch.randint(0, 256, (IMAGES, *SHAPE), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def labels() -> Tensor:
    return torch.randint(0, 10, (IMAGES,), generator=torch.Generator().manual_seed(1))


def our_loop(images: Tensor, labels: Tensor, recipe: Recipe) -> float:
    """Pictures a second of one epoch of core.training.loop, the data set's way to the card included."""
    recipe = device.resolve(recipe)
    device.configure(recipe)
    state = TrainingState.make(recipe, SHAPE, 10)
    torch.cuda.synchronize()
    began = time.perf_counter()
    part = training.Part(images.permute(0, 2, 3, 1).contiguous().cuda(), labels.cuda())
    _last(training.train_epoch(recipe, state, part, epoch=1))
    return IMAGES / (time.perf_counter() - began)


def bare_steps(images: Tensor, labels: Tensor, recipe: Recipe) -> float:
    """Pictures a second of nothing but forward, backward and step on one batch that is there already, sent one by one."""
    recipe = device.resolve(recipe)
    state = TrainingState.make(recipe, SHAPE, 10)
    batch = torch.rand(recipe.batch_size, *SHAPE, device="cuda").to(memory_format=torch.channels_last)
    truth = labels[: recipe.batch_size].cuda()
    state.network.train()
    steps = IMAGES // recipe.batch_size
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(steps):
        with torch.autocast("cuda", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            loss = nn.functional.cross_entropy(state.network(batch), truth)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        state.optimizer.step()
    torch.cuda.synchronize()
    return steps * recipe.batch_size / (time.perf_counter() - began)


def tutorial_loop(images: Tensor, labels: Tensor, recipe: Recipe) -> float:
    """Pictures a second of the loop that every tutorial shows: a DataLoader without workers, a copy and a loss each step.

    The pictures are floats already and not files: quicker than the tutorials' own."""
    chosen = images[:TUTORIAL_IMAGES].float() / 127.5 - 1
    loader = DataLoader(TensorDataset(chosen, labels[:TUTORIAL_IMAGES]), batch_size=recipe.batch_size, shuffle=True)
    network = networks.build("report", SHAPE).cuda()
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    running_loss, began = 0.0, time.perf_counter()
    for inputs, truth in loader:
        inputs, truth = inputs.to("cuda"), truth.to("cuda")
        optimizer.zero_grad()
        loss = criterion(network(inputs), truth)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    return TUTORIAL_IMAGES / (time.perf_counter() - began)


LOOPS: dict[str, Callable[[Tensor, Tensor, Recipe], float]] = {"tutorial": tutorial_loop, "ours": our_loop, "bare": bare_steps}


@pytest.mark.timeout(600)
def test_ours_beats_the_tutorial_loop_and_wastes_little(images: Tensor, labels: Tensor) -> None:
    rates: dict[str, list[float]] = {name: [] for name in LOOPS}
    for loop in LOOPS.values():
        loop(images, labels, RECIPE)  # kernels are chosen and memory is taken once
    for _ in range(ROUNDS):
        for name, loop in LOOPS.items():
            rates[name].append(loop(images, labels, RECIPE))
    median = {name: statistics.median(values) for name, values in rates.items()}
    print(f"\n{torch.cuda.get_device_name()}, torch {torch.__version__}, report, batch {RECIPE.batch_size}: "
          + ", ".join(f"{name} {median[name]:,.0f}/s {sorted(map(round, rates[name]))}" for name in rates))  # fmt: skip
    assert median["ours"] >= 2.3 * median["tutorial"]
    assert median["ours"] >= 2.3 * median["bare"], "a recorded step does not wait for Python"


@pytest.mark.timeout(300)
def test_what_precision_batch_and_augmentation_cost(images: Tensor, labels: Tensor) -> None:
    """Printed, not judged: the figures that README and the closing note quote."""
    cases = {
        "float32": RECIPE.changed(precision="float32"),
        "float16": RECIPE.changed(precision="float16"),
        "bfloat16": RECIPE.changed(precision="bfloat16"),
        "bfloat16, batch 512": RECIPE.changed(precision="bfloat16", batch_size=512),
        "bfloat16, batch 2048": RECIPE.changed(precision="bfloat16", batch_size=2_048),
        "bfloat16, flip+shift": RECIPE.changed(precision="bfloat16", augment="flip+shift"),
        "bfloat16, flip+mixed": RECIPE.changed(precision="bfloat16", augment="flip+mixed"),
    }
    for name, recipe in cases.items():
        our_loop(images, labels, recipe)
        torch.cuda.reset_peak_memory_stats()
        rate = statistics.median(our_loop(images, labels, recipe) for _ in range(ROUNDS))
        peak = torch.cuda.max_memory_allocated() / 1e6
        print(f"{name}: {rate:,.0f}/s, an epoch of 50,000 in {IMAGES / rate:.2f} s, {peak:,.0f} MB of the card; estimate {training_speed(recipe):,.0f}/s")
        assert rate > 0


def _last(generator: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(generator)
        except StopIteration as done:
            return done.value
