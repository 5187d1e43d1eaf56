"""Somebody pulls the plug: the server is killed in the middle of an epoch, and no finished epoch is lost."""

from __future__ import annotations

import re
import signal
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.engines.thread import ThreadEngine
from core.runs.store import open_store
from core.vocabulary.records import Result
from tests.browser.served import App, alive, children

RECIPE = "preset=quick&dataset=digits&train_limit=600&batch_size=1&epochs=6&learning_rate=0.001"
"""Batches of one picture: an epoch lasts about a second, so the kill falls into one."""


@pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart through /proc")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_kill_9_of_the_server_loses_no_finished_epoch(page: Page, fresh: App, tmp_path: Path, optimizer: str) -> None:
    fresh.wait_until_up()
    momentum = "" if optimizer == "sgd" else "&momentum=0&nesterov=false"
    page.goto(f"{fresh.url}/train?{RECIPE}&optimizer={optimizer}{momentum}")
    page.locator(".st-key-train-start button").first.click()
    expect(page.locator(".stMain h4").first).to_contain_text(re.compile("Epoch [2-5] of 6"), timeout=60_000)
    family = children(fresh.pid)
    assert family
    fresh.process.send_signal(signal.SIGKILL)
    fresh.process.wait()
    killed = time.monotonic()
    while any(map(alive, family)):
        assert time.monotonic() < killed + 5, "the child outlived the server by 5 s"
        time.sleep(0.05)

    store = open_store(fresh.runs)
    [run] = store.names()
    left = store.get(run)
    assert left.status == "interrupted" and 1 <= left.epochs_done < 6
    rest = list(ThreadEngine(tmp_path).stream(left.recipe, store.checkpoint(run)))
    whole = list(ThreadEngine(tmp_path).stream(left.recipe))
    assert isinstance(rest[-1], Result) and isinstance(whole[-1], Result)
    assert rest[-1].weights == whole[-1].weights
