"""Thirty visitors watch one run: does it slow down, how fresh is what they see, what does it cost the server.

Not part of CI; needs CIFAR-10.

    .venv/bin/python -m pytest -s tests/benchmarks/test_thirty_browsers.py

A browser starts the run and leaves. Epochs are timed by the run itself: without visitors, with thirty, without again.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from core.runs.store import RunStore, StoredRun, open_store
from tests.benchmarks.watching import Seen, watch
from tests.browser.conftest import chromium  # noqa: F401  a fixture
from tests.browser.served import App
from tests.browser.test_walk import press, run_of

VISITORS, SECONDS = 30, 45.0
RECIPE = "preset=quick&dataset=cifar10&train_limit=5000&epochs=200&seed=0"
SLOWER = 1.05
"""The most that an epoch may take longer."""


def cpu_seconds(pid: int) -> float:
    """What a process has used up. Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def epochs(store: RunStore, run: str, first: int) -> list[float]:
    """Seconds of each epoch from the `first` on."""
    found = store.get(run)
    assert isinstance(found, StoredRun)
    return [epoch.seconds for epoch in found.epochs[first:]]


async def everybody(port: int, run: str, seen: Seen) -> None:
    await asyncio.gather(*(watch(port, "train", f"run={run}", SECONDS, seen) for _ in range(VISITORS)))


def in_a_thread(work: Coroutine[Any, Any, None]) -> None:
    """Playwright has the main thread's event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.mark.timeout(600)
def test_a_watched_run_is_not_slower(chromium: Browser, tmp_path: Path) -> None:  # noqa: F811
    app = App(tmp_path / "runs")
    try:
        app.wait_until_up()
        page = chromium.new_page()
        page.goto(f"{app.url}/train?{RECIPE}")
        press(page, "train.start")
        run = run_of(page)
        page.close()
        store = open_store(tmp_path / "runs")
        time.sleep(15)
        alone, watched, seen = [], [], Seen()
        for _ in range(2):
            alone += during(store, run, lambda: time.sleep(SECONDS))
            used = cpu_seconds(app.pid)
            watched += during(store, run, lambda: in_a_thread(everybody(app.port, run, seen)))
            used = cpu_seconds(app.pid) - used
    finally:
        app.end()
    parts = sorted(seen.parts)
    print(f"\nan epoch alone {statistics.median(alone):.2f} s ({len(alone)}), watched by {VISITORS} {statistics.median(watched):.2f} s "
          f"({len(watched)}); a page {statistics.median(seen.pages):.2f} s, a part {statistics.median(parts) * 1e3:.0f} ms, 95% within "
          f"{parts[int(0.95 * len(parts))] * 1e3:.0f} ms, an epoch {statistics.median(seen.fetches) * 1e3:.0f} ms and at most {seen.largest:,} bytes, {len(parts) / (2 * SECONDS * VISITORS):.2f} a second and visitor; server "
          f"{100 * used / SECONDS:.0f}% of a core, {seen.bytes / 2 / SECONDS / VISITORS / 1e3:.0f} kB/s a visitor")  # fmt: skip
    assert len(seen.pages) == 2 * VISITORS and len(parts) >= 0.8 * 2 * SECONDS * VISITORS, "some visitor saw nothing, or left"
    assert seen.fetches and seen.largest <= 40_000
    assert statistics.median(watched) <= SLOWER * statistics.median(alone)


def during(store: RunStore, run: str, pause: Callable[[], object]) -> list[float]:
    """The epochs that began and ended while something went on."""
    first = len(store.get(run).epochs) + 1
    pause()
    return epochs(store, run, first)
