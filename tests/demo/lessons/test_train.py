"""The page Train, drawn with a real job manager: from the choice to the test result. And its texts."""

from __future__ import annotations

import ast
import functools
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import Card
from core.runs.manager import JobManager
from core.runs.scheduling.estimates import Estimate
from core.runs.scheduling.limits import Limits
from core.runs.store import STATUSES, open_store
from core.system.machine import usable_cores
from core.training import resources
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, Recipe, preset
from core.vocabulary.records import Tick
from core.vocabulary.visitor import Visitor
from demo import studio, text
from demo.lessons.train import controls, figures, live, orders
from demo.lessons.train import pretrained as kept
from demo.server import services
from demo.timeline import view as timeline
from demo.ui import formatting
from tests.demo import visiting

TOKEN = "teach"
ME = Visitor(owner="me")
LONG = preset("quick", "digits").changed(epochs=500)
SHORT = preset("quick", "digits").changed(epochs=1)


class Engine(ThreadEngine):
    """The thread engine, with its speed known at once."""

    def speed(self, recipe: Any) -> Future[float]:
        known: Future[float] = Future()
        known.set_result(1000.0)
        return known


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    visit(monkeypatch, "me")
    made = JobManager(
        open_store(tmp_path / "runs"), Engine(tmp_path), data=tmp_path, token=TOKEN, threads=1, cards=tmp_path / "pretrained"
    )
    services.install(made)
    yield made
    made.close()


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    """From now on the page is opened by this visitor."""
    theme = SimpleNamespace(type="light")
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=theme, url=None)
    monkeypatch.setattr("streamlit.context", context)


def script() -> None:
    from demo.lessons.train import page as train

    train.render()


opened = functools.partial(visiting.opened, script)


def opened_whole(**address: str) -> AppTest:
    """The page with the figures to take home unfolded."""
    return opened({figures.KEY: True}, **address)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def button(page: AppTest, label: str) -> Any:
    found = [one for one in page.button if one.label == label]
    assert found, f"no button {label!r} among {[one.label for one in page.button]}"
    return found[0]


def labels(page: AppTest) -> set[str]:
    return {one.label for one in page.button}


def status(page: AppTest) -> str:
    return next(one.value for one in page.markdown if one.value.startswith("####"))


def shown(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.warning, page.error, page.title)
    return "\n".join(one.value for kind in kinds for one in kind)


# --- choosing ----------------------------------------------------------------------------------------------------


def test_it_opens_on_quick_with_its_duration_and_start_ready(manager: JobManager) -> None:
    page = opened()
    assert page.query_params == {"preset": "quick", "dataset": "digits"}
    assert re.search(r"About \d+ s on this machine, at 1,000 pictures a second", shown(page))
    assert not button(page, "Start").disabled
    assert len(page.get("image")) == 1


def test_every_field_of_the_recipe_can_be_chosen_and_is_explained(manager: JobManager) -> None:
    page = opened(dataset="digits", preset="quick", split="k-fold")
    other = opened(dataset="digits", preset="quick")
    widgets_by_key = {
        one.key: one
        for found in (page, other)
        for kind in ("selectbox", "number_input", "slider", "toggle")
        for one in found.get(kind)
    }
    for field in FIELDS.keys() - {"preset"}:
        assert widgets_by_key[f"train.{field}"].help, field


def test_a_choice_goes_into_the_address(manager: JobManager) -> None:
    page = opened()
    page.number_input(key="train.epochs").set_value(3).run()
    page.slider(key="train.resolution").set_value(4).run()
    assert page.query_params["epochs"] == "3" and page.query_params["resolution"] == "4"
    assert len(page.get("image")) == 2  # as they are, and as the network sees them
    page.slider(key="train.resolution").set_value(8).run()
    assert "resolution" not in page.query_params


