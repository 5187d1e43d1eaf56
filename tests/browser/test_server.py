"""The server from outside: quick to start, without torch, and gone within seconds of Ctrl-C, whatever is open."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import App, alive, answers, children

SECONDS_TO_FIRST_PAGE = 4.0
SECONDS_TO_END = 5.0


def first_page(page: Page, app: App) -> float:
    """Seconds from the start of the server until Home is complete."""
    app.wait_until_up()
    page.goto(app.url)
    expect(page.locator("h1")).to_have_text("How few pixels does it take?")
    expect(page.locator(".hero .rows .word").first).not_to_be_empty()
    return time.monotonic() - app.began


@pytest.mark.timing
def test_the_first_page_is_up_at_once_and_without_torch(page: Page, fresh: App, tmp_path: Path) -> None:
    """On a second start: the files are in the computer's memory, the byte code is written."""
    page.goto("about:blank")
    first_page(page, fresh)
    fresh.end()
    again = App(tmp_path / "again")
    try:
        seconds = first_page(page, again)
        print(f"first page after {seconds:.2f} s")
        assert seconds <= SECONDS_TO_FIRST_PAGE
        if sys.platform == "linux":
            mapped = Path(f"/proc/{again.pid}/maps").read_text()
            assert "python" in mapped and "libtorch" not in mapped
            page.goto(f"{again.url}/runs")
            expect(page.locator("h1")).to_be_visible()
            assert "libtorch" not in Path(f"/proc/{again.pid}/maps").read_text()
    finally:
        again.end()


def test_localhost_is_answered_whichever_address_it_means(fresh: App) -> None:
    """Windows takes localhost for ::1 first, others for 127.0.0.1."""
    fresh.wait_until_up()
    for host in ("127.0.0.1", "[::1]", "localhost"):
        assert answers(f"http://{host}:{fresh.port}/_stcore/health"), host


def test_where_websockets_are_blocked_the_page_says_so_after_ten_seconds(chromium: Browser, fresh: App) -> None:
    fresh.wait_until_up()
    with chromium.new_context() as context:
        page, open_page = context.new_page(), context.new_page()
        for one in (page, open_page):
            one.clock.install()
        page.route_web_socket(re.compile("_stcore/stream"), lambda socket: socket.close())
        page.goto(fresh.url)
        hint = page.locator("#lab-hint")
        page.clock.run_for(7500)
        expect(hint).to_be_hidden()
        page.clock.run_for(3500)
        expect(hint).to_be_visible(timeout=6000)
        expect(hint).to_contain_text("blocks websockets")
        open_page.goto(fresh.url)
        expect(open_page.locator("h1")).to_have_text("How few pixels does it take?")
        open_page.clock.run_for(11_000)
        expect(open_page.locator("#lab-hint")).to_be_hidden()


@pytest.mark.timing
@pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart through /proc")
def test_ctrl_c_ends_everything(chromium: Browser, fresh: App) -> None:
    """With a run active, a page and the Gradio app open: the server is gone in time and leaves no child."""
    fresh.wait_until_up()
    with chromium.new_context() as context:
        page, classify = context.new_page(), context.new_page()
        page.goto(f"{fresh.url}/train?preset=quick&dataset=digits&epochs=5000")
        page.locator(".st-key-train-start button").first.click()
        expect(page.locator(".stMain h4").first).to_contain_text(
            re.compile("training|is done"), timeout=60_000
        )
        classify.goto(f"{fresh.url}/classify")
        expect(classify.locator("#pad canvas").first).to_be_visible(timeout=60_000)
        classify.wait_for_timeout(1000)  # its heartbeat stream is open now; a worker opens it, which no request of the page shows
        family = children(fresh.pid)
        assert family, "a run is active, so there is a child"

        began = time.monotonic()
        fresh.interrupt()
        fresh.process.wait(SECONDS_TO_END + 5)
        seconds = time.monotonic() - began
        print(f"ended after {seconds:.2f} s")
        assert seconds <= SECONDS_TO_END, fresh.said()
        while time.monotonic() - began < SECONDS_TO_END and any(map(alive, family)):
            time.sleep(0.1)
        assert not [pid for pid in family if alive(pid)]
