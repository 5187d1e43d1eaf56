"""The page Runs: what the table says, who may delete what, and that a choice stays with its run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import installed
from core.engines import ThreadEngine
from core.jobs import JobManager, Who
from core.recipe import preset
from core.records import Epoch, Result, Start
from core.runs import STATUSES, open_store
from demo.lessons import runs, runs_table

ME, OTHER = Who(owner="me"), Who(owner="other")
CONFUSION = [[8, 2], [1, 9]]


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "me")
    made = JobManager(
        open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1
    )
    installed.install(made)
    yield made
    made.close()


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    """From now on the page is opened by this visitor."""
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=SimpleNamespace(type="light"), url=None)
    monkeypatch.setattr("streamlit.context", context)


def stored(manager: JobManager, who: Who = ME, epochs: int = 2, finish: bool = True, **changes: Any) -> str:
    """A run in the store as training leaves it, without training."""
    recipe = preset("quick", "digits").changed(epochs=epochs, **changes)
    store = manager.store
    run = store.create(recipe, who.name)
    store.begin(run, Start(recipe.as_dict(), {"train": 20, "classes": ["a", "b"], "provenance": {}}, 0))
    for number in range(epochs + 1):
        store.add_epoch(run, epoch(number))
    if finish:
        store.finish(run, Result(epochs, 0.3, 0.85, CONFUSION, 0.1, b"weights"))
    else:
        store.set_status(run, "stopped")
    return run


def epoch(number: int) -> Epoch:
    return Epoch(
        epoch=number, train_loss=1.0 / number if number else None, running_accuracy=0.5 if number else None,
        train_accuracy=0.6, validation_loss=0.9, validation_accuracy=0.55, validation_confusion=CONFUSION,
        train_confusion=CONFUSION if number else None, learning_rate=0.1, seconds=1.5 if number else 0.0,
        images_per_second=100.0, best_epoch=number, checkpoint=b"state",
    )  # fmt: skip


def script() -> None:
    from demo.lessons import runs

    runs.render()


def opened() -> AppTest:
    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception
    return page


def choose(page: AppTest, *ids: str) -> AppTest:
    page.multiselect[0].set_value(list(ids)).run()
    assert not page.exception
    return page


def keys(page: AppTest) -> list[str]:
    return [button.key for button in page.button]


def test_an_empty_page_says_what_to_do_first(manager: JobManager) -> None:
    page = opened()
    assert "press Start" in page.markdown[0].value and keys(page) == ["runs.first"]
    assert not page.dataframe


def test_the_rows_say_what_the_runs_did(manager: JobManager) -> None:
    stopped, finished = stored(manager, OTHER, finish=False, resolution=4), stored(manager)
    new, old = runs_table.rows(manager.list(), ME.name)
    assert (new["run"], old["run"]) == (finished, stopped), "the newest first"
    assert new["accuracy"] == 85.0 and new["macro_f1"] == pytest.approx(85.0, abs=0.1)
    assert new["yours"] and not old["yours"]
    assert old["accuracy"] is None and old["macro_f1"] is None
    assert (new["resolution"], old["resolution"]) == ("8x8", "4x4")
    assert (new["status"], old["status"]) == ("finished", "stopped")
    assert new["epochs"] == "2 / 2" and new["seconds"] == 3.0
    table = opened().dataframe[0].value
    assert list(table["run"]) == [finished, stopped] and list(table.columns) == list(runs_table.COLUMNS)


def test_every_status_has_a_word(manager: JobManager) -> None:
    for status in STATUSES:
        run = stored(manager, finish=False)
        manager.store.set_status(run, status)
        assert runs_table.status(manager.snapshot(run))


def test_the_table_can_be_had_as_csv(manager: JobManager) -> None:
    run = stored(manager)
    lines = list(csv.DictReader(io.StringIO(runs_table.as_csv(runs_table.rows(manager.list(), ""))())))
    assert [line["run"] for line in lines] == [run] and lines[0]["accuracy"] == "85.0"
    assert list(lines[0]) == list(runs_table.COLUMNS)


def test_one_chosen_run_can_be_opened_resumed_and_deleted(manager: JobManager) -> None:
    run = stored(manager, finish=False)
    page = choose(opened(), run)
    assert {"runs.open", "runs.resume", "runs.delete"} <= set(keys(page))
    assert not any(page.button(key=f"runs.{name}").disabled for name in ("open", "resume", "delete"))


def test_a_finished_run_has_nothing_to_resume(manager: JobManager) -> None:
    run = stored(manager)
    page = choose(opened(), run)
    assert "runs.resume" not in keys(page) and "runs.open" in keys(page)


def test_deleting_asks_first(manager: JobManager) -> None:
    run = stored(manager)
    page = choose(opened(), run)
    page.button(key="runs.delete").click().run()
    assert any(run in text.value and "for good" in text.value for text in page.markdown)
    assert manager.snapshot(run), "nothing is gone yet"


def question() -> None:
    from demo import session
    from demo.lessons import runs

    runs._confirm(session.manager().list()[0])


@pytest.mark.parametrize("answer", ["runs.delete_yes", "runs.delete_no"])
def test_only_a_yes_deletes(manager: JobManager, answer: str) -> None:
    kept, run = stored(manager), stored(manager)
    page = AppTest.from_function(question, default_timeout=30).run()
    assert any(run in text.value for text in page.markdown)
    page.button(key=answer).click().run()
    assert manager.store.names() == ([kept] if answer == "runs.delete_yes" else [run, kept])


def test_a_run_of_somebody_else_stays(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(manager, OTHER, finish=False)
    page = choose(opened(), run)
    assert page.button(key="runs.delete").disabled and page.button(key="runs.resume").disabled
    visit(monkeypatch, "other")
    page = choose(opened(), run)
    assert not page.button(key="runs.delete").disabled


def test_a_run_that_appears_does_not_move_the_choice(manager: JobManager) -> None:
    first, second = stored(manager), stored(manager)
    page = choose(opened(), first)
    for _ in range(2):
        stored(manager)
        page.run()
        assert page.multiselect[0].value == [first]
    manager.delete(second, ME)
    page.run()
    assert page.multiselect[0].value == [first]


def test_several_runs_are_compared(manager: JobManager) -> None:
    ids = [stored(manager), stored(manager, finish=False), stored(manager, epochs=3)]
    page = choose(opened(), *ids)
    assert "runs.delete" not in keys(page)
    charts = page.get("vega_lite_chart")
    assert len(charts) == 2


def test_a_run_without_an_epoch_has_no_curve(manager: JobManager) -> None:
    run = manager.store.create(preset("quick", "digits"), ME.name)
    page = choose(opened(), run)
    assert not page.get("vega_lite_chart")
    assert any("after the first epoch" in caption.value for caption in page.caption)


def test_the_records_hold_everything_but_the_owner(manager: JobManager) -> None:
    run = stored(manager)
    known = json.loads(runs.as_json(manager.snapshot(run)))
    assert known["run"] == run and known["recipe"]["dataset"] == "digits" and len(known["epochs"]) == 3
    assert known["result"]["confusion"] == CONFUSION
    assert ME.name not in json.dumps(known), "who ran it is nobody else's business"