def test_a_browser_that_still_sends_the_address_of_before_undoes_no_choice(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two choices in quick succession: with the second one comes the address of before the first."""
    page = opened(preset="quick", dataset="digits", epochs="2")
    page.number_input(key="train.epochs").set_value(3).run()
    page.query_params["epochs"] = "2"
    page.number_input(key="train.epochs").set_value(4).run()
    assert page.query_params["epochs"] == "4" and page.number_input(key="train.epochs").value == 4
    monkeypatch.setattr("demo.visitor.links.JUST_S", 0.0)
    page.query_params["epochs"] = "2"
    page.run()
    assert page.number_input(key="train.epochs").value == 2, "later it is somebody who goes back"


def test_a_link_restores_the_choice(manager: JobManager) -> None:
    page = opened(preset="fast", dataset="digits", optimizer="adam", momentum="0.0", nesterov="false")
    assert page.selectbox(key="train.optimizer").value == "adam"
    assert not [one for one in page.number_input if one.key == "train.momentum"]  # it would not be honoured


def test_report_marks_what_is_our_choice(manager: JobManager) -> None:
    page = opened(preset="report", dataset="cifar10")
    assert "our choice" in page.number_input(key="train.batch_size").label
    assert "our choice" not in page.number_input(key="train.learning_rate").label


def test_a_missing_data_set_leads_to_data_and_cannot_be_started(manager: JobManager) -> None:
    page = opened(preset="quick", dataset="cifar10")
    assert "not on this machine yet" in page.error[0].value
    assert "Go to Data" in shown(page)
    assert button(page, "Start").disabled


def test_an_impossible_combination_names_the_layer_and_cannot_be_started(manager: JobManager) -> None:
    page = opened(preset="quick", dataset="digits", network="arc4")
    assert "Layer 7" in page.error[0].value
    assert button(page, "Start").disabled


def test_a_bad_link_says_why_and_falls_back(manager: JobManager) -> None:
    page = opened(preset="quick", dataset="digits", epochs="abc")
    assert "epochs=abc" in page.warning[0].value
    assert page.number_input(key="train.epochs").value == preset("quick", "digits").epochs


def test_a_choice_that_does_not_go_together_is_refused_with_a_reason(manager: JobManager) -> None:
    page = opened(preset="quick", dataset="digits", validation="0.0")
    page.selectbox(key="train.keep").set_value("best").run()
    assert "keep is 'best'" in page.warning[0].value
    assert page.selectbox(key="train.keep").value == "last"


def test_the_layer_table_of_a_network(manager: JobManager) -> None:
    def table() -> None:
        from core.vocabulary.recipe import preset
        from demo.lessons.train.preview import layer_table

        layer_table(preset("report", "cifar10"))

    page = AppTest.from_function(table).run()
    assert "| Conv2d 3->32, 3x3, ReLU | 32 × 30 × 30 | 896 |" in shown(page)
    assert "412,298" in shown(page)


# --- a run -------------------------------------------------------------------------------------------------------


def test_a_run_from_start_to_the_test_result(manager: JobManager) -> None:
    page = opened(preset="quick", dataset="digits", epochs="1")
    button(page, "Start").click().run()
    run = page.query_params["run"]
    assert page.query_params == {"run": run}  # the run's own recipe needs no words
    until(lambda: manager.snapshot(run).status == "finished")
    page = opened(run=run)
    assert status(page) == "#### Finished after 1 epoch"
    result = manager.snapshot(run).result
    assert result is not None
    assert f"**Test: {100 * result.test_accuracy:.1f}%** of 360 new pictures right, after epoch 1" in shown(page)
    assert re.search(r"macro precision \d+\.\d%, recall \d+\.\d%, F1 \d+\.\d%", shown(page))
    assert not page.get("vega_lite_chart"), "the figures to take home are not computed before somebody opens them"
    assert "| git commit |" in shown(page)
    page = opened_whole(run=run)
    assert len(page.get("vega_lite_chart")) == 3 and "| Macro mean |" in shown(page)
    assert labels(page) >= {"Start over", "Repeat with another seed", "Close"}
    assert button(page, "Pause").disabled and button(page, "Stop").disabled
    assert page.number_input(key="train.epochs").value == 1


def test_a_finished_run_is_named_by_its_owner(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run = manager.store.create(SHORT, ME.name)
    manager.store.set_status(run, "stopped")
    page = opened(run=run)
    field = page.text_input(key=f"live.name.{run}")
    assert field.value == "" and field.placeholder == "digits-cnn"
    field.set_value("two convs, my first").run()
    assert manager.snapshot(run).name == "two convs, my first" and "two convs, my first" in shown(page.run())
    visit(monkeypatch, "other")
    page = opened(run=run)
    assert not [one for one in page.text_input if str(one.key).startswith("live.name")] and "two convs, my first" in shown(page)


def test_a_run_is_stopped_and_goes_on(manager: JobManager) -> None:
    run = manager.submit(LONG, ME)
    until(lambda: manager.snapshot(run).epochs_done >= 1)
    page = opened(run=run)
    assert {"Pause", "Stop"} <= labels(page)
    assert re.search(r"of the pictures being learned are right\. .* pictures a second\. Time left", shown(page))
    button(page, "Stop").click().run()
    until(lambda: manager.snapshot(run).status == "stopped")
    page.run()
    assert status(page).startswith("#### Stopped after epoch")
    button(page, "Resume").click().run()
    until(lambda: manager.snapshot(run).status == "running")
    assert page.query_params == {"run": run}
    button(page.run(), "Pause").click().run()
    assert status(page).startswith("#### Paused in epoch")
    manager.stop(run, ME)


def test_a_second_run_waits_and_shows_its_place(manager: JobManager) -> None:
    first = manager.submit(LONG, ME)
    waiting = [manager.submit(SHORT, ME) for _ in range(2)]
    assert status(opened(run=waiting[1])) == "#### Waiting: 2nd in the queue"
    for run in (*waiting, first):
        manager.stop(run, ME)


def test_somebody_else_may_look_but_not_stop_and_the_teacher_may(
    manager: JobManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = manager.submit(LONG, ME)
    until(lambda: manager.snapshot(run).status == "running")
    visit(monkeypatch, "somebody else")
    page = opened(run=run)
    assert button(page, "Stop").disabled and button(page, "Pause").disabled
    assert "Only its owner or the teacher" in shown(page)
    page.text_input(key="live.token").set_value(TOKEN).run()
    page.run()
    assert not button(page, "Stop").disabled
    button(page, "Stop").click().run()
    until(lambda: manager.snapshot(run).status == "stopped")


@pytest.mark.slow
def test_reset_is_the_same_recipe_and_new_seed_is_one_more(manager: JobManager) -> None:
    run = manager.submit(SHORT, ME)
    until(lambda: manager.snapshot(run).status == "finished")
    page = opened(run=run)
    button(page, "Start over").click().run()
    again = page.query_params["run"]
    assert again != run and manager.snapshot(again).recipe == manager.snapshot(run).recipe
    until(lambda: manager.snapshot(again).status == "finished")
    assert (
        manager.snapshot(again).epochs[0].train_accuracy
        == manager.snapshot(run).epochs[0].train_accuracy
    )
    button(page.run(), "Repeat with another seed").click().run()
    other = page.query_params["run"]
    assert manager.snapshot(other).recipe.seed == SHORT.seed + 1
    until(lambda: not manager.snapshot(other).active)


ROW = [["Pause", "Stop"], ["Resume", "Stop"]]


@pytest.mark.slow
@pytest.mark.parametrize("owner", [ME, Visitor(owner="other")], ids=["own", "somebody else's"])
def test_the_buttons_of_a_run_keep_their_places_in_every_status(manager: JobManager, owner: Visitor) -> None:
    """Where Stop was, there is Stop: what is not possible is disabled, and what starts a run is in the menu."""
    for state in STATUSES:
        run = manager.store.create(SHORT, owner.name)
        manager.store.set_status(run, state)
        page = opened(run=run)
        found = [one for one in page.button if str(one.key).startswith("live.")]
        assert [one.label for one in found][:2] in ROW, state
        assert [one.label for one in found][2:] == ["Start over", "Repeat with another seed", "Close"], state
        assert all(one.key.endswith(run) for one in found[2:]), "so that a second click does not reach the next run's menu"
        if not manager.snapshot(run).active:
            assert button(page, "Stop").disabled, state
            assert found[0].disabled == (found[0].label == "Pause" or owner != ME), state


def test_getting_ready_has_the_places_of_a_run_that_goes_on(manager: JobManager) -> None:
    first, waiting = manager.submit(LONG, ME), manager.submit(SHORT, ME)
    page = opened(run=waiting)
    assert status(page).startswith("#### Waiting")
    assert button(page, "Pause").disabled and not button(page, "Stop").disabled
    for run in (waiting, first):
        manager.stop(run, ME)


def test_stop_clicked_again_does_nothing_and_complains_about_nothing(manager: JobManager) -> None:
    run = manager.submit(LONG, ME)
    until(lambda: manager.snapshot(run).epochs_done >= 1)
    page = opened(run=run)
    button(page, "Stop").click().run()
    until(lambda: manager.snapshot(run).status == "stopped")
    late = AppTest.from_function(stop_again, default_timeout=60)
    late.session_state["run"] = run
    late.run()
    assert not late.exception and not late.warning
    assert manager.store.names() == [run] and manager.snapshot(run).status == "stopped"


def stop_again() -> None:
    import streamlit as st

    from demo.lessons.train import orders as train_orders
    from demo.visitor import session

    train_orders._order("stop", st.session_state["run"])()
    if session.notice("order"):
        st.warning(session.notice("order"))


@pytest.mark.parametrize(
    ("state", "done", "tick", "words"),
    [
        ("queued", 0, None, "loses nothing"),
        ("running", 0, None, "epoch 0 is done and kept"),
        ("running", 0, Tick("training", 1, step=5, steps=10), "no epoch is finished yet"),
        ("running", 2, Tick("training", 3, step=5, steps=10), "epoch 3 has learned so far. It keeps everything up to the end of epoch 2"),
        ("paused", 2, Tick("training", 3, step=5, steps=10), "epoch 3 has learned so far"),
        ("running", 2, Tick("checking", 3, step=5, steps=10), "epoch 3 has learned so far"),
        ("running", 3, None, "epoch 3 is done and kept"),
        ("running", 4, Tick("testing", 4, step=5, steps=10), "skips the test. It keeps everything up to the end of epoch 4"),
    ],
)
def test_what_stop_loses_is_said_before_it_is_pressed(state: str, done: int, tick: Tick | None, words: str) -> None:
    now: Any = SimpleNamespace(status=state, epochs_done=done, recipe=SHORT.changed(epochs=4), tick=tick)
    assert words in orders.loss(now)


def test_the_page_says_what_stop_loses(manager: JobManager) -> None:
    run = manager.submit(LONG, ME)
    until(lambda: manager.snapshot(run).status == "running")
    assert re.search(r"Stop now loses|Stop takes the run", shown(opened(run=run)))
    manager.stop(run, ME)


@pytest.mark.slow
def test_only_a_run_that_could_be_controlled_says_who_may(manager: JobManager) -> None:
    for state in STATUSES:
        run = manager.store.create(SHORT, "other")
        manager.store.set_status(run, state)
        could = state not in ("finished", "failed")
        assert ("Only its owner or the teacher" in shown(opened(run=run))) == could, state


def test_a_failed_run_says_why_and_what_to_try(manager: JobManager) -> None:
    run = manager.submit(SHORT.changed(learning_rate=1e6, epochs=5), ME)
    until(lambda: not manager.snapshot(run).active)
    page = opened(run=run)
    assert manager.snapshot(run).status == "failed"
    assert page.error[0].value == manager.snapshot(run).message
    assert "What to try" in shown(page)


def test_an_unknown_run_is_told_and_leads_to_the_list(manager: JobManager) -> None:
    page = opened(run="nosuch")
    assert "The run nosuch is not here" in shown(page) and "All runs" in shown(page)
    assert "run" not in page.query_params
    assert not button(page, "Start").disabled
    assert "The run nosuch is not here" in shown(page.run())


def test_leaving_a_run_goes_back_to_the_samples(manager: JobManager) -> None:
    run = manager.submit(SHORT, ME)
    until(lambda: not manager.snapshot(run).active)
    page = opened(run=run)
    button(page, "Close").click().run()
    assert page.query_params == {"preset": "quick", "dataset": "digits", "epochs": "1"}
    assert len(page.get("vega_lite_chart")) == 0


def test_one_thing_is_changed_and_the_curve_before_it_is_drawn_behind(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    drawn = timeline._state
    monkeypatch.setattr(timeline, "_state", lambda **given: sent.append(given["data"]) or drawn(**given))
    run = manager.submit(SHORT, ME)
    until(lambda: not manager.snapshot(run).active)
    page = opened(run=run)
    assert sent[-1]["runs"][0]["beside"] is None
    button(page, "Change one thing and compare").click().run()
    assert not page.exception and "run" not in page.query_params and page.number_input(key="train.epochs").value == 1
    page.number_input(key="train.learning_rate").set_value(0.01).run()
    button(page, "Start").click().run()
    other = page.query_params["run"]
    assert other != run and sent[-1]["runs"][0]["run"] == other
    assert sent[-1]["runs"][0]["beside"]["name"].endswith(f"({run})") and sent[-1]["runs"][0]["beside"]["differs"] == "learning rate 0.05 → learning rate 0.01"
    until(lambda: not manager.snapshot(other).active)


# --- the status line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [name for name in STATUSES if name != "running"])
def test_every_status_has_a_line(state: str) -> None:
    now: Any = SimpleNamespace(status=state, epochs_done=3, recipe=LONG, tick=None, place=None, wait=None, later=False, leader="")
    assert live.status_line(now)


def test_a_waiting_run_says_when_it_begins(manager: JobManager) -> None:
    def line(place: int | None, wait: float | None = None, later: bool = False, leader: str = "") -> str:
        now: Any = SimpleNamespace(
            status="queued", epochs_done=0, recipe=LONG, tick=None, place=place, wait=wait, later=later, leader=leader
        )
        return live.status_line(now)

    assert line(2, 30.0) == "Waiting: 2nd in the queue, begins in less than a minute"
    assert line(3, 500.0) == "Waiting: 3rd in the queue, begins in about 8 min"
    assert line(1) == "Waiting: 1st in the queue" and line(None, later=True) == "Waiting for the end of the lesson"
    assert line(1, leader="abc234") == "Run abc234 trains the same just now: its result will be yours too"
    manager.hold(True, Visitor("", manager.token))
    assert line(1) == "Waiting: 1st in the queue, which the teacher holds"


@pytest.mark.slow
def test_a_run_beyond_the_lesson_is_offered_for_after_it(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager._estimates, "of", lambda *_, **__: Estimate(90.0, 100.0, "measured"))
    manager.set_limits(Limits(minutes=1), Visitor("", manager.token))
    page = opened(preset="quick", dataset="digits")
    assert any("longer than the 1 min that" in caption.value for caption in page.caption)
    button(page, "Start after the lesson").click().run()
    run = page.query_params["run"]
    assert manager.queue_state().later == (run,) and "Waiting for the end of the lesson" in shown(page)
    manager.start_later_runs(Visitor("", manager.token))
    assert manager.queue_state().later == ()


@pytest.mark.parametrize("phase", ["loading", "training", "checking", "testing"])
def test_every_phase_has_a_line(phase: str) -> None:
    tick = Tick(phase, 4, step=5, steps=10)
    now: Any = SimpleNamespace(
        status="running", epochs_done=3, recipe=SHORT.changed(epochs=4), tick=tick, place=None
    )
    assert live.status_line(now)
    assert live.progress(now) == {"training": 3.5 / 4, "checking": 1.0, "testing": 1.0}.get(phase, 0.75)


def test_steps_and_epochs_are_in_groups_of_three() -> None:
    now: Any = SimpleNamespace(
        status="running", epochs_done=1199, recipe=SHORT.changed(epochs=3000), tick=Tick("training", 1200, step=1234, steps=1563), place=None
    )
    assert live.status_line(now) == "Epoch 1,200 of 3,000: training, step 1,234 of 1,563"


def test_places_in_the_queue() -> None:
    say = text.speaker("train")
    places = [formatting.ordinal(n, say) for n in (1, 2, 3, 4, 11, 12, 13, 21, 32)]
    assert places == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "32nd"]


# --- a run that comes with the app ---------------------------------------------------------------------------------

Put = Callable[..., Card]
HALF = [[5, 5], [5, 5]]
SEEN = {"area": {"8": HALF, "4": [[9, 1], [9, 1]]}, "nearest": {"4": HALF}}


def titles(page: AppTest) -> list[str]:
    """What stands in the title of each figure; a confusion matrix says whose it is below its title."""
    found = [json.loads(chart.proto.spec)["title"] for chart in page.get("vega_lite_chart")]
    return [title if isinstance(title, str) else title["subtitle"][0] for title in found]


def table_of_classes(page: AppTest) -> str:
    return next(one.value for one in page.markdown if one.value.startswith("| Class"))


def test_a_card_opens_like_a_finished_run(manager: JobManager, put_card: Put) -> None:
    put_card("digits-a", resolution=4)
    page = opened_whole(run="digits-a")
    assert page.query_params["run"] == "digits-a" and status(page) == "#### Finished after 3 epochs"
    assert "ships with the app: nobody can change or delete it" in shown(page) and "training took 4 s" in shown(page)
    assert "**Test: 85.0%**" in shown(page)
    assert titles(page) == ["Loss by epoch", "Accuracy by epoch", "test"]
    assert "| a | 88.9 | 80.0 | 84.2 | 10 |" in table_of_classes(page)
    assert not [one for one in page.selectbox if "seen" in str(one.key)], "there is nothing to choose from"
    assert not {"Pause", "Resume", "Stop", "Start over", "Delete ..."} & labels(page)
    assert {"Train it again", "Repeat with another seed", "Close"} <= labels(page)
    assert "Only its owner" not in shown(page) and not page.text_input, "the teacher has no say here either"
    page.button_group(key="live.which").set_value("validation").run()
    assert titles(page)[-1] == "validation, epoch 3"
    assert page.slider(key="train.resolution").value == 4, "its recipe is in the controls"
    button(page, "Close").click().run()
    assert not page.exception and "run" not in page.query_params


def test_training_it_again_is_one_click_and_makes_a_run_of_ones_own(manager: JobManager, put_card: Put) -> None:
    put_card("digits-a", epochs=1, train_limit=200, device="cpu", precision="bfloat16", threads=7, seed=5)
    page = opened(run="digits-a")
    assert len(re.findall(r"About \d+ s on this machine", shown(page))) == 2, "beside the button, and beside Start"
    page.number_input(key="train.epochs").set_value(400).run()
    button(page, "Train it again").click().run()
    assert not page.exception and page.query_params.keys() == {"run"}
    run = page.query_params["run"]
    assert manager.store.names() == [run] and manager.may(run, ME)
    assert page.number_input(key="train.epochs").value == 1, "its recipe is in the controls"
    submitted = manager.store.get(run).recipe
    until(lambda: manager.snapshot(run).status == "finished")
    assert (submitted.epochs, submitted.train_limit, submitted.seed, submitted.threads) == (1, 200, 5, 1)
    assert manager.snapshot("digits-a").pretrained


def test_it_can_be_trained_with_other_first_weights(manager: JobManager, put_card: Put) -> None:
    put_card("digits-a", epochs=1, train_limit=200, seed=5)
    page = opened(run="digits-a")
    button(page, "Repeat with another seed").click().run()
    run = page.query_params["run"]
    assert manager.snapshot(run).recipe.seed == 6
    until(lambda: not manager.snapshot(run).active)


def test_a_card_of_a_data_set_that_is_not_here_says_what_to_do(manager: JobManager, put_card: Put) -> None:
    put_card("mnist-28", dataset="mnist")
    page = opened_whole(run="mnist-28")
    assert button(page, "Train it again").disabled and button(page, "Repeat with another seed").disabled
    assert any("Fetch it on the page Data" in caption.value for caption in page.caption)
    assert titles(page) == ["Loss by epoch", "Accuracy by epoch", "test"]


def test_a_full_queue_is_told_where_it_was_asked(
    manager: JobManager, put_card: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_card("digits-a")
    page = opened(run="digits-a")
    monkeypatch.setattr(manager, "_held", True)
    for number in range(Limits().person):
        manager.submit(Recipe(seed=number), Visitor(f"person {number}"))
    manager.set_limits(Limits(waiting=1), Visitor("", manager.token))
    button(page, "Train it again").click().run()
    assert "waiting already" in shown(page) and page.query_params["run"] == "digits-a"


def test_the_test_can_be_seen_at_another_resolution(manager: JobManager, put_card: Put) -> None:
    put_card("digits-a", SEEN)
    page = opened_whole(run="digits-a")
    side, own = page.selectbox(key="live.seen_side"), "bilinear-antialias"
    assert side.options == ["8 × 8 (its own test)"] and page.selectbox(key="live.seen_filter").options == [own, "area", "nearest"]
    assert titles(page)[-1] == f"test at 8 × 8, {own}" and "85.0% of the test pictures" in shown(page)
    page.selectbox(key="live.seen_filter").set_value("area").run()
    assert page.selectbox(key="live.seen_side").options == ["8 × 8", "4 × 4"]
    page.selectbox(key="live.seen_side").set_value(4).run()
    assert not page.exception and titles(page)[-1] == "test at 4 × 4, area"
    assert "| a | 50.0 | 90.0 | 64.3 | 10 |" in table_of_classes(page) and "At 4 × 4 (area), 50.0%" in shown(page)
    page.selectbox(key="live.seen_filter").set_value("nearest").run()
    assert titles(page)[-1] == "test at 4 × 4, nearest", "the side stays with another filter"
    page.selectbox(key="live.seen_filter").set_value(own).run()
    assert titles(page)[-1] == f"test at 8 × 8, {own}", "and gives way where there is no such matrix"
    page.button_group(key="live.which").set_value("validation").run()
    assert not [one for one in page.selectbox if "seen" in str(one.key)], "it is a choice about the test"


def test_the_own_test_is_the_run_s_result_and_each_run_keeps_its_choice(manager: JobManager, put_card: Put) -> None:
    card = put_card("digits-a", {"area": {"8": HALF}}, filter="area")
    assert kept.cells(manager.snapshot("digits-a")) == {"area": {8: card.result.confusion}}
    put_card("digits-b", SEEN)
    put_card("digits-c", SEEN)
    page = opened_whole(run="digits-b")
    page.selectbox(key="live.seen_filter").set_value("nearest").run()
    page.query_params["run"] = "digits-c"
    page.run()
    assert titles(page)[-1] == "test at 8 × 8, bilinear-antialias"
    page.query_params["run"] = "digits-b"
    page.run()
    assert titles(page)[-1] == "test at 4 × 4, nearest"


# --- the texts ----------------------------------------------------------------------------------------------------

DEMO = Path(text.__file__).resolve().parent.parent
SPEAKERS = {
    "charts": ["charts/changes.py", "charts/curves.py", "charts/confusion.py", "charts/dumbbell.py", "charts/protocol_lines.py", "charts/protocols.py"],
    "studio": ["studio.py", "server/connection_hint.py"],
    "train": ["lessons/train", "ui/formatting.py"],
}  # fmt: skip
FIELD_KEYS = {key for field in FIELDS for key in (field, f"{field}_help")}
"""What the generic widgets ask for by the name of a field."""


def asked(files: list[str]) -> tuple[set[str], set[str]]:
    """The keys that the code asks `say` for: as they stand, and as patterns (an f-string). A folder stands for its modules."""
    words: set[str] = set()
    patterns: set[str] = set()
    paths = [path for file in files for path in (sorted((DEMO / file).glob("*.py")) or [DEMO / file])]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and isinstance(node.func, ast.Name)
                and node.func.id in NAMES
            ):
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.JoinedStr):
                        bits = [
                            re.escape(v.value) if isinstance(v, ast.Constant) else r"\w+" for v in part.values
                        ]
                        patterns.add("".join(map(str, bits)))
                inside = {
                    id(v) for p in ast.walk(node.args[0]) if isinstance(p, ast.JoinedStr) for v in p.values
                }
                words |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and id(part) not in inside
                }
    return words, patterns


NAMES = ("say", "_button", "_metric")


@pytest.mark.parametrize("lesson", SPEAKERS)
def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for(lesson: str) -> None:
    there = set(text.texts(text.FOLDER / "en" / f"{lesson}.md"))
    words, patterns = asked(SPEAKERS[lesson])
    if lesson == "train":
        words |= FIELD_KEYS | {"class", "precision_column", "recall_column", "f1_column", "support_column"}
        words |= {"stopped", "interrupted"}  # say(now.status)
        words |= {"teacher"}  # demo/lessons/notes/page.py asks every page for it
        words |= {key for key in there if key.startswith("guess")}  # demo/classroom/questions.py; tests/demo/classroom/test_questions.py asks for each
    if lesson == "studio":
        words |= {*studio.PAGES, *studio.HIDDEN, *studio.SECTIONS}
    compared = {"l1", "loss", "accuracy", "training", "last", "done"}  # beside a key, to choose it
    assert words - compared <= there
    assert {
        key for key in there - words if not any(re.fullmatch(pattern, key) for pattern in patterns)
    } == set()


def test_a_text_file_is_read_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "en" / "x.md"
    file.parent.mkdir()
    file.write_text("A note.\n\n## a\nOne {n}.\n", encoding="utf-8")
    monkeypatch.setattr(text, "FOLDER", tmp_path)
    say = text.speaker("x")
    assert say("a", n=1) == "One 1."
    file.write_text("## a\nTwo.\n\nLines.\n", encoding="utf-8")
    assert say("a") == "Two.\n\nLines."


def test_a_missing_or_doubled_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LabError, match="nosuch"):
        text.speaker("train")("nosuch")
    monkeypatch.setattr(text, "FOLDER", tmp_path)
    with pytest.raises(LabError, match="missing"):
        text.speaker("train")("start")
    with pytest.raises(LabError, match="'a' stands twice"):
        text.parse("## a\n1\n\n## a\n2\n")


def test_a_link_with_a_thousand_threads_is_told_and_measures_nothing(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Recipe] = []
    monkeypatch.setattr(manager.engine, "speed", lambda recipe: asked.append(recipe) or Future())
    page = opened(preset="quick", dataset="digits", threads="1024", epochs="10000")
    assert "threads is 1" in shown(page) and page.number_input(key="train.threads").max == usable_cores()
    assert all(recipe.threads <= usable_cores() for recipe in asked)


def test_a_batch_that_does_not_fit_is_told_and_cannot_be_started(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "usable_memory", lambda: 2**26)
    page = opened(preset="quick", dataset="digits", batch_size="10000")
    assert any("a batch of at most" in error.value for error in page.error)
    assert page.button(key="train.start").disabled


def test_what_could_not_be_measured_is_asked_for_again_seldom() -> None:
    assert controls.ASK_AGAIN["unknown"] >= 10 and controls.ASK_AGAIN["measured"] is None


def test_a_run_that_cannot_be_read_is_told_as_that(manager: JobManager) -> None:
    run = manager.store.create(preset("quick", "digits"), ME.name)
    with manager.store._db as database:
        database.execute("UPDATE runs SET recipe = '[]'")
    page = opened(run=run)
    assert any(f"run {run} cannot be read" in warning.value for warning in page.warning)
