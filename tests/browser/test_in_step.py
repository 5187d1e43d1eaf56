"""Two runs side by side in Chromium: one scrubber for 150 epochs and for 12, also on a telephone, and what differs between them."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.runs.store import StoredRun, open_store
from tests.browser.seen import LOOKS, keep
from tests.browser.served import App
from tests.browser.test_timeline import SCRUB_MS, TIMED, at_epoch, scrub_to
from tests.browser.test_walk import choose, press
from tests.made_runs import write_run

LONG, SHORT = 150, 12
"""Epochs."""
TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture
def runs(fresh: App) -> list[StoredRun]:
    """The long one and the short one, written while the server starts."""
    store = open_store(fresh.runs)
    found = [write_run(store, LONG), write_run(store, SHORT, learning_rate=0.01)]
    fresh.wait_until_up()
    return [store.get(run) for run in found]


def test_two_runs_go_in_step_and_a_click_behind_the_list_is_one(page: Page, fresh: App, runs: list[StoredRun], shots: Path | None) -> None:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    page.goto(f"{fresh.url}/runs")
    _opens_at_the_first_click(page, runs[0].run)
    page.goto(f"{fresh.url}/runs")
    for found in runs:
        choose(page, found.run)
    _says_what_differs(page, runs)
    at_epoch(page, LONG)
    expect(page.locator(".timeline.two .view")).to_have_count(2)
    for epoch in (1, SHORT + 1):
        _is_at(page, runs, epoch)
    page.locator(".timeline .nine").last.scroll_into_view_if_needed()
    expect(page.locator(".timeline input[type=range]")).to_be_in_viewport()
    taken = sorted(page.evaluate(TIMED, [LONG]))
    print(f"{LONG} epochs of two runs: the scrubber answers within {statistics.median(taken):.1f} ms, at worst {taken[-1]:.1f} ms")
    assert taken[int(0.95 * len(taken))] <= SCRUB_MS, "a busy machine may hold up a few"
    for theme, width in LOOKS if shots else ():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        keep(page, width, shots, f"in-step-{theme}-{width}")


def _opens_at_the_first_click(page: Page, run: str) -> None:
    """The list of chosen runs is as high without the keyboard as with it: no button slides away from the pointer."""
    choose(page, run)
    box, keyboard = page.locator(".st-key-runs-chooser"), page.locator(".st-key-runs-chooser input")
    expect(page.locator(".st-key-runs-open button")).to_be_visible()
    keyboard.focus()
    high = box.bounding_box()
    keyboard.blur()
    page.wait_for_timeout(200)
    assert high and box.bounding_box() == high
    keyboard.focus()
    press(page, "runs.open")
    expect(page).to_have_url(re.compile(rf"/train\?.*run={run}"))


def _says_what_differs(page: Page, runs: list[StoredRun]) -> None:
    rows = page.locator(".st-key-runs-differs tbody tr")
    expect(rows).to_have_count(2)
    told = [[cell.strip() for cell in row.inner_text().split("\t")] for row in rows.all()]
    assert sorted(cells[0] for cells in told) == ["epochs", "learning rate"]
    assert sorted(told[0][1:] + told[1][1:]) == sorted(
        [f"{LONG} epochs", f"{SHORT} epochs", *(f"learning rate {found.recipe.learning_rate:g}" for found in runs)])  # fmt: skip


def _is_at(page: Page, runs: list[StoredRun], epoch: int) -> None:
    """Each run shows this epoch, or its last one where it has fewer."""
    scrub_to(page, epoch)
    views = page.locator(".timeline .view")
    for found in runs:
        view, then = views.filter(has_text=found.run), found.epochs[min(epoch, found.recipe.epochs)]
        expect(view.locator(".number b")).to_have_text(f"{100 * (then.validation_accuracy or 0):.1f}%")
        expect(view.locator(".number span")).to_contain_text(re.compile(rf"\b{then.epoch}\b"))
