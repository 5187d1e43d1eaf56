"""The teacher's queue: nobody waits for a stranger's second run, bounds, order, holding, and runs for after the lesson."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.datasets.own.store import OwnStore
from core.runs.manager import JobManager
from core.runs.scheduling.limits import Limits
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor
from tests.core.datasets.own.conftest import collected
from tests.core.runs.scripted_engine import Lab

ANNA, BEN, CARL, TEACHER = Visitor("anna"), Visitor("ben"), Visitor("carl"), Visitor("teacher", "the token")
SHORT = Recipe(epochs=1, train_limit=200, batch_size=64)


@pytest.fixture(autouse=True)
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a recipe can be trained is checked elsewhere, with torch."""
    monkeypatch.setattr("core.engines.base.check", lambda *_, **__: None)


def begun(lab: Lab) -> list[int]:
    """The seeds of the runs in the order in which they began."""
    return [stream.recipe.seed for stream in lab.engine.streams]


@pytest.mark.parametrize("places", [1, 2, 4])
def test_of_thirty_people_nobody_waits_for_a_stranger_s_second_run_before_the_own_first(places: int, tmp_path: Path) -> None:
    lab = Lab(tmp_path, "*", places=places)
    lab.manager.set_limits(Limits(waiting=100), TEACHER)
    for seed in range(30):  # the first three are quick and greedy: they have three runs each before anybody else comes
        for _ in range(3 if seed < 3 else 2):
            lab.manager.submit(SHORT.changed(seed=seed), Visitor(f"person {seed}"))
    lab.script.settle(lab.manager)
    at_once = [job.recipe.seed for job in lab.manager._active]
    while lab.manager._active:
        lab.script.go_on(lab.manager)
    assert all(run.status == "finished" for run in lab.manager.list()) and lab.engine.most_working == places
    order = begun(lab)
    firsts = sorted(set(range(30)) - set(at_once))
    assert sorted(order[places : places + len(firsts)]) == firsts, "each has a first run before anybody has another"
    assert len(order) == 3 * 3 + 2 * 27


def test_a_newcomer_comes_before_second_runs(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "stream")
    for seed in (1, 2, 3):
        lab.manager.submit(SHORT.changed(seed=seed), ANNA)
    lab.manager.submit(SHORT.changed(seed=11), BEN)
    lab.manager.submit(SHORT.changed(seed=12), BEN)
    lab.manager.submit(SHORT.changed(seed=21), CARL)
    lab.rest()
    assert begun(lab) == [1, 11, 21, 2, 12, 3]


