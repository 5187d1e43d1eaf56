"""How fast our loop trains, beside the usual tutorial loop and beside the bare arithmetic. Not part of CI.

    LAB_DATA=... .venv/bin/python -m pytest -s tests/benchmarks

Rounds are interleaved, so that a slow moment of the machine falls on all three; what counts is the ratio of medians.
Our time includes bringing the pictures to their resolution, which we do once a run and the tutorial loop every epoch.

Tried for speed and without effect here (2 cores, torch 2.14): torch.compile; two threads for a network of 8x8 pictures
(slower than one); a larger top pad of malloc; ReLU in place (an eighth slower). What helps: bfloat16 with channels_last (2.1 times float32), the whole data set as one tensor,
and drawing the random numbers of dropout four at a time (core/training/models/layers.py: 6.0 ms -> 1.2 ms of a step).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from core.datasets import loading
from core.images.resampling import at_resolution
from core.training import loop as training
from core.training.device import resolve
from core.training.models import networks
from core.training.state import TrainingState
from core.vocabulary.recipe import preset

IMAGES = 10_240
ROUNDS = 3
RECIPE = preset("fast", "cifar10").changed(augment="none", train_limit=IMAGES, validation=0.0)


class ImageFiles(Dataset[tuple[Tensor, int]]):
    """CIFAR-10 the way torchvision hands it out: one PIL picture after another, transformed when asked for."""

    def __init__(self, data: loading.DataSet, transform: Callable[[Image.Image], Tensor]) -> None:
        self.images = data.images[:IMAGES].permute(0, 2, 3, 1).numpy()
        self.labels, self.transform = data.labels[:IMAGES].tolist(), transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


def tutorial_loop(data: loading.DataSet, side: int, workers: int = 0) -> float:
    """Pictures a second of the loop that every tutorial shows; the DataLoader as it comes, without worker processes."""
    resize = [transforms.Resize(side), transforms.Resize(32)] if side != 32 else []
    transform = transforms.Compose([*resize, transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.5,) * 3)])
    loader = DataLoader(ImageFiles(data, transform), batch_size=RECIPE.batch_size, shuffle=True, num_workers=workers)
    network = as_in_a_tutorial(networks.build("report", (3, 32, 32)))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    running_loss, began = 0.0, time.perf_counter()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(network(images), labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    return IMAGES / (time.perf_counter() - began)


def as_in_a_tutorial(network: nn.Sequential) -> nn.Sequential:
    """The same layers with torch's own dropout in place of our quicker one."""
    return nn.Sequential(*(nn.Dropout(layer.p) if isinstance(layer, nn.Dropout) else layer for layer in network))


def tutorial_loop_with_workers(data: loading.DataSet, side: int) -> float:
    """The same with two worker processes, the tutorials' other habit; measured to be told, not to be beaten 2.3 times."""
    return tutorial_loop(data, side, workers=2)


def our_loop(data: loading.DataSet, side: int) -> float:
    """Pictures a second of one epoch of core.training.loop, bringing the pictures to their resolution included."""
    recipe = resolve(RECIPE.changed(resolution=side))
    state = TrainingState.make(recipe, data.shape, 10)
    prepared = _last(training.prepare(recipe, data))  # the test pictures too; only the training part is timed below
    began = time.perf_counter()
    if side != 32:
        at_resolution(data.images[:IMAGES], side, recipe.filter)
    _last(training.train_epoch(recipe, state, prepared.train, epoch=1))
    return IMAGES / (time.perf_counter() - began)


def bare_steps(data: loading.DataSet, side: int) -> float:
    """Pictures a second of nothing but forward, backward and step on one batch that is there already."""
    recipe = resolve(RECIPE)
    state = TrainingState.make(recipe, data.shape, 10)
    images = torch.rand(recipe.batch_size, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (recipe.batch_size,))
    state.network.train()
    steps, began = IMAGES // recipe.batch_size, time.perf_counter()
    for _ in range(steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            loss = nn.functional.cross_entropy(state.network(images), labels)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        state.optimizer.step()
    return IMAGES / (time.perf_counter() - began)


def _last(generator: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(generator)
        except StopIteration as done:
            return done.value


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("side", [32, 16])
def test_ours_beats_the_tutorial_loop_and_wastes_little(side: int, real_data: Path) -> None:
    data = loading.load("cifar10", real_data)
    torch.set_num_threads(resolve(RECIPE).threads)
    loops = {"tutorial": tutorial_loop, "with workers": tutorial_loop_with_workers, "ours": our_loop, "bare": bare_steps}
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(ROUNDS):
        for name, loop in loops.items():
            rates[name].append(loop(data, side))
    median = {name: statistics.median(values) for name, values in rates.items()}
    print(f"\n{side}x{side}: " + ", ".join(f"{name} {median[name]:,.0f}/s {sorted(map(round, rates[name]))}" for name in rates))
    ratios = {name: round(median["ours"] / median[name], 3) for name in median if name != "ours"}
    print(f"ours is {ratios}")
    assert median["ours"] >= 2.3 * median["tutorial"]
    assert median["ours"] >= 0.93 * median["bare"]
