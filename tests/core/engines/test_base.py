"""Both engines give the same bits, stop within a second, and leave no child behind."""

from __future__ import annotations

import io
import itertools
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from core.engines import child, messages
from core.engines.base import Control, Engine, check
from core.engines.frames import frame_of, read_frame
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.engines.worker import Sender
from core.vocabulary.errors import EngineClosed, EngineDied, LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record, Result, Start, Tick
from tests.places import ROOT

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


BOTH = pytest.mark.parametrize("engine", ["thread", pytest.param("process", marks=pytest.mark.slow)], indirect=True)


# --- a child that is killed. These come first: a child that has not yet imported torch is cheap to lose, and what trains last stays.


@pytest.mark.slow
def test_a_worker_that_cannot_be_started_is_told_in_a_sentence(process: ProcessEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    for started in process.pool.children:
        started.kill()
    monkeypatch.setattr("core.engines.child.subprocess.Popen", none_left)
    says = r"cannot be started \(Resource temporarily unavailable\)"
    for question in (process.facts(), process.speed(SHORT)):
        with pytest.raises(EngineDied, match=says):
            question.result(0)
    with pytest.raises(EngineDied, match=says):
        list(process.stream(SHORT))
    monkeypatch.undo()
    assert process.facts().result(60)["cores"] >= 1, "asked again, it is tried again"


@pytest.mark.slow
def test_orders_to_a_child_that_does_not_read_keep_nobody_waiting(process: ProcessEngine) -> None:
    if not hasattr(signal, "SIGSTOP"):
        pytest.skip("no way to freeze a process here")
    frozen = process.pool.for_question()
    os.kill(frozen.process.pid, signal.SIGSTOP)
    stream = process.stream(LONG, b"x" * 5_000_000)  # more than any pipe holds
    threading.Timer(0.1, stream.stop).start()
    assert list(stream) == []
    assert not frozen.alive


@pytest.mark.slow
def test_closing_kills_a_child_that_does_not_obey(process: ProcessEngine) -> None:
    stream = process.stream(LONG)
    records = iter(stream)
    next(records)
    if not hasattr(signal, "SIGSTOP"):
        pytest.skip("no way to freeze a process here")
    frozen = process.pool.for_question()
    os.kill(frozen.process.pid, signal.SIGSTOP)
    stream.close()
    assert list(records) == [] and frozen.process.poll() == -signal.SIGKILL


@pytest.mark.slow
def test_one_unreadable_message_ends_the_worker_and_not_the_engine(process: ProcessEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    records = iter(process.stream(LONG))
    next(records)
    broken, real = process.pool.for_question(), child.read_frame

    def unreadable(pipe: IO[bytes]) -> object:
        real(pipe)
        raise ValueError("not JSON")

    monkeypatch.setattr(child, "read_frame", unreadable)
    with pytest.raises(EngineDied, match=r"said what cannot be read \(not JSON\)"):
        list(records)
    monkeypatch.undo()
    assert not broken.alive
    assert any(isinstance(record, Result) for record in process.stream(SHORT))


@pytest.mark.slow
def test_a_stubborn_child_is_killed_and_the_next_run_gets_a_new_one(process: ProcessEngine) -> None:
    stream = process.stream(LONG)
    records = iter(stream)
    next(records)
    stubborn = process.pool.for_question().process
    os.kill(stubborn.pid, signal.SIGSTOP) if hasattr(signal, "SIGSTOP") else pytest.skip("no way to freeze a process here")
    stream.stop()
    began = time.monotonic()
    list(records)
    assert time.monotonic() - began < 2.5
    assert stubborn.wait(5) != 0
    assert any(isinstance(record, Result) for record in process.stream(SHORT.changed(epochs=1)))


@pytest.mark.slow
def test_a_child_that_dies_is_told_and_replaced(process: ProcessEngine) -> None:
    records = iter(process.stream(LONG))
    next(record for record in records if isinstance(record, Epoch))
    process.pool.for_question().process.kill()
    with pytest.raises(EngineDied, match="resume the run"):
        list(records)
    assert process.facts().result(30)["cores"] >= 1


# --- a child that stays warm


@pytest.mark.slow
def test_both_engines_give_the_same_bits(process: ProcessEngine, tmp_path: Path) -> None:
    here, there = list(ThreadEngine(tmp_path).stream(SHORT)), list(process.stream(SHORT))
    assert [type(r) for r in here if not isinstance(r, Tick)] == [type(r) for r in there if not isinstance(r, Tick)]
    results = [record for record in (here[-1], there[-1]) if isinstance(record, Result)]
    assert results[0].weights == results[1].weights and len(results[0].weights) > 1_000


@pytest.mark.slow
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


@BOTH
def test_a_paused_run_is_silent_and_goes_on(engine: Engine) -> None:
    stream, seen = engine.stream(LONG), []

    def read() -> None:
        for record in stream:
            seen.append(record)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    _wait(lambda: any(isinstance(record, Epoch) for record in seen))
    stream.pause()

    def silent() -> bool:
        count = len(seen)
        time.sleep(1.0)  # twice as long as a run that trains says nothing
        return len(seen) == count

    try:
        _wait(silent)
        count = len(seen)
        stream.resume()
        _wait(lambda: len(seen) > count)
    finally:  # the child is the other tests' too
        stream.stop()
    reader.join(3)
    assert not reader.is_alive()


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


@pytest.mark.slow
def test_the_child_ends_when_its_pipe_does() -> None:
    worker = subprocess.Popen([sys.executable, "-m", "core.engines.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(frame_of(*messages.encode_order(messages.Train(1, LONG, Path()))))
    worker.stdin.flush()
    while (frame := read_frame(worker.stdout)) is not None:
        answer = messages.decode_answer(*frame)
        if isinstance(answer, messages.Recorded) and isinstance(answer.record, Epoch):
            break
    worker.stdin.write(frame_of(*messages.encode_order(messages.Pause(1))))
    worker.stdin.flush()
    worker.stdin.close()
    assert worker.wait(3) == 0
    worker.stdout.close()


def test_stop_wins_over_resume_and_pause() -> None:
    control = Control()
    ticks: Iterator[Record] = (Tick("training", 1, step) for step in itertools.count())
    governed = control.controlled(ticks)
    next(governed)
    for order in ("pause", "stop", "resume"):
        control.request(order)
    assert list(governed) == []


def test_control_obeys_from_before_the_first_record_on() -> None:
    control = Control()
    control.request("stop", 7)
    assert control.stopped(7) and list(control.controlled(iter([Tick("training", 1)]), 7)) == []
    control.request("stop", 6)  # comes after its run has ended
    assert list(control.controlled(iter([Tick("training", 1)]), 8)) and not control._request, "nothing is kept for ever"


@BOTH
@pytest.mark.parametrize("orders", [("stop",), ("pause", "stop"), ("close",), ("close", "close")])
def test_a_stream_that_is_stopped_before_it_is_read_starts_nothing(engine: Engine, orders: tuple[str, ...]) -> None:
    stream = engine.stream(LONG)
    for order in orders:
        getattr(stream, order)()
    assert list(stream) == []
    stream.close()


def test_a_stream_of_a_process_that_nobody_reads_needs_no_process(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path)
    engine.stream(LONG).close()
    assert engine.pool.children == ()


@BOTH
def test_a_run_that_is_paused_before_it_is_read_waits_and_goes_on(engine: Engine) -> None:
    stream = engine.stream(SHORT)
    stream.pause()
    stream.resume()
    assert any(isinstance(record, Result) for record in stream)


@BOTH
def test_closing_a_stream_that_is_half_read_frees_the_engine(engine: Engine) -> None:
    stream = engine.stream(LONG)
    records = iter(stream)
    next(record for record in records if isinstance(record, Epoch))
    stream.close()
    assert any(isinstance(record, Result) for record in engine.stream(SHORT)), "the next run is trained at once"
    assert list(records) == []
    stream.close()


@pytest.mark.parametrize("kind", [ThreadEngine, ProcessEngine])
def test_no_question_starts_anything_after_close(kind: type[ThreadEngine] | type[ProcessEngine], tmp_path: Path) -> None:
    engine = kind(tmp_path)
    engine.close()
    for question in (engine.facts(), engine.speed(SHORT)):
        with pytest.raises(EngineClosed, match="the engine is closed"):
            question.result(0)
    assert not isinstance(engine, ProcessEngine) or engine.pool.children == ()


def test_a_question_to_the_thread_engine_waits_for_the_run_but_not_the_asker(tmp_path: Path) -> None:
    engine = ThreadEngine(tmp_path)
    stream = engine.stream(LONG)
    records = iter(stream)
    next(records)
    speed = engine.speed(SHORT)
    assert not speed.done(), "a run is in the way"
    stream.close()
    assert speed.result(30) > 100


def test_a_stop_is_obeyed_while_another_run_is_in_the_thread_engine(tmp_path: Path) -> None:
    engine = ThreadEngine(tmp_path)
    first, second = engine.stream(LONG), engine.stream(LONG)
    reading = iter(first)
    next(reading)
    threading.Timer(0.1, second.stop).start()
    assert list(second) == []
    first.close()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"\xff" * 100, struct.pack("<II", 3, 0) + b"no!", frame_of({"pause": 1})])
def test_a_worker_that_gets_what_is_no_order_ends(sent: bytes) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "core.engines.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=ROOT)  # fmt: skip
    _, says = worker.communicate(sent)
    assert worker.returncode == 1 and b"Error" in says


@pytest.mark.slow
def test_a_worker_whose_sending_thread_fails_ends_and_does_not_hang() -> None:
    code = """
import io, threading
from core.engines.messages import Ended
from core.engines.worker import Sender
class Broken(io.BytesIO):
    def write(self, data): raise RuntimeError("a fault in here")
sender = Sender(Broken())
sender.start()
for number in range(5):
    sender.send(Ended(number))
threading.Event().wait()
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 1 and b"a fault in here" in ended.stderr


def test_what_cannot_be_sent_is_refused_to_its_sender() -> None:
    with pytest.raises(TypeError):
        Sender(io.BytesIO()).send(messages.Facts(1, {"facts": object()}))
    with pytest.raises(ValueError, match="expected at most"):
        read_frame(io.BytesIO(struct.pack("<II", 2**32 - 1, 0)))
    assert read_frame(io.BytesIO(frame_of({"a": 1}, b"blob"))) == ({"a": 1}, b"blob")
    assert read_frame(io.BytesIO(frame_of({"a": 1}, b"blob")[:-1])) is None


@pytest.mark.parametrize(("recipe", "says"), [
    (Recipe(network="report"), "Layer 6"), (Recipe(dataset="mnist", network="arc1"), "--fetch"),
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
