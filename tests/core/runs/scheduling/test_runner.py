"""Every order at every point of a run's life: no run is lost, whatever comes in between.

The scripted engine and store stop the run's thread at a point, the order is given there, and the thread goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs.scheduling import runner
from core.runs.store import StoreError
from core.vocabulary.errors import EngineDied, LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor
from tests.core.runs.scripted_engine import Lab, weights_of

ANNA, BEN, TEACHER = Visitor("anna"), Visitor("ben"), Visitor("", "the token")
RECIPE = Recipe(epochs=2, train_limit=200, batch_size=64)

POINTS = ("stream", "start", "store start", "stored start", "epoch 0", "store epoch 0", "stored epoch 0", "epoch 1", "store epoch 1",
          "stored epoch 1", "result", "store result", "stored result", "close")  # fmt: skip
AFTER_THE_RESULT = ("store result", "stored result", "close")
"""Whoever comes here has a result, or is about to have it: no order can take it away."""
SHOWN_RUNNING = POINTS[POINTS.index("epoch 0") : POINTS.index("close")]
"""Where the run is shown as running."""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def at(lab: Lab, point: str) -> str:
    """A run of Anna's that stands at the point."""
    lab.script.hold(point)
    run = lab.manager.submit(RECIPE, ANNA)
    lab.script.wait_for(point)
    return run


def finishes(lab: Lab, run: str) -> None:
    lab.manager.resume(run, ANNA)
    lab.rest()
    snapshot = lab.manager.snapshot(run)
    assert snapshot.status == "finished" and snapshot.weights is not None
    assert snapshot.weights.read_bytes() == weights_of(RECIPE), "as if nothing had come in between"


