"""Both engines give the same bits, stop within a second, and leave no child behind."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engines import Control, Engine, EngineDied, ProcessEngine, ThreadEngine, check
from core.errors import LabError, RunFailed
from core.frames import frame_of, read_frame
from core.recipe import Recipe
from core.records import Epoch, Record, Result, Start, Tick

ROOT = Path(__file__).resolve().parents[2]
LONG = Recipe(epochs=10_000, batch_size=32, threads=1, precision="float32")
SHORT = Recipe(epochs=3, batch_size=64, threads=1, precision="float32", augment="flip")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessEngine]:
    engine = ProcessEngine(tmp_path_factory.mktemp("data"))
    yield engine
    engine.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "thread":
        return ThreadEngine(tmp_path)
    warm: ProcessEngine = request.getfixturevalue("process")
    return warm


BOTH = pytest.mark.parametrize("engine", ["thread", "process"], indirect=True)


def test_both_engines_give_the_same_bits(process: ProcessEngine, tmp_path: Path) -> None:
    here, there = list(ThreadEngine(tmp_path).stream(SHORT)), list(process.stream(SHORT))
    assert [type(r) for r in here if not isinstance(r, Tick)] == [type(r) for r in there if not isinstance(r, Tick)]
    results = [record for record in (here[-1], there[-1]) if isinstance(record, Result)]
    assert results[0].weights == results[1].weights and len(results[0].weights) > 1_000


def test_a_run_begun_in_one_engine_ends_in_the_other(process: ProcessEngine, tmp_path: Path) -> None:
    whole = list(process.stream(SHORT))
    first = next(record for record in whole if isinstance(record, Epoch) and record.epoch == 1)
    rest = list(ThreadEngine(tmp_path).stream(SHORT, first.checkpoint))
    assert isinstance(rest[-1], Result) and isinstance(whole[-1], Result)
    assert rest[-1].weights == whole[-1].weights
    begun = next(record for record in rest if isinstance(record, Start))
    assert begun.epoch == 1


@BOTH
def test_stop_ends_the_stream_within_a_second(engine: Engine) -> None:
    stream = engine.stream(LONG)
    records = iter(stream)
    next(record for record in records if isinstance(record, Epoch) and record.epoch == 1)
    stream.stop()
    began = time.monotonic()
    left = list(records)
    assert time.monotonic() - began < 1.5 and not any(isinstance(record, Result) for record in left)


def test_a_stubborn_child_is_killed_and_the_next_run_gets_a_new_one(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path)
    stream = engine.stream(LONG)
    records = iter(stream)
    next(records)
    child = engine.child().process
    os.kill(child.pid, signal.SIGSTOP) if hasattr(signal, "SIGSTOP") else pytest.skip("no way to freeze a process here")
    stream.stop()
    began = time.monotonic()
    list(records)
    assert time.monotonic() - began < 2.5
    assert child.wait(5) != 0
    assert any(isinstance(record, Result) for record in engine.stream(SHORT.changed(epochs=1)))
    engine.close()


@BOTH
def test_a_paused_run_is_silent_and_goes_on(engine: Engine) -> None:
    import threading

    stream, seen = engine.stream(LONG), []

    def read() -> None:
        for record in stream:
            seen.append(record)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    _wait(lambda: any(isinstance(record, Epoch) for record in seen))
    stream.pause()
    time.sleep(0.5)
    count = len(seen)
    time.sleep(0.5)
    assert len(seen) == count
    stream.resume()
    _wait(lambda: len(seen) > count)
    stream.stop()
    reader.join(3)
    assert not reader.is_alive()


def test_a_child_that_dies_is_told_and_replaced(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path)
    records = iter(engine.stream(LONG))
    next(record for record in records if isinstance(record, Epoch))
    engine.child().process.kill()
    with pytest.raises(EngineDied, match="resume the run"):
        list(records)
    assert engine.facts().result(30)["cores"] >= 1
    engine.close()


@BOTH
def test_what_fails_in_there_is_told_here_in_one_line(engine: Engine) -> None:
    with pytest.raises(RunFailed, match="the loss became"):
        list(engine.stream(SHORT.changed(learning_rate=1000.0)))
    with pytest.raises(LabError, match="cifar10") as missing:
        list(engine.stream(Recipe(dataset="cifar10", network="report")))
    assert not isinstance(missing.value, RunFailed) and "\n" not in str(missing.value)
    assert any(isinstance(record, Result) for record in engine.stream(SHORT)), "and the engine works on"


@BOTH
def test_speed_and_facts_are_measured(engine: Engine) -> None:
    assert engine.speed(SHORT).result(30) > 100
    assert {"device", "device_name", "cores", "precision", "torch"} <= engine.facts().result(30).keys()


def test_the_child_ends_when_its_pipe_does() -> None:
    child = subprocess.Popen([sys.executable, "-m", "core.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(frame_of({"do": "train", "recipe": LONG.as_dict(), "data": ".", "job": 1}))
    child.stdin.flush()
    while (frame := read_frame(child.stdout)) is not None and frame[0]["kind"] != "epoch":
        pass
    child.stdin.write(frame_of({"do": "pause", "job": 1}))
    child.stdin.flush()
    child.stdin.close()
    assert child.wait(3) == 0
    child.stdout.close()


def test_stop_wins_over_resume_and_pause() -> None:
    control = Control()
    ticks: Iterator[Record] = (Tick("training", 1, step) for step in itertools.count())
    governed = control.govern(ticks)
    next(governed)
    for wish in ("pause", "stop", "resume"):
        control.obey(wish)
    assert list(governed) == []


@pytest.mark.parametrize(("recipe", "says"), [
    (Recipe(network="report"), "layer 6"), (Recipe(dataset="mnist", network="arc1"), "--fetch"),
    (Recipe(train_limit=1400), "train limit is 1400"), (Recipe(device="mps"), "not on this machine"),
])  # fmt: skip
def test_check_refuses_what_could_not_run(recipe: Recipe, says: str, tmp_path: Path) -> None:
    if recipe.device == "mps" and sys.platform == "darwin":
        pytest.skip("an Apple GPU may be here")
    with pytest.raises(LabError, match=says) as refusal:
        check(recipe, tmp_path)
    assert "\n" not in str(refusal.value)


def _wait(condition: object, seconds: float = 20.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
