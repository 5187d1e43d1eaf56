"""Studies in Chromium: each question is one screen of a laptop, the keyboard alone answers it, and tables open from the right."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demo.charts.theme import INK
from demo.lessons.architectures.page import SECTIONS as ARCHITECTURES
from demo.lessons.resolution.page import SECTIONS as RESOLUTION
from tests.browser.seen import quiet
from tests.browser.served import App
from tests.browser.test_accessibility import lasting, skip_the_question

LAPTOP = {"width": 1280, "height": 800}
TALL = "document.querySelector('.stMain').scrollHeight"
SECTIONS = [*(f"resolution?section={name}" for name in RESOLUTION), *(f"architectures?section={name}" for name in ARCHITECTURES)]


@pytest.mark.timeout(200)
def test_each_question_is_one_screen_before_and_after_the_guess(page: Page, app: App) -> None:
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    tall = {}
    for name in SECTIONS:
        page.goto(f"{app.url}/{name}")
        expect(page.locator("h1").first).to_be_visible()
        quiet(page)
        tall[name, "asked"] = page.evaluate(TALL)
        if skip_the_question(page):
            quiet(page)
            tall[name, "told"] = page.evaluate(TALL)
    assert not {which: height for which, height in tall.items() if height > LAPTOP["height"]}
    assert len(tall) == 2 * len(SECTIONS) - 2, "all but the two views beside the published numbers ask"


@pytest.mark.timeout(120)
def test_the_keyboard_answers_opens_the_tables_and_closes_them(page: Page, app: App) -> None:
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    page.goto(f"{app.url}/resolution")
    option = page.get_by_role("button", name="Both lose the same")
    option.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You guessed")).to_be_visible()
    page.get_by_role("button", name="All tables").focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    quiet(page)
    assert "table=scores" in page.url and drawer.evaluate("e => e.contains(document.activeElement)")
    assert drawer.get_by_role("button", name="Data (CSV)").count() == 1
    assert lasting(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    quiet(page)
    assert "table=" not in page.url


@pytest.mark.timeout(120)
def test_a_link_to_a_table_opens_it(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/architectures?section=results&table=went")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Deeper, with fewer parameters")).to_be_visible()
    quiet(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and lasting(page) == []


@pytest.mark.timeout(120)
def test_a_figure_follows_a_change_of_theme_under_an_open_page(page: Page, app: App) -> None:
    """Its letters are the server's choice: those of the other theme cannot be seen."""
    page.goto(f"{app.url}/resolution?section=published")
    quiet(page)
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator(f".stVegaLiteChart svg text[fill='{INK[theme]}']").first).to_be_visible()  # type: ignore[index]
    assert page.locator(".stMain h1").bounding_box()["y"] < 200, "what listens takes no room"  # type: ignore[index]