@pytest.mark.parametrize("point", POINTS)
def test_a_stop_is_obeyed_wherever_the_run_is(point: str, lab: Lab) -> None:
    run = at(lab, point)
    after = lab.manager.submit(RECIPE, BEN)
    lab.manager.stop(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(after).status == "finished", "the next one starts"
    assert lab.manager.snapshot(run).status == ("finished" if point in AFTER_THE_RESULT else "stopped")
    lab.manager.stop(run, ANNA)  # once more changes nothing
    if point not in AFTER_THE_RESULT:
        finishes(lab, run)


def test_a_run_of_another_process_is_stopped_there(lab: Lab, tmp_path: Path) -> None:
    run = at(lab, "epoch 1")
    other = Lab(tmp_path)
    with pytest.raises(LabError, match="is running in another process; stop it there"):
        other.manager.stop(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(run).status == "finished"


@pytest.mark.parametrize("point", POINTS)
def test_close_loses_nothing_and_nothing_starts_afterwards(point: str, lab: Lab, tmp_path: Path) -> None:
    run = at(lab, point)
    after = lab.manager.submit(RECIPE, BEN)
    lab.manager.close()
    lab.rest()
    assert lab.manager.snapshot(run).status == ("finished" if point in AFTER_THE_RESULT else "interrupted")
    assert lab.manager.snapshot(after).status == "interrupted" and len(lab.engine.streams) <= 1
    asked = lab.engine.questions
    assert lab.manager.facts is None and lab.manager.expected(RECIPE.changed(batch_size=7)).basis != "measured"
    assert lab.engine.questions == asked, "no question starts an engine"
    for order in (lambda: lab.manager.submit(RECIPE, BEN), lambda: lab.manager.resume(after, BEN)):
        with pytest.raises(LabError, match="closing"):
            order()
    lab.rest()
    again = Lab(tmp_path)
    if point not in AFTER_THE_RESULT:
        finishes(again, run)
    again.manager.resume(after, BEN)
    again.rest()
    assert again.manager.snapshot(after).status == "finished"


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_takes_no_epoch_with_it(point: str, lab: Lab) -> None:
    run = at(lab, point)
    after = lab.manager.submit(RECIPE, BEN)
    lab.script.failures[point] = EngineDied("the worker process ended by itself (exit code -9); resume the run to go on")
    lab.rest_of(run)
    lab.rest()
    snapshot = lab.manager.snapshot(run)
    if point == "stored result" or point == "close":
        assert snapshot.status == "finished"
    else:
        assert snapshot.status == "interrupted" and "exit code -9" in snapshot.message
        finishes(lab, run)
    assert lab.manager.snapshot(after).status == "finished"


@pytest.mark.parametrize("point", [f"{when} {what}" for when in ("store", "stored") for what in ("start", "epoch 0", "epoch 1", "result")])
@pytest.mark.parametrize("says_why", [True, False])
def test_a_record_that_cannot_be_stored_ends_the_run_and_frees_the_place(point: str, says_why: bool, lab: Lab) -> None:
    run = at(lab, point)
    lab.script.failures[point] = StoreError("cannot write to the run store: No space left on device")
    if says_why:
        after = lab.manager.submit(RECIPE, BEN)
    else:
        lab.store.refused.add("set_status")
    lab.rest_of(run)
    lab.store.refused.clear()
    if not says_why:
        after = lab.manager.submit(RECIPE, BEN)
    lab.rest()
    assert lab.manager.snapshot(after).status == "finished"
    snapshot = lab.manager.snapshot(run)
    if point == "stored result":
        assert snapshot.status == "finished"
    else:
        listed = next(summary for summary in lab.manager.list() if summary.run == run)
        assert snapshot.status == listed.status == "interrupted"
        assert "No space left" in snapshot.message and listed.message == snapshot.message
        finishes(lab, run)
        assert lab.manager.snapshot(run).message == ""


@pytest.mark.parametrize(("failure", "before", "later"), [
    (RunFailed("the loss became nan"), "failed", "failed"),
    (LabError("cifar10 is not there"), "failed", "interrupted"),
    (KeyError("kind"), "failed", "interrupted"),
    (StoreError("No space left"), "interrupted", "interrupted"),
    (SystemExit(3), "failed", "interrupted"),
], ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None)  # fmt: skip
def test_what_a_failure_makes_of_a_run(failure: BaseException, before: str, later: str, tmp_path: Path) -> None:
    for point, expected in (("stream", before), ("start", before), ("epoch 1", later)):
        lab = Lab(tmp_path / point)
        run = at(lab, point)
        lab.script.failures[point] = failure
        lab.rest_of(run)
        snapshot = lab.manager.snapshot(run)
        assert snapshot.status == expected and snapshot.message and "\n" not in snapshot.message
        lab.rest()
        if expected == "interrupted":
            finishes(lab, run)
        else:
            with pytest.raises(LabError, match="nothing to resume"):
                lab.manager.resume(run, ANNA)


@pytest.mark.parametrize("point", POINTS)
def test_a_pause_holds_where_it_is_shown_running_and_is_refused_elsewhere(point: str, lab: Lab) -> None:
    run = at(lab, point)
    if point not in SHOWN_RUNNING:
        with pytest.raises(LabError, match=r"only a running run can be paused|not active"):
            lab.manager.pause(run, ANNA)
        return lab.rest()
    lab.manager.pause(run, ANNA)
    lab.rest()
    now = lab.manager.snapshot(run)
    if point in AFTER_THE_RESULT:
        assert now.status == "finished"
    else:
        assert now.status == "paused" == lab.store.get(run).status and now.active
        lab.manager.resume(run, ANNA)
        lab.rest()
        assert lab.manager.snapshot(run).status == "finished"


@pytest.mark.parametrize("point", SHOWN_RUNNING)
@pytest.mark.parametrize("resumed_at_once", [True, False])
def test_a_paused_run_gives_its_place_up_and_gets_one_again(point: str, resumed_at_once: bool, lab: Lab) -> None:
    run = at(lab, point)
    lab.manager.pause(run, ANNA)
    other = lab.manager.submit(RECIPE, BEN)
    if resumed_at_once:
        lab.manager.resume(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(other).status == "finished"
    if point not in AFTER_THE_RESULT and not resumed_at_once:
        assert lab.manager.snapshot(run).status == "paused" and lab.manager._active == []
        lab.manager.resume(run, ANNA)
        lab.rest()
    assert lab.manager.snapshot(run).status == "finished"


@pytest.mark.parametrize("point", [point for point in POINTS if point not in AFTER_THE_RESULT])
def test_of_a_stop_and_a_resume_the_last_one_counts(point: str, lab: Lab) -> None:
    run = at(lab, point)
    lab.manager.stop(run, ANNA)
    lab.manager.resume(run, ANNA)
    lab.manager.stop(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(run).status == "stopped"
    lab.script.hold("result")
    lab.manager.resume(run, ANNA)
    lab.script.wait_for("result")
    lab.manager.stop(run, ANNA)
    lab.manager.resume(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(run).status == "finished"


# --- a store that refuses an order ---------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["create", "lock"])
def test_a_run_that_cannot_be_queued_is_not_there(operation: str, lab: Lab) -> None:
    lab.store.refused.add(operation)
    with pytest.raises(StoreError, match="No space left"):
        lab.manager.submit(RECIPE, ANNA)
    lab.store.refused.clear()
    assert [run for run in lab.manager.list() if run.status != "failed"] == [] and len(lab.manager._queue) == 0
    run = lab.manager.submit(RECIPE, ANNA)
    lab.rest()
    assert lab.manager.snapshot(run).status == "finished"


def test_a_refused_write_leaves_a_pause_and_a_resume_undone(lab: Lab) -> None:
    run = at(lab, "epoch 1")
    lab.store.refused.add("set_status")
    with pytest.raises(StoreError):
        lab.manager.pause(run, ANNA)
    assert lab.manager.snapshot(run).status == "running" == lab.store.get(run).status
    assert not lab.engine.streams[0].paused, "it does not stand still unseen"
    lab.store.refused.clear()
    lab.manager.pause(run, ANNA)
    lab.store.refused.add("set_status")
    with pytest.raises(StoreError):
        lab.manager.resume(run, ANNA)
    assert lab.manager.snapshot(run).status == "paused" and lab.engine.streams[0].paused
    lab.store.refused.clear()
    lab.manager.resume(run, ANNA)
    lab.rest()
    assert lab.manager.snapshot(run).status == "finished"


def test_a_refused_write_leaves_a_resume_from_the_store_undone(lab: Lab) -> None:
    run = at(lab, "epoch 1")
    lab.manager.stop(run, ANNA)
    lab.rest()
    lab.store.refused.add("set_status")
    with pytest.raises(StoreError):
        lab.manager.resume(run, ANNA)
    lab.store.refused.clear()
    lab.rules()
    assert lab.manager.snapshot(run).status == "stopped"
    finishes(lab, run)


def test_a_stop_counts_also_when_it_cannot_be_written(lab: Lab) -> None:
    run, waiting = at(lab, "epoch 1"), lab.manager.submit(RECIPE, BEN)
    lab.store.refused.add("set_status")
    lab.manager.stop(waiting, BEN)
    lab.manager.stop(run, ANNA)
    lab.rest_of(run)
    lab.rest()
    for stopped in (run, waiting):
        now = lab.manager.snapshot(stopped)
        assert now.status == "interrupted" and "it was stopped, which could not be stored" in now.message
    finishes(lab, run)
    lab.manager.delete(waiting, BEN)


def test_a_thread_that_cannot_be_started_harms_its_run_alone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(runner.threading.Thread, "start", no_thread)
    run = lab.manager.submit(RECIPE, ANNA)
    monkeypatch.undo()
    now = lab.manager.snapshot(run)
    assert now.status == "interrupted" and "can't start new thread" in now.message
    finishes(lab, run)


# --- two orders at one point ---------------------------------------------------------------------------------------

ORDERS: dict[str, Callable[[Lab, str], object]] = {
    "stop": lambda lab, run: lab.manager.stop(run, ANNA),
    "pause": lambda lab, run: lab.manager.pause(run, ANNA),
    "resume": lambda lab, run: lab.manager.resume(run, ANNA),
    "submit": lambda lab, run: lab.manager.submit(RECIPE, BEN),
    "stop all": lambda lab, run: lab.manager.stop_all(TEACHER),
    "store": lambda lab, run: lab.store.refused.update({"epoch", "result", "set_status"}),
    "die": lambda lab, run: lab.script.failures.update({"*": EngineDied("it is gone; resume the run to go on")}),
    "fail": lambda lab, run: lab.script.failures.update({"*": RunFailed("the loss became nan")}),
    "close": lambda lab, run: lab.manager.close(),
}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_any_two_orders_at_a_point_keep_the_rules(point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engines.base.check", lambda *_, **__: None)
    for number, orders in enumerate(itertools.permutations(ORDERS, 2)):
        lab = Lab(tmp_path / str(number))
        run = at(lab, point)
        for name in orders:
            try:
                ORDERS[name](lab, run)
            except LabError as refusal:
                assert "\n" not in str(refusal)
        lab.rest_of(run)
        lab.rest()
        if not lab.manager._closed and lab.manager.snapshot(run).status in ("paused", "stopped", "interrupted"):
            finishes(lab, run)
