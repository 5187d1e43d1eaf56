"""What several people ask for alike is trained once, and each gets the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.datasets.own.store import OwnStore
from core.runs.scheduling.limits import Limits
from core.vocabulary.errors import EngineDied
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor
from tests.core.datasets.own.conftest import collected, drawing
from tests.core.runs.scripted_engine import Lab, weights_of

ANNA, BEN, CARL, TEACHER = Visitor("anna"), Visitor("ben"), Visitor("carl"), Visitor("", "the token")
RECIPE = Recipe(epochs=2, train_limit=200, batch_size=64)


@pytest.fixture(autouse=True)
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a recipe can be trained is checked elsewhere, with torch."""
    monkeypatch.setattr("core.engines.base.check", lambda *_, **__: None)


@pytest.mark.parametrize("places", [1, 3])
def test_thirty_alike_are_trained_once_and_each_has_the_run(places: int, tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1", places=places)
    lab.manager.set_limits(Limits(waiting=100), TEACHER)
    first = lab.manager.submit(RECIPE, ANNA)
    lab.script.wait_for("epoch 1")
    others = [lab.manager.submit(RECIPE, Visitor(f"person {number}")) for number in range(29)]
    other = lab.manager.submit(RECIPE.changed(seed=5), BEN)
    assert lab.manager.snapshot(others[0]).leader == first and lab.manager.snapshot(other).leader == ""
    lab.rest()
    assert sorted(stream.recipe.seed for stream in lab.engine.streams) == [0, 5]
    leader = lab.store.get(first)
    for run in others:
        mine = lab.store.get(run)
        assert mine.status == "finished" and mine.owner != leader.owner and mine.facts.provenance["trained_as"] == first
        assert mine.epochs == leader.epochs and mine.result == leader.result and mine.recipe == leader.recipe
        assert mine.weights is not None and mine.weights.read_bytes() == weights_of(RECIPE)
    lab.manager.delete(first, ANNA)
    assert lab.store.get(others[0]).weights, "it is a run of its own"


def pauses(lab: Lab, run: str) -> None:
    lab.manager.pause(run, ANNA)


def stops(lab: Lab, run: str) -> None:
    lab.manager.stop(run, ANNA)


def dies(lab: Lab, run: str) -> None:
    lab.script.failures["epoch 1"] = EngineDied("it is gone; resume the run to go on")
    lab.rest_of(run)


@pytest.mark.parametrize("places", [1, 2])
@pytest.mark.parametrize("ends", [pauses, stops, dies])
def test_who_waits_for_another_s_run_is_trained_when_that_does_not_go_on(
    ends: Callable[[Lab, str], None], places: int, tmp_path: Path
) -> None:
    lab = Lab(tmp_path, "epoch 1", places=places)
    first = lab.manager.submit(RECIPE, ANNA)
    lab.script.wait_for("epoch 1")
    second, third = lab.manager.submit(RECIPE, BEN), lab.manager.submit(RECIPE, CARL)
    assert len(lab.engine.streams) == 1
    ends(lab, first)
    lab.rest()
    assert lab.manager.snapshot(first).status in ("paused", "stopped", "interrupted")
    assert [lab.manager.snapshot(run).status for run in (second, third)] == ["finished", "finished"]
    assert len(lab.engine.streams) == 2 and lab.store.get(third).facts.provenance["trained_as"] == second


def test_one_s_own_repetition_is_trained_and_so_is_one_that_comes_later(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "epoch 1")
    lab.manager.submit(RECIPE, ANNA)
    lab.script.wait_for("epoch 1")
    lab.manager.submit(RECIPE, ANNA)
    lab.rest()
    lab.manager.submit(RECIPE, BEN)
    lab.rest()
    assert len(lab.engine.streams) == 3, "whoever starts a run sees it learn"


def test_a_run_whose_twin_was_deleted_is_trained(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "stored result")
    first = lab.manager.submit(RECIPE, ANNA)
    lab.script.wait_for("stored result")
    second = lab.manager.submit(RECIPE, BEN)
    lab.manager.hold(True, TEACHER)
    lab.script.open()
    lab._until(lambda: lab.manager.snapshot(first).status == "finished", "it does not finish")
    lab.manager.delete(first, ANNA)
    lab.rest()
    assert lab.manager.snapshot(second).status == "finished" and len(lab.engine.streams) == 2


def test_on_other_pictures_of_the_same_name_it_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    own = OwnStore()
    name = collected(own)
    own.close(name)
    recipe = Recipe(dataset=name, epochs=2, batch_size=8)
    lab = Lab(tmp_path, "epoch 1")
    first = lab.manager.submit(recipe, ANNA)
    lab.script.wait_for("epoch 1")
    second = lab.manager.submit(recipe, BEN)
    own.reopen(name)
    own.add(name, drawing(9_999), 0, "one more")
    own.close(name)
    third = lab.manager.submit(recipe, CARL)
    assert [lab.manager.snapshot(run).leader for run in (second, third)] == [first, ""]
    lab.rest()
    assert len(lab.engine.streams) == 2 and "trained_as" not in lab.store.get(third).facts.provenance
