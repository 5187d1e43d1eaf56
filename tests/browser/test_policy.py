"""The Content-Security-Policy in Chromium: what it blocks, and that charts and the classifier work under it; pages: `test_pages`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.seen import quiet
from tests.browser.served import App
from tests.browser.test_accessibility import skip_the_question
from tests.browser.test_hosting import answered, inside
from tests.browser.test_walk import draw_a_one

REPORTED = "blocked by the policy:"
LISTEN = f"""
addEventListener("securitypolicyviolation", event =>
  console.error("{REPORTED}", event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample))
"""
CHARTS = ("resolution?section=results", "architectures?section=training", "train?run=mnist-28")


class Watched:
    """A page, what its console complained of, and what it asked of other hosts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.add_init_script(LISTEN)
        page.on("console", lambda message: self.complaints.append(message.text) if _is_complaint(message) else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def is_well(self, app: App) -> None:
        """Nothing was blocked, nothing failed, nobody else was asked."""
        assert not self.complaints, "\n".join(self.complaints)
        assert self.hosts <= {urlsplit(app.url).netloc, ""}, "'' are data: and blob: addresses"


def _is_complaint(message: ConsoleMessage) -> bool:
    """An error; but Streamlit looks for its server below each page's address first, and finds nothing there."""
    return message.type == "error" and not ("404" in message.text and "/_stcore/" in message.location["url"])


@pytest.fixture
def watched(page: Page) -> Watched:
    page.set_default_timeout(60_000)
    return Watched(page)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_under_the_policy(watched: Watched, app: App, name: str) -> None:
    watched.page.goto(f"{app.url}/{name}")
    quiet(watched.page)
    skip_the_question(watched.page)
    if name.startswith("train"):
        watched.page.get_by_text("Figures and tables to take home").click()
    chart = watched.page.locator(".stVegaLiteChart").first
    expect(chart.locator("canvas, svg.marks").first).to_be_visible()
    watched.is_well(app)


@pytest.mark.timeout(300)
def test_the_classifier_in_its_frame_draws_and_answers_under_the_policy(watched: Watched, app: App) -> None:
    watched.page.set_viewport_size({"width": 1280, "height": 2400})
    watched.page.goto(f"{app.url}/draw")
    frame = inside(watched.page)
    draw_a_one(frame, watched.page.mouse)
    answered(frame)
    frame.get_by_role("tab", name=re.compile("Upload|photograph", re.IGNORECASE)).first.click()
    watched.is_well(app)


@pytest.mark.timeout(200)
def test_a_link_s_picture_is_neither_fetched_nor_shown(watched: Watched, app: App) -> None:
    """In the app's own box a picture stood that came from another server."""
    evil = quote("![x](http://127.0.0.1:9/x.png) [Sign in again](http://127.0.0.1:9/) http://127.0.0.1:9/")
    for name in ("nesterov", "run", "filter"):
        watched.page.goto(f"{app.url}/train?{name}={evil}")
        alert = watched.page.locator("[data-testid=stAlert]").first
        expect(alert).to_contain_text("Sign in again")
        assert alert.locator("img, a").count() == 0
    watched.is_well(app)


@pytest.mark.timeout(200)
def test_the_policy_blocks_what_it_should(watched: Watched, app: App, tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    watched.page.goto(app.url)
    for source in ("fetch('http://127.0.0.1:9/')", "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))"):
        watched.page.evaluate(f"() => {{ {source} }}")
    expect(watched.page.locator("h1").first).to_be_visible()
    blocked = [line for line in watched.complaints if line.startswith(REPORTED)]
    assert {line.split()[4] for line in blocked} == {"connect-src", "img-src"}
