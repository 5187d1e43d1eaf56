"""The whole way in Chromium: start a run on full pictures, watch it, reload, stop, resume, finish; draw a digit."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Mouse, Page, expect

from core.datasets import files as dataset_files
from core.runs.store import open_store
from tests.browser.seen import PARTS, at_rest, quiet, watch
from tests.browser.served import App

SECONDS_WATCHED, CHANGES = 10, 4
Alone = Callable[[], AbstractContextManager[None]]
RECIPE = "preset=quick&dataset=cifar10&train_limit=5000&epochs=8&seed=3"
"""Full 32 × 32 pictures in three colours, few of them an epoch, so that a stop and a resume fit between epochs."""


def press(page: Page, key: str) -> None:
    """Clicks a button, by its key in the code."""
    page.locator(f".st-key-{key.replace('.', '-')} button").first.click()


def choose(page: Page, run: str) -> None:
    """Chooses a run on My runs, once the page is at rest and scrolled to it: an open list closes where it moves."""
    quiet(page)
    box = page.locator(".st-key-runs-chooser").get_by_role("combobox")
    box.scroll_into_view_if_needed()
    at_rest(box)
    box.press("ArrowDown")
    page.get_by_role("option", name=re.compile(run)).click()
    page.keyboard.press("Escape")


def run_of(page: Page) -> str:
    """The run that the address names."""
    expect(page).to_have_url(re.compile(r"run=\w+"))
    return page.url.partition("run=")[2].partition("&")[0]


def wait_for_status(page: Page, words: str, seconds: float = 60) -> None:
    """Until the line that says what the run does matches."""
    expect(page.locator(".stMain h4").first).to_contain_text(re.compile(words), timeout=seconds * 1000)


@pytest.fixture
def cifar10() -> None:
    folder = dataset_files.data_folder()
    if not dataset_files.state("cifar10", folder).present:
        pytest.skip(f"needs CIFAR-10: {folder} does not hold it; set LAB_DATA")


@pytest.mark.data
@pytest.mark.timeout(400)
@pytest.mark.timing(part=True)
def test_a_run_from_start_to_result(page: Page, fresh: App, cifar10: None, shots: Path | None, alone: Alone) -> None:
    fresh.wait_until_up()
    page.goto(f"{fresh.url}/train?{RECIPE}")
    press(page, "train.start")
    wait_for_status(page, "training")
    page.locator(".timeline details.whole summary").click()
    page.locator(".timeline .choices").get_by_role("button", name="training").click()  # it moves inside an epoch
    for part in ("curve", "matrix"):
        expect(page.locator(PARTS[part])).to_be_visible()

    with alone():
        sight = watch(page, SECONDS_WATCHED)
    print({part: (len(sight.changes[part]), round(sight.longest_gap(part), 2)) for part in sight.changes})
    assert sight.longest_gap("page") <= 1.5, f"nothing moved for {sight.longest_gap('page'):.1f} s"
    assert len(sight.changes["curve"]) >= CHANGES and len(sight.changes["matrix"]) >= CHANGES
    if shots:
        page.screenshot(path=shots / "train-live.png")

    address = page.url
    run = run_of(page)
    page.reload()
    expect(page.get_by_text(run).first).to_be_visible()
    wait_for_status(page, "Epoch|Testing")
    assert page.url == address

    press(page, "live.stop")
    wait_for_status(page, "Stopped", 5)
    press(page, "live.resume")
    wait_for_status(page, "training", 30)
    wait_for_status(page, "Finished", 150)
    accuracy = page.locator(".st-key-train_now").get_by_text(re.compile(r"Test: \d\d\.\d%"))
    assert float(re.search(r"(\d+\.\d)%", accuracy.inner_text())[1]) > 30  # type: ignore[index]


def test_another_visitor_sees_a_run_and_cannot_stop_it(page: Page, chromium: Browser, trainer: App) -> None:
    page.goto(f"{trainer.url}/train?preset=quick&dataset=digits&epochs=2000")
    press(page, "train.start")
    wait_for_status(page, "Epoch")
    with chromium.new_context() as other:
        theirs = other.new_page()
        theirs.goto(page.url)
        wait_for_status(theirs, "Epoch")
        expect(theirs.locator(".st-key-live-stop button").first).to_be_disabled()
    expect(page.locator(".st-key-live-stop button").first).to_be_enabled()
    press(page, "live.stop")
    wait_for_status(page, "Stopped", 5)


CLICKS, CLICKS_APART = 3, 0.3
"""Three clicks in less than a second."""


@pytest.mark.parametrize("moment", ["getting ready", "training"])
def test_stop_clicked_three_times_in_a_second_stops_and_starts_nothing(page: Page, request: pytest.FixtureRequest, moment: str) -> None:
    """At one place of the screen, whatever is drawn there by then: nothing that starts a run may slide under the pointer.

    A server of its own gets ready for as long as its worker imports torch.
    """
    server: App = request.getfixturevalue("fresh" if moment == "getting ready" else "trainer")
    server.wait_until_up()
    before = open_store(server.runs).names()
    page.goto(f"{server.url}/train?preset=quick&dataset=digits&epochs=2000")
    press(page, "train.start")
    run = run_of(page)
    stop = page.locator(".st-key-live-stop button").first
    expect(stop).to_be_enabled()
    if moment == "training":
        wait_for_status(page, "Epoch")
    place = at_rest(stop)
    for _ in range(CLICKS):
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        page.wait_for_timeout(1000 * CLICKS_APART)
    wait_for_status(page, "Stopped", 10)
    expect(stop).to_be_disabled()
    assert stop.bounding_box() == place
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.reload()
    wait_for_status(page, "Stopped", 10)
    assert run_of(page) == run
    assert [found.status for found in open_store(server.runs).all() if found.run not in before] == ["stopped"], "one run, stopped"


def test_runs_lists_opens_and_deletes(page: Page, fresh: App) -> None:
    fresh.wait_until_up()
    page.goto(f"{fresh.url}/train?preset=quick&dataset=digits&epochs=1")
    press(page, "train.start")
    wait_for_status(page, "Finished")
    run = run_of(page)

    page.goto(f"{fresh.url}/runs")
    choose(page, run)
    press(page, "runs.open")
    expect(page).to_have_url(re.compile(rf"/train\?.*run={run}"))
    wait_for_status(page, "Finished")

    page.goto(f"{fresh.url}/runs")
    choose(page, run)
    with page.expect_download() as download:
        press(page, "runs.json")
    assert f'"run": "{run}"' in Path(download.value.path()).read_text(encoding="utf-8")
    press(page, "runs.delete")
    expect(page.get_by_role("dialog")).to_contain_text(run)
    press(page, "runs.delete_yes")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Nothing has been trained here yet")).to_be_visible()


def test_a_digit_is_drawn_and_answered(page: Page, app: App, shots: Path | None) -> None:
    page.goto(f"{app.url}/classify")
    draw_a_one(page, page.mouse)
    expect(page.locator("#said")).to_contain_text(re.compile("(looks like|would be) 1"))
    expect(page.locator("#seen img")).to_be_visible()
    expect(page.locator("#chances")).to_contain_text("%")
    if shots:
        page.screenshot(path=shots / "classify-drawn.png", full_page=True)


def draw_a_one(place: Page | FrameLocator, mouse: Mouse) -> None:
    """A line from top to bottom in the middle of the pad, at once: no tool is chosen first."""
    canvas = place.locator("#pad canvas").last
    expect(canvas).to_be_visible()
    box = at_rest(canvas, 0.5)  # the pad fits its canvas into the page after it is shown
    x, top, height = box["x"] + box["width"] / 2, box["y"], box["height"]
    mouse.move(x, top + 0.15 * height)
    mouse.down()
    for step in range(1, 15):
        mouse.move(x, top + (0.15 + 0.05 * step) * height)
    mouse.up()
