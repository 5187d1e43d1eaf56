"""Somebody pulls the plug: the server is killed in the middle of an epoch, and no finished epoch is lost."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.engines.thread import ThreadEngine
from core.runs.store import open_store
from core.vocabulary.records import Result
from tests.browser.served import App, alive, children
from tests.browser.test_walk import run_of

EPOCHS = 4
RECIPE = f"preset=quick&dataset=digits&train_limit=300&batch_size=1&epochs={EPOCHS}&learning_rate=0.001"
"""Batches of one picture: an epoch lasts about half a second, and the kill, as soon as the first is kept, falls into the second."""


@pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart through /proc")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_kill_9_of_the_server_loses_no_finished_epoch(page: Page, fresh: App, tmp_path: Path, optimizer: str) -> None:
    fresh.wait_until_up()
    momentum = "" if optimizer == "sgd" else "&momentum=0&nesterov=false"
    page.goto(f"{fresh.url}/train?{RECIPE}&optimizer={optimizer}{momentum}")
    page.locator(".st-key-train-start button").first.click()
    run = run_of(page)
    store = open_store(fresh.runs)
    while not (seen := store.get(run).epochs_done):
        page.wait_for_timeout(20)
    family = children(fresh.pid)
    assert family
    fresh.process.send_signal(signal.SIGKILL)
    fresh.process.wait()
    killed = time.monotonic()
    while any(map(alive, family)):
        assert time.monotonic() < killed + 5, "the child outlived the server by 5 s"
        time.sleep(0.05)

    store = open_store(fresh.runs)
    assert store.names() == [run]
    left = store.get(run)
    assert left.status == "interrupted" and seen <= left.epochs_done < EPOCHS
    rest = list(ThreadEngine(tmp_path).stream(left.recipe, store.checkpoint(run)))
    whole = list(ThreadEngine(tmp_path).stream(left.recipe))
    assert isinstance(rest[-1], Result) and isinstance(whole[-1], Result)
    assert rest[-1].weights == whole[-1].weights
