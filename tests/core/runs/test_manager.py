"""The manager: a queue of runs, who may do what, and nothing lost when it closes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engines.base import Engine
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.pretrained.cards import Card
from core.runs.curve import MOST, Curve
from core.runs.manager import JobManager
from core.runs.scheduling.limits import Limits
from core.runs.snapshot import Snapshot
from core.runs.store import StoreError, open_store
from core.vocabulary.errors import LabError, NoSuchRun
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Tick
from core.vocabulary.visitor import Visitor
from demo.server import services
from tests.core.runs.scripted_engine import Lab, Script, ScriptedEngine

ANNA, BEN = Visitor("anna's cookie"), Visitor("ben's cookie")
TEACHER = Visitor("another cookie", "the token")
SHORT = Recipe(epochs=2, batch_size=64, precision="float32", train_limit=200)
LONG = Recipe(epochs=10_000, batch_size=32, precision="float32")


class WarmEngine(ProcessEngine):
    """Its child stays for the next test."""

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmEngine]:
    engine = WarmEngine(tmp_path_factory.mktemp("data"))
    yield engine
    ProcessEngine.close(engine)


def make(folder: Path, engine: Engine | None = None) -> JobManager:
    return JobManager(
        open_store(folder / "runs"), engine or ThreadEngine(folder), data=folder, token="the token", threads=1,
        cards=folder / "pretrained",
    )  # fmt: skip


@pytest.fixture(params=["thread"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobManager]:
    """A manager; its engine is `thread`, or what the test is marked with."""
    engines: dict[str, Callable[[], Engine]] = {
        "thread": lambda: ThreadEngine(tmp_path),
        "process": lambda: request.getfixturevalue("warm"),
        "scripted": lambda: ScriptedEngine(Script()),
    }
    made = make(tmp_path, engines[request.param]())
    yield made
    made.close()


PROCESS = pytest.param("process", marks=pytest.mark.slow)
ANY_ENGINE = pytest.mark.parametrize("manager", ["scripted", "thread", PROCESS], indirect=True)
REAL_ENGINES = pytest.mark.parametrize("manager", ["thread", PROCESS], indirect=True)


def wait(manager: JobManager, run: str, until: Callable[[Snapshot], bool], seconds: float = 20.0) -> Snapshot:
    end = time.monotonic() + seconds
    while not until(snapshot := manager.snapshot(run)):
        assert time.monotonic() < end, f"still {snapshot.status}, {snapshot.message}"
        time.sleep(0.01)
    return snapshot


def quiet(manager: JobManager, run: str) -> None:
    """Until the run shows nothing new for a second; one that trains has a sign of life every half second."""
    version, since = -1, time.monotonic()
    end = since + 20
    while time.monotonic() - since < 1:
        if (now := manager.snapshot(run).version) != version:
            version, since = now, time.monotonic()
        assert since < end, "it goes on"
        time.sleep(0.02)


def status(*wanted: str) -> Callable[[Snapshot], bool]:
    return lambda snapshot: snapshot.status in wanted


def running(snapshot: Snapshot) -> bool:
    return snapshot.status == "running" and snapshot.epochs_done >= 1


@ANY_ENGINE
def test_a_run_goes_from_queued_to_finished(manager: JobManager) -> None:
    run = manager.submit(SHORT, ANNA)
    done = wait(manager, run, status("finished"))
    assert done.epochs_done == 2 and done.result is not None and not done.active
    assert done.recipe.threads == 1 and done.facts.train == 200
    assert done.weights is not None and done.weights.exists()
    assert [snapshot.run for snapshot in manager.list()] == [run]


@REAL_ENGINES
def test_others_wait_and_see_their_place(manager: JobManager) -> None:
    first, second, third = (manager.submit(LONG, ANNA), manager.submit(SHORT, BEN), manager.submit(SHORT, BEN))
    wait(manager, first, running)
    assert [manager.snapshot(run).place for run in (first, second, third)] == [None, 1, 2]
    manager.stop(second, BEN)
    assert manager.snapshot(second).status == "stopped" and manager.snapshot(third).place == 1
    manager.stop(first, ANNA)
    wait(manager, third, status("finished"))
    assert manager.snapshot(first).status == "stopped"


def test_a_full_queue_says_so(tmp_path: Path) -> None:
    manager = Lab(tmp_path, "stream").manager
    manager.set_limits(Limits(waiting=1), TEACHER)
    manager.submit(LONG, ANNA)
    manager.submit(SHORT, ANNA)
    with pytest.raises(LabError, match="waiting already"):
        manager.submit(SHORT, BEN)
    assert len(manager.list()) == 2, "no run was made of it"


def test_one_person_does_not_fill_the_queue_and_the_next_one_is_served_next(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "stream")
    many = [lab.manager.submit(SHORT, ANNA) for _ in range(1 + Limits().person)]
    with pytest.raises(LabError, match="4 runs of one person wait or are paused already"):
        lab.manager.submit(SHORT, ANNA)
    late = lab.manager.submit(SHORT, BEN)
    assert lab.manager.snapshot(late).place == 1 and lab.manager.snapshot(many[-1]).place == 5
    places = {it.run: it.place for it in lab.manager.list()}
    assert [places[run] for run in (*many, late)] == [None, 2, 3, 4, 5, 1]
    lab.manager.submit(SHORT, Visitor(ANNA.owner, "the token"))  # the teacher may have more
    lab.rest()
    assert all(run.status == "finished" for run in lab.manager.list())


def test_paused_runs_that_gave_their_place_up_count_as_waiting(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    lab.manager.set_limits(Limits(person=1), TEACHER)
    paused = lab.manager.submit(SHORT, ANNA)
    lab.script.wait_for("epoch 1")
    lab.manager.pause(paused, ANNA)
    lab.manager.submit(SHORT, BEN)
    lab.rest()
    with pytest.raises(LabError, match="1 runs of one person wait or are paused already"):
        lab.manager.submit(SHORT, ANNA)
    lab.manager.resume(paused, ANNA)  # it waited already
    lab.rest()
    assert lab.manager.snapshot(paused).status == "finished"


def test_one_address_leaves_places_for_the_others(tmp_path: Path) -> None:
    manager = Lab(tmp_path, "stream").manager
    manager.set_limits(Limits(address=3), TEACHER)
    for number in range(1 + 3):
        manager.submit(SHORT, Visitor(f"cookie {number}", address="10.0.0.1"))
    with pytest.raises(LabError, match="3 runs from your network are waiting already"):
        manager.submit(SHORT, Visitor("one more cookie", address="10.0.0.1"))
    manager.submit(SHORT, Visitor("the teacher", "the token", address="10.0.0.1"))
    manager.submit(SHORT, Visitor("elsewhere", address="10.0.0.2"))
    manager.submit(SHORT, Visitor("address not known"))


def test_the_teacher_stops_all_at_once(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    paused = lab.manager.submit(SHORT, ANNA)
    lab.script.wait_for("epoch 1")
    lab.manager.pause(paused, ANNA)
    others = [lab.manager.submit(SHORT, visitor) for visitor in (BEN, ANNA, BEN)]
    for visitor in (ANNA, Visitor("a guess", "no token")):
        with pytest.raises(LabError, match="only the teacher"):
            lab.manager.stop_all(visitor)
    assert lab.manager.stop_all(TEACHER) == 4
    lab.rest()
    assert [lab.manager.snapshot(run).status for run in (paused, *others)] == ["stopped"] * 4
    assert len(lab.engine.streams) == 1, "nothing was started by it"
    assert lab.manager.stop_all(TEACHER) == 0


@pytest.mark.slow
@REAL_ENGINES
def test_a_stopped_run_resumes_where_it_was(manager: JobManager) -> None:
    recipe = SHORT.changed(epochs=80)
    undisturbed = wait(manager, manager.submit(recipe, ANNA), status("finished"))
    run = manager.submit(recipe, ANNA)
    wait(manager, run, running)
    manager.stop(run, ANNA)
    stopped = wait(manager, run, status("stopped"), 3)
    assert 1 <= stopped.epochs_done < 80
    manager.resume(run, ANNA)
    done = wait(manager, run, status("finished"))
    assert done.weights is not None and undisturbed.weights is not None
    assert done.weights.read_bytes() == undisturbed.weights.read_bytes()
    assert [epoch.epoch for epoch in done.epochs] == list(range(81))


@pytest.mark.slow
@REAL_ENGINES
def test_pausing_holds_and_gives_the_place_up_when_others_wait(manager: JobManager) -> None:
    run = manager.submit(LONG, ANNA)
    wait(manager, run, running)
    manager.pause(run, ANNA)
    assert manager.snapshot(run).status == "paused"
    quiet(manager, run)
    before = manager.snapshot(run).epochs_done
    manager.resume(run, ANNA)
    wait(manager, run, lambda snapshot: snapshot.epochs_done > before)
    manager.pause(run, ANNA)
    other = manager.submit(SHORT, BEN)
    wait(manager, other, status("finished"))
    held = manager.snapshot(run)
    assert held.status == "paused" and held.active
    manager.resume(run, ANNA)
    wait(manager, run, lambda snapshot: snapshot.status == "running" and snapshot.epochs_done > held.epochs_done)
    manager.stop(run, ANNA)
    wait(manager, run, status("stopped"))


@REAL_ENGINES
def test_a_paused_run_can_be_stopped(manager: JobManager) -> None:
    run = manager.submit(LONG, ANNA)
    wait(manager, run, running)
    manager.pause(run, ANNA)
    manager.stop(run, ANNA)
    wait(manager, run, status("stopped"), 3)
    parked = manager.submit(LONG, ANNA)
    wait(manager, parked, running)
    manager.pause(parked, ANNA)
    wait(manager, manager.submit(SHORT, BEN), status("finished"))
    manager.stop(parked, ANNA)
    assert manager.snapshot(parked).status == "stopped"


@REAL_ENGINES
def test_only_the_owner_and_the_teacher_may_act(manager: JobManager) -> None:
    run = manager.submit(LONG, ANNA)
    wait(manager, run, running)
    nobody, wrong = Visitor(""), Visitor("ben's cookie", "a guess")
    for visitor in (BEN, nobody, wrong):
        assert not manager.may(run, visitor)
        for act in (manager.pause, manager.stop, manager.resume, manager.delete):
            with pytest.raises(LabError, match="belongs to somebody else"):
                act(run, visitor)
    assert manager.may(run, ANNA) and manager.may(run, TEACHER)
    assert ANNA.owner not in manager.snapshot(run).owner, "the cookie itself is not stored"
    with pytest.raises(LabError, match="stop it first"):
        manager.delete(run, ANNA)
    manager.stop(run, TEACHER)
    wait(manager, run, status("stopped"))
    manager.delete(run, ANNA)
    with pytest.raises(LabError, match="there is no run"):
        manager.snapshot(run)


@REAL_ENGINES
def test_a_failed_run_says_why_and_the_next_one_runs(manager: JobManager) -> None:
    bad, good = manager.submit(SHORT.changed(learning_rate=1000.0), ANNA), manager.submit(SHORT, ANNA)
    failed = wait(manager, bad, status("failed"))
    assert "try a learning rate" in failed.message
    wait(manager, good, status("finished"))
    with pytest.raises(LabError, match="nothing to resume"):
        manager.resume(bad, ANNA)


@ANY_ENGINE
def test_bad_recipes_make_no_run(manager: JobManager) -> None:
    with pytest.raises(LabError, match="Layer 6"):
        manager.submit(Recipe(network="report"), ANNA)
    assert manager.list() == []


def test_a_card_is_a_finished_run(manager: JobManager, put_card: Callable[..., Card], pretrained: Path) -> None:
    card = put_card("cifar-b", {"area": {"4": [[1, 0], [0, 1]]}}, weights=True)
    put_card("cifar-a")
    assert [snapshot.run for snapshot in manager.pretrained()] == ["cifar-a", "cifar-b"] and manager.list() == []
    now = manager.snapshot("cifar-b")
    assert now.pretrained and now.status == "finished" and not now.active and now.owner == "" and now.epochs_done == 3
    assert now.recipe == card.recipe and now.result == card.result and now.evaluations["area"]["4"] == [[1, 0], [0, 1]]
    assert [point[0] for point in now.curve] == [1.0, 2.0, 3.0]
    assert now.weights == pretrained / "cifar-b.safetensors" and manager.snapshot("cifar-a").weights is None
    assert now.epochs[1].validation_confusion is None and now.epochs[3].validation_confusion is not None


def test_nobody_gives_orders_to_a_card(manager: JobManager, put_card: Callable[..., Card], pretrained: Path) -> None:
    put_card("arc2-adam", weights=True)
    before = {path: path.read_bytes() for path in pretrained.rglob("*.*")}
    for visitor in (ANNA, TEACHER, Visitor("")):
        assert not manager.may("arc2-adam", visitor)
        for act in (manager.pause, manager.stop, manager.resume, manager.delete):
            with pytest.raises(LabError, match="arc2-adam comes with the app and nobody can change or delete it"):
                act("arc2-adam", visitor)
    assert before and {path: path.read_bytes() for path in pretrained.rglob("*.*")} == before


def test_a_run_of_the_store_comes_before_a_card_of_its_name(manager: JobManager, put_card: Callable[..., Card]) -> None:
    run = manager.store.create(SHORT, ANNA.name)
    put_card(run)
    assert not manager.snapshot(run).pretrained
    manager.delete(run, ANNA)
    assert manager.snapshot(run).pretrained


@pytest.mark.parametrize("name", ["nosuch", "", "../outside", "cards/inside", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(name: str, manager: JobManager, put_card: Callable[..., Card], tmp_path: Path) -> None:
    put_card("inside")
    (tmp_path / "outside.json").write_bytes((tmp_path / "pretrained" / "cards" / "inside.json").read_bytes())
    with pytest.raises(NoSuchRun, match="there is no run"):
        manager.snapshot(name)


def test_a_damaged_card_harms_no_other_run(manager: JobManager, put_card: Callable[..., Card], pretrained: Path) -> None:
    put_card("good")
    (pretrained / "bad.json").write_text("{}")
    run = manager.store.create(SHORT, ANNA.name)
    assert manager.snapshot("good").pretrained and [snapshot.run for snapshot in manager.list()] == [run]
    for ask in (manager.pretrained, lambda: manager.snapshot("bad")):
        with pytest.raises(LabError, match=r"bad\.json is no card"):
            ask()


def test_a_new_card_is_seen_at_once(manager: JobManager, put_card: Callable[..., Card]) -> None:
    put_card("one")
    assert len(manager.pretrained()) == 1 and manager.snapshot("one").recipe.seed == 0
    put_card("two")
    put_card("one", seed=9)
    assert len(manager.pretrained()) == 2 and manager.snapshot("one").recipe.seed == 9


@pytest.mark.slow
@pytest.mark.parametrize("engine", [ThreadEngine, ProcessEngine])
def test_closing_interrupts_and_another_manager_resumes(engine: type[ThreadEngine] | type[ProcessEngine], tmp_path: Path) -> None:
    first = make(tmp_path, engine(tmp_path))
    run, waiting = first.submit(LONG, ANNA), first.submit(SHORT, ANNA)
    wait(first, run, running, 40)
    began = time.monotonic()
    first.close()
    assert time.monotonic() - began < 4
    second = make(tmp_path)
    found = second.snapshot(run)
    assert found.status == "interrupted" and found.epochs_done >= 1 and not found.active
    assert second.snapshot(waiting).status == "interrupted"
    second.resume(run, ANNA)
    wait(second, run, lambda snapshot: snapshot.epochs_done > found.epochs_done)
    second.close()
    with pytest.raises(LabError, match="closing"):
        second.submit(SHORT, ANNA)


@REAL_ENGINES
def test_a_disk_that_fills_up_interrupts_the_run_and_says_so(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = manager.submit(LONG, ANNA)
    kept = wait(manager, run, running)

    def full(*_: object) -> None:
        raise StoreError("cannot write to the run store: No space left on device")

    monkeypatch.setattr(manager.store, "add_epoch", full)
    ended = wait(manager, run, status("interrupted"))
    assert "No space left" in ended.message and ended.epochs_done >= kept.epochs_done
    monkeypatch.undo()
    manager.resume(run, ANNA)
    wait(manager, run, lambda snapshot: snapshot.epochs_done > ended.epochs_done)


@pytest.mark.slow
def test_a_worker_that_dies_before_the_first_epoch_leaves_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path)
    manager = make(tmp_path, engine)
    dying = engine.pool.for_question()
    run = manager.submit(SHORT, ANNA)
    wait(manager, run, lambda _: bool(dying._streams))  # it has its order, and has yet to import torch
    dying.kill()
    ended = wait(manager, run, status("interrupted"))
    assert "resume the run to go on" in ended.message
    manager.resume(run, ANNA)
    assert wait(manager, run, status("finished"), 60).message == ""
    manager.close()


@REAL_ENGINES
def test_an_abandoned_run_no_longer_keeps_the_engine_busy(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = manager.submit(LONG, ANNA)
    wait(manager, run, running)

    def full(*_: object) -> None:
        raise StoreError("cannot write to the run store: No space left on device")

    monkeypatch.setattr(manager.store, "add_epoch", full)
    wait(manager, run, status("interrupted"))
    monkeypatch.undo()
    wait(manager, manager.submit(SHORT, BEN), status("finished"), 60)


@pytest.mark.parametrize("changes", [{"imbalance": 1000.0}, {"split": "k-fold", "folds": 100, "imbalance": 2.0}])
def test_what_cannot_be_split_makes_no_run(changes: dict[str, object], manager: JobManager) -> None:
    with pytest.raises(LabError, match=r"class 6 has 1|folds is 100"):
        manager.submit(SHORT.changed(train_limit=None, **changes), ANNA)
    assert manager.list() == []


def test_a_snapshot_tells_what_a_screen_needs(manager: JobManager) -> None:
    run = manager.submit(LONG.changed(batch_size=1, learning_rate=0.001), ANNA)  # epochs long enough for ticks
    snapshot = wait(manager, run, lambda s: s.tick is not None and s.tick.phase == "training", 60)
    assert snapshot.tick is not None and snapshot.tick.confusion is not None and snapshot.seconds_left is not None
    assert snapshot.curve and all(len(point) == 3 for point in snapshot.curve)
    assert snapshot.version < wait(manager, run, lambda s: s.version > snapshot.version).version
    assert snapshot.facts.classes == tuple("0123456789")


@ANY_ENGINE
def test_the_expected_duration_comes_without_waiting(manager: JobManager) -> None:
    end = time.monotonic() + 30
    while (estimate := manager.expected(SHORT)).seconds is None and time.monotonic() < end:
        assert estimate.basis == "measuring"
        time.sleep(0.01)
    assert estimate.basis == "measured" and estimate.seconds is not None and 0 < estimate.seconds < 60


def test_a_curve_stays_small_and_keeps_its_shape() -> None:
    curve = Curve()
    for step in range(5_000):
        curve.add_tick(Tick("training", 1, step + 1, 5_000, loss=5_000.0 - step, accuracy=step / 5_000))
    points = curve.points()
    assert 100 < len(points) <= MOST
    assert [p[1] for p in points] == sorted((p[1] for p in points), reverse=True)
    assert points[-1][0] == pytest.approx(1.0, abs=0.02) and points[0][0] < 0.02


def test_the_installed_manager_is_found_again(manager: JobManager) -> None:
    services.install(manager)
    assert services.installed() is manager