def test_the_teacher_holds_orders_and_clears_the_queue(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    manager = lab.manager
    manager.hold(True, TEACHER)
    runs = [manager.submit(SHORT.changed(seed=seed), visitor) for seed, visitor in enumerate((ANNA, BEN, CARL))]
    assert manager.queue_state().held and manager.queue_state().waiting == tuple(runs) and manager.queue_state().at_work == ()
    manager.put_first(runs[2], TEACHER)
    manager.move(runs[0], 1, TEACHER)
    assert manager.queue_state().waiting == (runs[2], runs[1], runs[0])
    manager.hold(False, TEACHER)
    lab.script.wait_for("epoch 1")
    assert manager.queue_state().at_work == (runs[2],)
    with pytest.raises(LabError, match="does not wait"):
        manager.put_first(runs[2], TEACHER)
    assert manager.clear(TEACHER) == 2
    lab.rest()
    assert [manager.snapshot(run).status for run in runs] == ["stopped", "stopped", "finished"]


ORDERS: tuple[Callable[[JobManager, str, Visitor], object], ...] = (
    lambda manager, _, visitor: manager.hold(True, visitor),
    lambda manager, _, visitor: manager.clear(visitor),
    lambda manager, run, visitor: manager.put_first(run, visitor),
    lambda manager, run, visitor: manager.move(run, 1, visitor),
    lambda manager, _, visitor: manager.start_later_runs(visitor),
    lambda manager, _, visitor: manager.set_limits(Limits(), visitor),
    lambda manager, _, visitor: manager.stop_all(visitor),
)


def test_only_the_teacher_gives_orders_to_the_queue(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "stream")
    lab.manager.submit(SHORT, ANNA)
    run = lab.manager.submit(SHORT, ANNA)
    for order in ORDERS:
        for visitor in (ANNA, Visitor("guess", "no token")):
            with pytest.raises(LabError, match="only the teacher"):
                order(lab.manager, run, visitor)
    assert lab.manager.queue_state().waiting == (run,) and not lab.manager.queue_state().held


def test_a_held_queue_takes_no_place_from_a_paused_run(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    paused = lab.manager.submit(SHORT, ANNA)
    lab.script.wait_for("epoch 1")
    lab.manager.pause(paused, ANNA)
    lab.manager.hold(True, TEACHER)
    other = lab.manager.submit(SHORT, BEN)
    assert lab.manager.snapshot(other).wait is None and lab.manager._active[0].ending == ""
    lab.manager.hold(False, TEACHER)
    lab.rest()
    assert lab.manager.snapshot(other).status == "finished" and lab.manager.snapshot(paused).status == "paused"


def test_more_epochs_than_the_teacher_allows_make_no_run(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.manager.set_limits(Limits(epochs=5), TEACHER)
    with pytest.raises(LabError, match="epochs is 10,000; expected at most 5"):
        lab.manager.submit(SHORT.changed(epochs=10_000), ANNA)
    assert lab.manager.list() == []
    lab.manager.submit(SHORT.changed(epochs=6), TEACHER)
    lab.rest()


def test_a_run_beyond_the_lesson_waits_for_its_end(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    manager = lab.manager
    first = manager.submit(SHORT, ANNA)
    lab.rest()  # now its speed, 100 images a second, is known
    manager.set_limits(Limits(minutes=1), TEACHER)
    long = SHORT.changed(epochs=100)
    assert manager.starts_later(long, ANNA) and not manager.starts_later(SHORT, ANNA) and not manager.starts_later(long, TEACHER)
    later, again = manager.submit(long, ANNA), manager.submit(long, BEN)
    short = manager.submit(SHORT, BEN)
    lab._until(lambda: manager.snapshot(short).status == "finished", "the short one waits")
    now = manager.snapshot(later)
    assert now.status == "queued" and now.later and now.place is None and now.wait is None
    assert [it.later for it in manager.list() if it.run in (later, first)] == [True, False]
    manager.stop(again, BEN)
    manager.resume(again, BEN)
    assert manager.queue_state().later == (later, again), "a stop and a resume are no way around it"
    assert manager.start_later_runs(TEACHER) == 2
    lab.rest()
    assert {manager.snapshot(run).status for run in (later, again)} == {"finished"} and not manager.snapshot(later).later


def test_a_later_run_ends_with_the_server_and_is_the_next_one_if_the_teacher_wants(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.manager.submit(SHORT, ANNA)
    lab.rest()
    lab.manager.set_limits(Limits(minutes=1), TEACHER)
    first, second = (lab.manager.submit(SHORT.changed(epochs=100), ANNA) for _ in range(2))
    lab.manager.put_first(second, TEACHER)
    lab._until(lambda: lab.manager.snapshot(second).status == "finished", "it waits")
    assert lab.manager.snapshot(first).later
    lab.manager.close()
    assert lab.manager.snapshot(first).status == "interrupted"


def test_a_waiting_run_shows_when_it_will_begin(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.manager.submit(SHORT, ANNA)
    lab.rest()
    lab.script.hold("epoch 1")
    lab.manager.submit(SHORT, ANNA)
    lab.script.wait_for("epoch 1")
    waiting = [lab.manager.submit(SHORT.changed(seed=1), BEN), lab.manager.submit(SHORT, ANNA)]
    first, second = (lab.manager.snapshot(run).wait for run in waiting)
    assert first is not None and second is not None and 0 < first < second < 60
    lab.rest()
    assert lab.manager.snapshot(waiting[0]).wait is None


def test_one_look_shows_all_that_wait_as_each_alone(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    lab.manager._estimates.record_speed(SHORT.changed(threads=1), 100.0)
    lab.manager.submit(SHORT, ANNA)
    lab.script.wait_for("epoch 1")
    lab.manager.set_limits(Limits(minutes=1), TEACHER)
    long = lab.manager.submit(SHORT.changed(epochs=10_000), ANNA)
    others = [lab.manager.submit(SHORT.changed(seed=seed), visitor) for seed, visitor in ((0, BEN), (5, BEN), (6, CARL))]
    shown = lab.manager.waiting()
    assert [run.run for run in shown] == [others[0], others[2], others[1], long]
    assert [run.place for run in shown] == [1, 2, 3, None] and shown[-1].later and shown[0].leader and None not in [run.wait for run in shown[:3]]
    assert shown == [lab.manager.snapshot(run.run) for run in shown]


def test_a_look_at_the_whole_queue_asks_once_for_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, "epoch 1")
    for seed in range(30):
        lab.manager.submit(SHORT.changed(seed=seed), Visitor(f"person {seed}"))
    asked: list[Recipe] = []
    of = lab.manager._estimates.of
    monkeypatch.setattr(lab.manager._estimates, "of", lambda recipe, busy: (asked.append(recipe), of(recipe, busy))[1])
    assert len(lab.manager.waiting()) == 29 and len(asked) <= 30


def test_a_data_set_that_is_deleted_while_runs_wait_for_it_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    own = OwnStore()
    name = collected(own)
    own.close(name)
    lab = Lab(tmp_path, "epoch 2")
    recipe = Recipe(dataset=name, epochs=2, batch_size=8)
    lab.manager.submit(recipe, ANNA)
    lab.script.wait_for("epoch 2")  # its speed is known, and others' are told from it
    second = lab.manager.submit(recipe.changed(seed=4), ANNA)
    other = lab.manager.submit(SHORT, BEN)
    lab.manager.put_first(second, TEACHER)
    assert lab.manager.snapshot(other).wait is not None and lab.manager.expected(SHORT).seconds is not None
    own.delete(name)
    assert lab.manager.snapshot(other).wait is None and lab.manager.expected(SHORT).seconds is None
    assert [run.run for run in lab.manager.waiting()] == [second, other]
    last = lab.manager.submit(SHORT.changed(seed=9), BEN)
    for run in (other, last):  # those on the set come to an end before them
        lab.rest_of(run)
    assert [lab.manager.snapshot(run).status for run in (other, last)] == ["finished", "finished"]
