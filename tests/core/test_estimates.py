"""How long a run will take: measured when the machine is free, learned from runs, scaled while one is going on."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from core.estimates import Estimates, expected_seconds
from core.networks import multiplications
from core.recipe import Recipe, preset


class Engine:
    """An engine that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Recipe] = []
        self.answer: Future[float] = Future()

    def stream(self, recipe: Recipe, resume: bytes | None = None) -> Any:
        raise NotImplementedError

    def facts(self) -> Future[dict[str, Any]]:
        known: Future[dict[str, Any]] = Future()
        known.set_result({"device": "cpu", "precision": "bfloat16"})
        return known

    def speed(self, recipe: Recipe) -> Future[float]:
        self.asked.append(recipe)
        return self.answer

    def close(self) -> None: ...


CIFAR, DIGITS = preset("quick", "cifar10"), preset("quick", "digits")


def test_a_free_machine_is_measured_once() -> None:
    engine = Engine()
    estimates = Estimates(engine)
    assert estimates.of(CIFAR, busy=False).basis == "measuring"
    engine.answer.set_result(1_000.0)
    estimate = estimates.of(CIFAR, busy=False)
    assert estimate.basis == "measured" and estimate.seconds == expected_seconds(CIFAR, 1_000.0)
    assert len(engine.asked) == 1


def test_a_busy_machine_is_not_measured_but_a_run_teaches() -> None:
    engine = Engine()
    estimates = Estimates(engine)
    assert estimates.of(CIFAR, busy=True).basis == "busy" and not engine.asked
    estimates.learn(CIFAR.changed(device="cpu", precision="bfloat16"), 2_000.0)
    assert estimates.of(CIFAR, busy=True).basis == "measured", "the same recipe, resolved"
    other = estimates.of(DIGITS, busy=True)
    share = multiplications("report", (3, 32, 32)) / multiplications("digits-cnn", (1, 8, 8))
    assert other.basis == "scaled" and other.images_per_second == pytest.approx(2_000.0 * share)
    assert estimates.of(CIFAR.changed(precision="float32"), busy=True).basis == "scaled", "another precision, another speed"


def test_a_measurement_that_fails_is_told() -> None:
    from core.errors import RunFailed

    engine = Engine()
    estimates = Estimates(engine)
    engine.answer.set_exception(RunFailed("no"))
    assert estimates.of(CIFAR, busy=False).basis == "unknown"


def test_multiplications_by_hand() -> None:
    assert multiplications("arc1", (1, 28, 28)) == 784 * 128 + 128 * 10
    first = 27 * 32 * 30 * 30
    assert multiplications("report", (3, 32, 32)) > first
