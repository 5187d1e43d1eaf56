"""Every question in Chromium: who has guessed is told at once, in sight and without scrolling, whether it was right."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from demo.classroom.questions import QUESTIONS
from tests.browser.conftest import SECONDS
from tests.browser.served import App

FIRST_SCREENS = ((1280, 800), (390, 844))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", FIRST_SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_verdict_is_in_sight_as_soon_as_one_has_guessed(app: App, chromium: Browser, size: tuple[int, int]) -> None:
    width, height = size
    with chromium.new_context(viewport={"width": width, "height": height}) as context:
        context.set_default_timeout(2 * SECONDS * 1000)
        page = context.new_page()
        for place in QUESTIONS:
            name, _, section = place.partition("/")
            page.goto(f"{app.url}/{name}" + (f"?section={section}" if section else ""))
            page.locator("[class*='st-key-ask-'] label").filter(has=page.locator("input")).last.click()
            page.locator("[class*='st-key-ask-'][class*='-reveal'] button:enabled").click()
            verdict = page.locator("[data-testid='stLayoutWrapper']:has(> [class*='st-key-question-']) + * .stAlertContainer").first
            expect(verdict, f"{place}: directly below the question").to_be_visible()
            page.wait_for_function("box => box.getBoundingClientRect().height > 0", arg=verdict.element_handle())
            box = verdict.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, (place, box)
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, (place, box)
