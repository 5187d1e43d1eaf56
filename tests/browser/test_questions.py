"""Every question in Chromium: who has guessed is told at once, in sight and without scrolling, whether it was right."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from demo.classroom.questions import QUESTIONS
from tests.browser.conftest import SECONDS
from tests.browser.seen import at_rest
from tests.browser.served import App

FIRST_SCREENS: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 1280, "height": 800})


@pytest.mark.timeout(600)
def test_the_verdict_is_in_sight_as_soon_as_one_has_guessed(app: App, page: Page) -> None:
    """On a telephone first; then the window is made as large as a laptop's, with the question in sight."""
    page.set_default_timeout(2 * SECONDS * 1000)
    for place in QUESTIONS:
        name, _, section = place.partition("/")
        page.set_viewport_size(FIRST_SCREENS[0])
        page.goto(f"{app.url}/{name}" + (f"?section={section}" if section else ""))
        page.locator("[class*='options-'] [class*='st-key-ask-']:not([class*='-skip']) button:enabled").last.click()
        verdict = page.locator("[class*='st-key-verdict-'] .stAlertContainer, .st-key-finding_head .stMarkdown").first
        expect(verdict, f"{place}: below the options").to_be_visible()
        page.wait_for_function("box => box.getBoundingClientRect().height > 0", arg=verdict.element_handle())
        for size in FIRST_SCREENS:
            if size != page.viewport_size:
                page.set_viewport_size(size)
                page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
                page.locator("[class*='st-key-question-'], .st-key-finding_head").first.scroll_into_view_if_needed()  # as the click did
            box = at_rest(verdict)
            assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], (place, size, box)
            assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], (place, size, box)
