"""The page Runs: what the table says, who may delete what, and that a choice stays with its run."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import Card
from core.runs.manager import JobManager
from core.runs.store import STATUSES, open_store
from core.studies import dropout
from core.studies.registry import planned_names
from core.vocabulary.recipe import preset
from core.vocabulary.records import Epoch, Facts, Result, Start
from core.vocabulary.visitor import Visitor
from demo.lessons.runs import board, board_figure
from demo.lessons.runs import page as runs
from demo.lessons.runs import pretrained as runs_pretrained
from demo.lessons.runs import table as runs_table
from demo.server import services
from tests.core.runs.scripted_engine import Lab
from tests.demo import visiting

ME, OTHER = Visitor(owner="me"), Visitor(owner="other")
CONFUSION = [[8, 2], [1, 9]]


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "me")
    made = JobManager(
        open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1,
        cards=tmp_path / "pretrained",
    )  # fmt: skip
    services.install(made)
    yield made
    made.close()


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    """From now on the page is opened by this visitor."""
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=SimpleNamespace(type="light"), url=None)
    monkeypatch.setattr("streamlit.context", context)


def stored(manager: JobManager, visitor: Visitor = ME, epochs: int = 2, finish: bool = True, **changes: Any) -> str:
    """A run in the store as training leaves it, without training."""
    recipe = preset("quick", "digits").changed(epochs=epochs, **changes)
    store = manager.store
    run = store.create(recipe, visitor.name)
    store.start(run, Start(recipe, Facts(train=20, classes=("a", "b")), 0))
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
    from demo.lessons.runs import page as runs

    runs.render()


opened = functools.partial(visiting.opened, script)


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
    assert (new["resolution"], old["resolution"]) == ("8 × 8", "4 × 4")
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


@pytest.mark.parametrize("created", [1e30, 1e12, float("inf")])
def test_a_date_far_in_the_future_breaks_no_page(manager: JobManager, created: float) -> None:
    run = stored(manager)
    with manager.store._db as database:
        database.execute("UPDATE runs SET created = ?", (created,))
    assert list(opened().dataframe[0].value["started"]) == [""]
    json.loads(runs.as_json(manager.snapshot(run)))


def test_when_a_run_began_is_told_with_its_zone(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(manager)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}", runs_table.rows(manager.list(), "")[0]["started"])
    assert json.loads(runs.as_json(manager.snapshot(run)))["created"].endswith("+00:00")


def test_a_run_that_cannot_be_read_is_named_and_hides_no_other(manager: JobManager) -> None:
    good, bad = stored(manager), stored(manager)
    with manager.store._db as database:
        database.execute("UPDATE runs SET recipe = '{\"colour\": 1}' WHERE run = ?", (bad,))
    page = opened()
    assert list(page.dataframe[0].value["run"]) == [good]
    assert bad in page.warning[0].value and "unknown recipe key" in page.warning[0].value


def test_one_chosen_run_can_be_opened_resumed_and_deleted(manager: JobManager) -> None:
    run = stored(manager, finish=False)
    page = choose(opened(), run)
    assert {"runs.open", "runs.resume", "runs.delete"} <= set(keys(page))
    assert not any(page.button(key=f"runs.{name}").disabled for name in ("open", "resume", "delete"))


def test_a_finished_run_has_nothing_to_resume(manager: JobManager) -> None:
    run = stored(manager)
    page = choose(opened(), run)
    assert page.button(key="runs.resume").disabled and not page.button(key="runs.open").disabled


@pytest.mark.slow
@pytest.mark.parametrize("owner", [ME, OTHER], ids=["own", "somebody else's"])
def test_the_buttons_of_a_run_are_the_same_in_every_status(manager: JobManager, owner: Visitor) -> None:
    """A button that disappears puts its neighbour under the pointer."""
    for status in STATUSES:
        run = stored(manager, owner, finish=False)
        manager.store.set_status(run, status)
        assert keys(choose(opened(), run)) == ["runs.open", "runs.resume", "runs.delete", "runs.take_home"], status


def stop_all_question() -> None:
    from demo.lessons.runs import page as runs

    runs._confirm_stop_all(2)


def teaches(page: AppTest, token: str = "the token") -> AppTest:
    page.session_state["lab.token"] = token
    page.run()
    assert not page.exception
    return page


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["runs.stop_all_yes", "runs.stop_all_no"])
def test_the_teacher_can_stop_all_runs_at_once_and_is_asked_first(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(monkeypatch, "me")
    lab = Lab(tmp_path, "epoch 1")
    services.install(lab.manager)
    all_runs = [lab.manager.submit(preset("quick", "digits"), visitor) for visitor in (ME, OTHER)]
    lab.script.wait_for("epoch 1")
    assert "runs.stop_all" not in keys(opened()) and "runs.stop_all" not in keys(teaches(opened(), "a guess"))
    page = teaches(opened())
    assert not page.button(key="runs.stop_all").disabled
    page.button(key="runs.stop_all").click().run()
    assert any("waiting: 2" in text.value for text in page.markdown)
    assert lab.manager.snapshot(all_runs[0]).status == "running", "nothing is stopped yet"
    teaches(AppTest.from_function(stop_all_question, default_timeout=30)).button(key=answer).click().run()
    lab.script.open()
    lab.rest()
    expected = "stopped" if answer == "runs.stop_all_yes" else "finished"
    assert {lab.manager.snapshot(run).status for run in all_runs} == {expected}
    assert teaches(opened()).button(key="runs.stop_all").disabled, "in its place, also where there is nothing to stop"
    lab.close()


def test_deleting_asks_first(manager: JobManager) -> None:
    run = stored(manager)
    page = choose(opened(), run)
    page.button(key="runs.delete").click().run()
    assert any(run in text.value and "for good" in text.value for text in page.markdown)
    assert manager.snapshot(run), "nothing is gone yet"


def question() -> None:
    from demo.lessons.runs import page as runs
    from demo.visitor import session

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
    assert len(page.get("vega_lite_chart")) == 5, "the board, what changed by class and in the matrix, accuracy and loss"


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


def test_a_run_is_named_by_its_owner_alone(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    first, run = stored(manager), stored(manager, learning_rate=0.125)
    page = choose(opened(), run)
    field = page.text_input(key=f"runs.name.{run}")
    assert field.value == "" and field.placeholder == "digits-cnn, learning rate 0.125"
    field.set_value("  my  first CNN ").run()
    assert manager.snapshot(run).name == "my first CNN"
    table = page.run().dataframe[0].value
    assert list(table["name"]) == ["my first CNN", "digits-cnn"] and list(table["run"]) == [run, first]
    assert json.loads(runs.as_json(manager.snapshot(run)))["name"] == "my first CNN"
    visit(monkeypatch, "other")
    assert not choose(opened(), run).text_input


def test_what_differs_between_runs_is_said_where_they_stand_side_by_side(manager: JobManager) -> None:
    ids = [stored(manager), stored(manager, learning_rate=0.125, network="conv 32 3, conv 64 3, maxpool 2, dense 64"), stored(manager, seed=7)]
    text = shown(choose(opened(), *ids))
    assert "#### What differs" in text
    assert "| layers | digits-cnn | − dropout 0.25, − dropout 0.25 | digits-cnn |" in text.replace("\u200b", "")
    assert "learning rate 0.125" in text and "seed 7" in text and "epochs" not in text.partition("#### What differs")[2].partition("Training is drawn")[0]
    same = shown(choose(opened(), stored(manager), ids[0]))
    assert "Nothing: the same recipe" in same


def test_without_a_finished_run_the_board_says_what_begins_it(manager: JobManager) -> None:
    stored(manager, finish=False)
    page = opened()
    assert "The board begins with the first finished run" in shown(page) and "runs.board.open" not in keys(page)


def test_the_board_compares_runs_of_one_budget_alone(manager: JobManager) -> None:
    small = stored(manager, network="globalpool")
    large, long = stored(manager, OTHER), stored(manager, epochs=3)
    found = board.entries(manager.list(), ME.name)
    assert {entry.run.run: entry.mine for entry in found} == {small: True, large: False, long: True}
    page = opened()
    budget = page.selectbox(key="runs.board.budget")
    assert budget.options == ["Digits (8 × 8), 3 epochs of 1,293 pictures", "Digits (8 × 8), 2 epochs of 1,293 pictures"]
    assert page.selectbox(key="runs.board.choice").options[0].startswith(f"digits-cnn, 3 epochs ({long})")
    budget.set_value(("digits", 2, 1293)).run()
    assert len(page.selectbox(key="runs.board.choice").options) == 2
    parameters = {entry.run.run: entry.parameters for entry in found}
    assert parameters[small] == 20 and parameters[large] == 35_914, "one mean, ten weights and ten biases"


def test_the_board_s_figure_says_in_words_what_it_shows(manager: JobManager) -> None:
    stored(manager), stored(manager, OTHER, network="globalpool")
    page = opened()
    figure = board_figure.scatter([entry.row() for entry in board.entries(manager.list(), ME.name)], "seconds")
    assert "2 runs" in figure.title and "85.0%" in figure.title and figure.title.startswith("Test accuracy against training time")
    assert figure.columns["whose"] and set(figure.columns["whose"]) == {"yours", "somebody else's"}
    assert shown(page).count("Test accuracy against parameters of 2 runs") == 1


def test_the_names_beside_the_points_lie_over_no_other() -> None:
    names, across, up = ["a long name"] * 6, [0.0, 0.02, 0.5, 0.98, 1.0, 1.0], [98.0, 97.9, 97.5, 97.4, 97.3, 50.0]
    places = board_figure.name_places(names, across, up, line=2.0)
    assert [left for _, left in places] == [False, False, False, True, True, True]
    boxes = [(at, x - 0.1 if left else x, x if left else x + 0.1) for (at, left), x in zip(places, across, strict=True)]
    assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[:n] if abs(a[0] - b[0]) < 2 and a[1] < b[2] and b[1] < a[2]]
    assert places[0][0] == 98.0 and places[5][0] == 50.0, "who is in nobody's way stays beside its point"


def test_a_run_of_the_board_goes_back_into_the_controls_of_train(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(manager, network="conv 8 3, dense 16")
    gone: dict[str, Any] = {}
    monkeypatch.setattr(board.navigation, "go", lambda page, **query: gone.update(page=page, query=query))
    page = opened()
    assert page.button(key="runs.board.again").disabled
    page.selectbox(key="runs.board.choice").set_value(run).run()
    page.button(key="runs.board.again").click().run()
    assert gone["page"] == "train" and gone["query"]["network"] == "conv 8 3, dense 16" and "run" not in gone["query"]
    page.button(key="runs.board.open").click().run()
    assert gone["query"] == {"run": run}


# --- the runs that come with the app -------------------------------------------------------------------------------

Put = Callable[..., Card]
SPLITS = ("splits-random-0", "splits-random-1")


def choose_study(page: AppTest, name: str | None) -> AppTest:
    page.button_group(key="runs.study").set_value(name).run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return "\n".join(one.value for kind in (page.markdown, page.caption, page.info, page.warning) for one in kind)


def test_without_cards_the_page_says_how_they_are_made(manager: JobManager) -> None:
    page = opened()
    assert "press Start" in page.markdown[0].value and "Ships with the app" in shown(page)
    assert [code.value for code in page.code] == ["python -m core pretrain"] and not page.multiselect


def test_a_study_is_chosen_first_then_its_runs_are_there(manager: JobManager, put_card: Put) -> None:
    for name in (*SPLITS, "digits"):
        put_card(name)
    page = opened()
    assert "press Start" in page.markdown[0].value and "3 finished runs" in shown(page)
    assert not page.dataframe and not page.multiselect, "no long table before somebody asks for one"
    choose_study(page, "splits")
    table = page.dataframe[0].value
    assert list(table["run"]) == list(SPLITS) and list(table.columns) == list(runs_table.OF_THE_APP)
    assert table["accuracy"][0] == 85.0 and table["epochs"][0] == "3 / 3"
    assert f"2 of {len(planned_names()['splits'])} planned runs" in shown(page)
    assert page.query_params["section"] == "splits"
    choose_study(page, "dropout")
    assert not page.dataframe and page.code
    choose_study(page, None)
    assert not page.dataframe and "section" not in page.query_params


def test_an_address_opens_a_study(manager: JobManager, put_card: Put) -> None:
    put_card("digits")
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["section"] = "rest"
    assert list(page.run().dataframe[0].value["run"]) == ["digits"]


def test_a_run_of_the_app_is_opened_never_deleted(manager: JobManager, put_card: Put) -> None:
    put_card(SPLITS[0], {"area": {"4": CONFUSION}})
    for token in ("", "t"):
        page = choose_study(opened(), "splits")
        page.session_state["lab.token"] = token
        choose(page, SPLITS[0])
        assert page.button(key="runs.delete").disabled and page.button(key="runs.resume").disabled
        assert "nobody can change or delete it" in shown(page) and "Only its owner" not in shown(page)
    known = json.loads(runs.as_json(manager.snapshot(SPLITS[0])))
    assert known["evaluations"] == {"area": {"4": CONFUSION}} and known["result"]["confusion"] == CONFUSION


def test_it_is_compared_with_an_own_run_and_stays_chosen_in_another_study(manager: JobManager, put_card: Put) -> None:
    own = stored(manager)
    put_card(SPLITS[0])
    put_card("digits")
    page = choose(choose_study(opened(), "splits"), own, SPLITS[0])
    assert len(page.get("vega_lite_chart")) == 5 and "runs.delete" not in keys(page)
    choose_study(page, "rest")
    assert page.multiselect[0].value == [own, SPLITS[0]]
    choose(page, own, SPLITS[0], "digits")
    choose_study(page, None)
    assert page.multiselect[0].value == [own, "digits", SPLITS[0]]


def test_a_choice_in_one_table_leaves_the_other_s_alone(
    manager: JobManager, put_card: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = stored(manager)
    for name in SPLITS:
        put_card(name)
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(runs_table.st, "dataframe", lambda _table, **settings: drawn.update(settings))
    monkeypatch.setattr(runs_table.session, "get_state", lambda _name, default: default)
    monkeypatch.setattr(runs_table.session, "typed", lambda _key: {"selection": {"rows": [1]}})
    chosen: list[str] = []
    cards = manager.pretrained()
    runs_table.choosable(cards, runs_table.rows(cards, ""), "x", (own, SPLITS[0]), chosen.extend, runs_table.OF_THE_APP)
    assert drawn["selection_default"] == {"selection": {"rows": [0]}}
    drawn["on_select"]()
    assert chosen == [SPLITS[1], own]


def test_every_card_stands_in_one_study(manager: JobManager, put_card: Put) -> None:
    for name in (*dropout.plan(), "digits", "cifar10-fast"):
        put_card(name)
    groups = runs_pretrained.by_study(manager.pretrained())
    assert [run.run for run in groups["dropout"]] == sorted(dropout.plan())
    assert [run.run for run in groups["resolution"]] == ["cifar10-fast"] and groups["splits"] == []
    assert [run.run for run in groups[runs_pretrained.REST]] == ["digits"]


def test_a_damaged_card_does_not_hide_the_own_runs(manager: JobManager, put_card: Put, pretrained: Path) -> None:
    run = stored(manager)
    (pretrained / "bad.json").write_text("{}")
    page = opened()
    assert "bad.json is no card" in shown(page) and list(page.dataframe[0].value["run"]) == [run]


# --- the teacher's queue -------------------------------------------------------------------------------------------


@pytest.fixture
def queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Lab, list[str]]]:
    """A lab in which one run is at work and three wait; the page is opened by its teacher."""
    visit(monkeypatch, "me")
    lab = Lab(tmp_path, "epoch 1")
    services.install(lab.manager)
    runs = [lab.manager.submit(preset("quick", "digits").changed(epochs=2, seed=seed), Visitor(f"person {seed}")) for seed in range(4)]
    lab.script.wait_for("epoch 1")
    yield lab, runs
    lab.close()


def opened_by_the_teacher(lab: Lab) -> AppTest:
    page = AppTest.from_function(script, default_timeout=30)
    page.session_state["lab.token"] = lab.manager.token
    return page.run()


def test_the_teacher_sees_and_orders_the_queue(queued: tuple[Lab, list[str]]) -> None:
    lab, (_, first, second, third) = queued
    page = opened_by_the_teacher(lab)
    shown = "\n".join(element.value for element in page.markdown)
    assert "Training: **1** of 1 · waiting: **3** · after the lesson: **0**" in shown and first in shown and third in shown
    page.selectbox(key="runs.queue_run.box").set_value(third).run()
    page.button(key="runs.queue_first").click().run()
    assert lab.manager.queue_state().waiting == (third, first, second) and page.button(key="runs.queue_first").disabled
    page.button(key="runs.queue_down").click().run()
    assert lab.manager.queue_state().waiting == (first, third, second)
    page.button(key="runs.queue_hold").click().run()
    assert lab.manager.queue_state().held and any("no waiting run begins" in caption.value for caption in page.caption)
    page.number_input(key="runs.bound_minutes").set_value(20).run()
    assert lab.manager.limits.minutes == 20
    lab.manager.set_limits(replace(lab.manager.limits, epochs=77), Visitor("", lab.manager.token))  # by the teacher's other browser
    page.number_input(key="runs.bound_person").set_value(9).run()
    assert (lab.manager.limits.person, lab.manager.limits.epochs) == (9, 77), "a bound changes alone"
    page.button(key="runs.queue_clear").click().run()
    assert not page.exception and lab.manager.queue_state().waiting == ()


def test_nobody_else_sees_the_queue(queued: tuple[Lab, list[str]]) -> None:
    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception and not [button for button in page.button if button.key == "runs.queue_clear"]
