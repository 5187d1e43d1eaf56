"""How soon each page shows what it has, in Chromium, offline, with an empty run store, the server just started.

Not part of CI.

    .venv/bin/python -m pytest -s tests/benchmarks/test_pages_open.py

`opened` is the time from the address to the whole page, `shown` from skipping its question to every table and figure
below it. The first visitor of a server pays for its imports; of the studies every section is opened by an address of its own.
"""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.studio import PAGES, SECTIONS
from tests.browser.conftest import chromium  # noqa: F401  a fixture
from tests.browser.served import App

MOST_SECONDS = 3.0
WHOLE = """
() => {
  const at = selector => [...document.querySelectorAll(selector)]
  const drawn = at('.stVegaLiteChart').every(chart => chart.querySelector('svg, canvas'))
  const busy = at('.stStatusWidget, .stSkeleton, .stAppSkeleton, .stSpinner, [data-stale=true]')
  const still = at('.stApp[data-test-script-state=notRunning]').length
  return still && at('h1').length > 0 && at('.stElementContainer').length > 2 && drawn && busy.length === 0
}
"""
STEADY_MS = 250
"""A page is whole when it has looked whole for so long; that time is not counted."""


def addresses() -> list[str]:
    """Every page; the studies by section."""
    found = []
    for name in PAGES:
        sections = getattr(importlib.import_module(f"demo.lessons.{name}.page"), "SECTIONS", ()) if name in SECTIONS["studies"] else ()
        found += [f"{name}?section={section}" for section in sections] or [name]
    return found


def seconds_until_whole(page: Page, began: float) -> float:
    while True:
        page.wait_for_function(WHOLE, polling=20)
        moment = time.monotonic()
        page.wait_for_timeout(STEADY_MS)
        if page.evaluate(WHOLE):
            return moment - began


@pytest.mark.timeout(120)
@pytest.mark.parametrize("address", addresses())
def test_a_page_is_whole_in_three_seconds(chromium: Browser, tmp_path: Path, address: str) -> None:  # noqa: F811
    app = App(tmp_path / "runs")
    try:
        app.wait_until_up()
        time.sleep(1.5)  # what the server fetches behind its first answer
        first = visit(chromium, app, address)
        second = visit(chromium, app, address)
    finally:
        app.end()
    print(f"\n{address}: first visitor {told(first)}; second {told(second)}; load {os.getloadavg()[0]:.1f}")
    assert max(*first.values(), *second.values()) <= MOST_SECONDS


def visit(chromium: Browser, app: App, address: str) -> dict[str, float]:  # noqa: F811
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        began = time.monotonic()
        page.goto(f"{app.url}/{'' if address == 'home' else address}", wait_until="commit")
        seconds = {"opened": seconds_until_whole(page, began)}
        skip = page.get_by_role("button", name="Skip")
        if skip.count():
            began = time.monotonic()
            skip.first.click()
            expect(skip).to_have_count(0)
            seconds["shown"] = seconds_until_whole(page, began)
        return seconds


def told(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
