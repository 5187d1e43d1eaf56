"""Chromium: the one that is on this machine, else Playwright's own, else a clear word why there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from core.runs.scheduling.lifecycle import ACTIVE
from core.runs.store import open_store
from tests.browser.seen import visit
from tests.browser.served import App

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 30
"""How long to wait for what should be there; a busy machine draws late."""
expect.set_options(timeout=SECONDS * 1000)


def chromium_path() -> str | None:
    """The browser of this machine; None: Playwright's own."""
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        except Error as error:
            pytest.skip(
                f"no Chromium here ({str(error).splitlines()[0]}); python -m playwright install chromium"
            )
        one_for_all = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        one_for_all.set_default_timeout(SECONDS * 1000)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new visitor with a window of 1280 x 900."""
    with visit(chromium) as page:
        yield page


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server, with a store of its own, for all tests that neither train nor change anything that another visitor meets."""
    server = App(tmp_path_factory.mktemp("app"))
    try:
        server.wait_until_up()
        yield server
    finally:
        server.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[App]:
    """A server of its own for one test that trains, so that no other test's run is in its way."""
    server = App(tmp_path / "app")
    yield server
    server.end()


@pytest.fixture(scope="session")
def _trainers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[App]]:
    """The server that `trainer` hands out; none before the first test that trains."""
    servers: list[App] = []
    yield servers
    for server in servers:
        server.end()


@pytest.fixture
def trainer(_trainers: list[App], tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for tests that train and do not mind finding runs of other visitors: its worker has imported torch but once.

    A test that leaves a run at work, as one does that fails, leaves it to nobody: the next one gets a server of its own.
    """
    if not _trainers:
        _trainers.append(App(tmp_path_factory.mktemp("trainer")))
        _trainers[0].wait_until_up()
    yield _trainers[0]
    if any(run.status in ACTIVE for run in open_store(_trainers[0].runs).all()):
        _trainers.pop().end()


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where screenshots go: $LAB_SCREENSHOTS; None where nobody wants any."""
    if not (wanted := os.environ.get("LAB_SCREENSHOTS")):
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.server)
            item.add_marker(pytest.mark.slow)
