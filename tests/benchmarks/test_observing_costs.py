"""What it costs a run to be observed (core/training/observation.py): timed inside the run, so that a busy machine does not matter.

Run by hand: `LAB_DATA=... python -m pytest tests/benchmarks/test_observing_costs.py -s`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.engines.thread import ThreadEngine
from core.training import loop, observation
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch

MOST = 0.03
"""Of the time of the run."""


class Timer:
    """Adds up the time inside the functions that it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - began

        return run


@pytest.mark.timing
@pytest.mark.parametrize(("dataset", "network", "images"), [
    ("cifar10", "report", 4_000), ("fashion-mnist", "arc3-report", 4_000), ("mnist", "mnist-cnn", 4_000), ("digits", "digits-cnn", 1_200),
])  # fmt: skip
def test_being_observed_costs_a_run_at_most_three_percent(
    dataset: str, network: str, images: int, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer, noting = Timer(), observation._noting
    monkeypatch.setattr(observation, "_noting", lambda noted, place: timer.timed(noting(noted, place)))
    monkeypatch.setattr(observation, "probability_arrays", timer.timed(observation.probability_arrays))
    monkeypatch.setattr(loop, "observe", timer.timed(loop.observe))
    recipe = Recipe(dataset=dataset, network=network, epochs=3, threads=1, precision="bfloat16", device="cpu", train_limit=images)
    marks = [(time.perf_counter(), timer.seconds) for record in ThreadEngine(real_data).stream(recipe) if isinstance(record, Epoch)]
    (began, before), (ended, after) = marks[0], marks[-1]
    share = (after - before) / (ended - began)
    print(f"{network} on {images} images of {dataset}: {100 * share:.2f}% of {ended - began:.2f} s")
    assert 0 < share <= MOST
