"""How fast this machine trains: measured, not guessed, so that a page can say how long a run will take."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor

from core.datasets.split_sizes import MEASURED_BATCH
from core.system.machine import usable_cores
from core.training import device
from core.training.loop import reseed
from core.training.state import TrainingState
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of


def machine_facts() -> dict[str, Any]:
    """device, device_name, cores, precision (what 'auto' becomes) and torch's version, for a page to show."""
    chosen = device.choose_device()
    return {
        "device": chosen,
        "device_name": device.device_name(chosen),
        "cores": usable_cores(),
        "precision": device.choose_precision(chosen),
        "torch": torch.__version__,
    }


def training_speed(recipe: Recipe, seconds: float = 0.7) -> float:
    """Training images a second with this recipe on this machine, over about `seconds` of steps on noise.

    Of a large batch MEASURED_BATCH images stand for all.
    """
    recipe = device.resolve(recipe.changed(batch_size=min(recipe.batch_size, MEASURED_BATCH)))
    device.configure(recipe)
    reseed(0, 0)
    source = source_of(recipe.dataset)
    state = TrainingState.make(recipe, source.shape, len(source.classes))
    channels, height, width = source.shape
    images = torch.randint(0, 256, (recipe.batch_size, height, width, channels), dtype=torch.uint8, device=recipe.device)
    labels = torch.randint(0, len(source.classes), (recipe.batch_size,), device=recipe.device)
    state.set_rate(0.0)  # noise is not to be learned, and a wild rate must not slow the measure with infinities
    _steps(state, recipe, images, labels, 5)
    steps, spent, began = 0, 0.0, time.perf_counter()
    while spent < seconds:
        steps += _steps(state, recipe, images, labels, 16 if recipe.device == "cuda" else 1)
        spent = time.perf_counter() - began
    return steps * recipe.batch_size / spent


def _steps(state: TrainingState, recipe: Recipe, images: Tensor, labels: Tensor, count: int) -> int:
    """Some steps, as the loop takes them: the device is waited for after the last one alone."""
    for _ in range(count):
        _, loss = state.step(recipe, images, labels)
    loss.item()
    return count
