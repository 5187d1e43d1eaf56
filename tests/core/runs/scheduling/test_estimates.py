"""How long a run will take: measured when the machine is free, learned from runs, scaled while one is going on."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import product
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.datasets.split_sizes import MEASURED_BATCH
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.runs.scheduling.estimates import MEASUREMENTS, REMEMBERED, Estimates, expected_seconds
from core.vocabulary.errors import EngineClosed, EngineDied
from core.vocabulary.networks import multiplications
from core.vocabulary.recipe import Recipe, preset


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
    estimates.record_speed(CIFAR.changed(device="cpu", precision="bfloat16"), 2_000.0)
    assert estimates.of(CIFAR, busy=True).basis == "measured", "the same recipe, resolved"
    other = estimates.of(DIGITS, busy=True)
    share = multiplications("report", (3, 32, 32)) / multiplications("digits-cnn", (1, 8, 8))
    assert other.basis == "scaled" and other.images_per_second == pytest.approx(2_000.0 * share)
    assert estimates.of(CIFAR.changed(precision="float32"), busy=True).basis == "scaled", "another precision, another speed"


def test_a_measurement_that_fails_is_told() -> None:
    from core.vocabulary.errors import RunFailed

    engine = Engine()
    estimates = Estimates(engine)
    engine.answer.set_exception(RunFailed("no"))
    assert estimates.of(CIFAR, busy=False).basis == "unknown"


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Failing(Engine):
    """An engine whose first measurements fail."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def speed(self, recipe: Recipe) -> Future[float]:
        self.asked.append(recipe)
        answer: Future[float] = Future()
        if len(self.asked) <= self.failures:
            answer.set_exception(EngineDied("the worker ended"))
        else:
            answer.set_result(1_000.0)
        return answer


def test_a_measurement_that_failed_is_made_again_later_and_less_often() -> None:
    engine, clock = Failing(failures=3), Clock()
    estimates = Estimates(engine, clock)
    bases = [estimates.of(CIFAR, busy=False).basis for _ in range(10)]
    assert bases == ["unknown"] * 10 and len(engine.asked) == 2, "once more at once, and then not at every look"
    for seconds, asked in ((9.0, 2), (2.0, 3), (30.0, 3), (31.0, 4)):
        clock.now += seconds
        estimates.of(CIFAR, busy=False)
        assert len(engine.asked) == asked
    assert estimates.of(CIFAR, busy=False).basis == "measured"


def test_one_failure_is_hardly_seen() -> None:
    estimates = Estimates(Failing(failures=1))
    assert [estimates.of(CIFAR, busy=False).basis for _ in range(2)] == ["unknown", "measured"]


def test_however_many_links_are_looked_at_one_measurement_is_made_at_a_time() -> None:
    engine = Engine()
    estimates = Estimates(engine)
    for seed, threads in product(range(50), range(1, 7)):
        assert estimates.of(DIGITS.changed(seed=seed, threads=threads), busy=False).basis == "measuring"
    assert len(engine.asked) == 1


def test_large_batches_share_a_measurement() -> None:
    engine = Engine()
    estimates = Estimates(engine)
    estimates.of(CIFAR.changed(batch_size=10_000), busy=False)
    engine.answer.set_result(1_000.0)
    assert estimates.of(CIFAR.changed(batch_size=MEASURED_BATCH), busy=False).basis == "measured"
    assert len(engine.asked) == 1


def test_a_visitor_s_measurements_are_bounded_and_leave_the_others_theirs() -> None:
    engine, clock = Failing(failures=0), Clock()
    estimates = Estimates(engine, clock)

    def looks(visitor: str, seed: int) -> None:
        for threads in range(1, 51):
            estimates.of(DIGITS.changed(batch_size=seed, threads=threads), False, visitor)

    looks("one", 1)
    assert len(engine.asked) == MEASUREMENTS[0]
    looks("two", 2)
    assert len(engine.asked) == 2 * MEASUREMENTS[0]
    clock.now += MEASUREMENTS[1]
    looks("one", 3)
    assert len(engine.asked) == 2 * MEASUREMENTS[0] + 1


def test_a_bounded_number_is_remembered() -> None:
    estimates = Estimates(Engine())
    for batch_size in range(1, 512):
        estimates.record_speed(DIGITS.changed(batch_size=batch_size), 1.0)
    assert len(estimates._speeds) == REMEMBERED
    assert estimates.of(DIGITS.changed(batch_size=511), busy=True).basis == "measured"


def test_nothing_is_asked_after_the_end() -> None:
    engine = Engine()
    estimates = Estimates(engine)
    estimates.close()
    assert estimates.of(CIFAR, busy=False).basis == "measuring" and not engine.asked and estimates.facts() is None


def test_an_engine_that_cannot_be_asked_is_a_failed_measurement() -> None:
    class Unable(Engine):
        def speed(self, recipe: Recipe) -> Future[float]:
            raise OSError(11, "Resource temporarily unavailable")

        def facts(self) -> Future[dict[str, Any]]:
            raise OSError(11, "Resource temporarily unavailable")

    estimates = Estimates(Unable())
    assert estimates.of(CIFAR, busy=False).basis == "unknown" and estimates.facts() is None


def test_asking_the_thread_engine_never_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.training import throughput as speed

    release = Event()
    monkeypatch.setattr(speed, "training_speed", lambda recipe: release.wait(20) and 1_000.0)
    estimates = Estimates(ThreadEngine(tmp_path))
    assert estimates.of(CIFAR, busy=False).basis == "measuring", "it is measured in a thread of its own"
    release.set()
    assert estimates._measuring is not None
    estimates._measuring[1].result(20)
    assert estimates.of(CIFAR, busy=False).basis == "measured"


def test_a_closed_engine_starts_no_worker(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path)
    engine.close()
    for answer in (engine.facts(), engine.speed(CIFAR)):
        assert isinstance(answer.exception(), EngineClosed)
    assert engine.pool.children == ()


def test_a_large_batch_is_measured_with_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.training.state import TrainingState
    from core.training.throughput import training_speed

    sizes: list[int] = []
    real = TrainingState.step

    def step(learner: TrainingState, recipe: Recipe, images: Any, labels: Any) -> Any:
        sizes.append(len(images))
        return real(learner, recipe, images, labels)

    monkeypatch.setattr(TrainingState, "step", step)
    assert training_speed(DIGITS.changed(batch_size=5_000), seconds=0.01) > 0
    assert set(sizes) == {MEASURED_BATCH}


def test_multiplications_by_hand() -> None:
    assert multiplications("arc1", (1, 28, 28)) == 784 * 128 + 128 * 10
    first = 27 * 32 * 30 * 30
    assert multiplications("report", (3, 32, 32)) > first
