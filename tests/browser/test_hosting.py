"""The classifier inside the lab, and the lab where others put it: below a path, behind a proxy, in a frame elsewhere."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.proxy import proxy
from tests.browser.seen import ground, in_every_look, quiet, tall
from tests.browser.served import App
from tests.browser.test_walk import draw_a_one
from tests.networks_for_tests import png, seven

FRAME = "iframe.frame"
SECONDS = 90_000
"""Milliseconds to wait for the classifier, which is built after the first page; a busy machine imports late."""
SIZES = """
() => ({
  window: [innerWidth, innerHeight],
  page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  dark: document.body.classList.contains("dark"),
  ground: getComputedStyle(document.body).backgroundColor,
  title: getComputedStyle(document.querySelector("#head")).display,
})
"""
FITS = "() => Math.abs(document.documentElement.scrollHeight - innerHeight) <= 1"


def inside(page: Page | FrameLocator) -> FrameLocator:
    """The classifier in its frame, ready to be drawn on."""
    frame = page.frame_locator(FRAME)
    expect(frame.locator("#pad canvas").last).to_be_visible(timeout=SECONDS)
    return frame


def answered(frame: FrameLocator) -> None:
    expect(frame.locator("#said")).to_contain_text(re.compile("(looks like|would be) 1"), timeout=SECONDS)
    expect(frame.locator("#seen img")).to_be_visible()


def framed_address(page: Page) -> str:
    return next(frame.url for frame in page.frames if "/classify/" in frame.url)


# --- inside the lab -----------------------------------------------------------------------------------------------


@pytest.mark.timeout(400)
def test_it_is_as_high_as_it_is_and_in_the_lab_s_theme(chromium: Browser, app: App, shots: Path | None) -> None:
    def show(page: Page) -> None:
        page.goto(f"{app.url}/draw")
        frame = inside(page)
        tall(page, 390)
        draw_a_one(frame, page.mouse)
        answered(frame)

    for page, theme, width in in_every_look(chromium, show):
        tall(page, width)
        handle = next(part for part in page.frames if "/classify/" in part.url)
        answered(inside(page))
        handle.wait_for_function(FITS)
        quiet(page)
        found = handle.evaluate(SIZES)
        assert found["page"][0] <= found["window"][0], "nothing is cut off at the side"
        assert abs(found["page"][1] - found["window"][1]) <= 1, "the frame is as high as what is in it"
        assert found["dark"] == (theme == "dark") and found["title"] == "none", "the title stands above the frame"
        assert found["ground"] == ground(page)
        if shots:
            tall(page, width)
            page.screenshot(path=shots / f"draw-{theme}-{width}.png")


@pytest.mark.timeout(400)
def test_a_change_of_theme_keeps_the_drawing_and_the_own_window_opens(page: Page, app: App) -> None:
    page.goto(f"{app.url}/draw")
    frame = inside(page)
    tall(page, 1280)
    draw_a_one(frame, page.mouse)
    answered(frame)
    page.emulate_media(color_scheme="dark")
    expect(frame.locator("body.dark")).to_have_count(1)
    expect(frame.locator("#seen img")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open in its own window").click()
    expect(opened.value.locator("#head h1")).to_be_visible(timeout=SECONDS)
    assert re.search(r"/classify/\?__theme=\w+$", opened.value.url)
    back = opened.value.get_by_role("link", name="Back to the lab")
    assert back.evaluate("link => link.href") == f"{app.url}/"


# --- where others put it --------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
def test_below_a_base_path(page: Page, tmp_path: Path) -> None:
    server = App(tmp_path / "app", STREAMLIT_SERVER_BASE_URL_PATH="lab")
    try:
        server.wait_until_up(180)
        page.goto(f"{server.url}/draw")
        frame = inside(page)
        assert framed_address(page).startswith(f"{server.url}/classify/")
        draw_a_one(frame, page.mouse)
        answered(frame)
        assert page.request.get(f"{server.url}/classify").url == f"{server.url}/classify/"
    finally:
        server.end()


class Elsewhere(BaseHTTPRequestHandler):
    """A page on another site with the lab in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe id="lab" width="1280" height="1600" src="{self.server.framed}"></iframe>'.encode())  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """`localhost` is another site than `127.0.0.1`: in a frame no cookie of the one arrives at the other."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.timeout(600)
def test_behind_a_proxy_s_prefix_in_a_frame_on_another_site(page: Page, tmp_path: Path, elsewhere: ThreadingHTTPServer) -> None:
    """As on Hugging Face, and with a path before it that the server does not see."""
    server = App(tmp_path / "app", GRADIO_ROOT_PATH="/school/classify", SPACE_ID="school/resolution-lab")
    page.set_viewport_size({"width": 1320, "height": 1700})
    try:
        server.wait_until_up(180)
        with proxy("/school", server.port) as port:
            lab = f"http://127.0.0.1:{port}/school"
            elsewhere.framed = f"{lab}/draw"  # type: ignore[attr-defined]
            page.goto(f"http://localhost:{elsewhere.server_port}/", wait_until="commit")
            frame = inside(page.frame_locator("#lab"))
            assert framed_address(page).startswith(f"{lab}/classify/")
            draw_a_one(frame, page.mouse)
            answered(frame)

            elsewhere.framed = f"{lab}/pooling"  # type: ignore[attr-defined]
            page.goto(f"http://localhost:{elsewhere.server_port}/", wait_until="commit")
            lesson = page.frame_locator("#lab")
            lesson.get_by_role("button", name="Just show me").click(timeout=SECONDS)
            box = lesson.get_by_role("combobox", name="Picture", exact=True)
            box.click()
            box.fill("own")
            lesson.get_by_role("option").first.click()
            with page.expect_response(re.compile("/_stcore/upload_file/")) as sent:
                lesson.locator("input[type=file]").set_input_files(
                    {"name": "seven.png", "mimeType": "image/png", "buffer": png(seven())}
                )
            assert sent.value.status == 204, "let in without a cookie"
            assert "cookie" not in sent.value.request.all_headers()
            expect(lesson.locator(".walk .frame").first).to_be_visible()
    finally:
        server.end()
