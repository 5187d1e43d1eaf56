"""Studies in Chromium: each question is one screen of a laptop, the keyboard alone answers it, and tables open from the right."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demo.charts.theme import INK
from demo.lessons.architectures.page import SECTIONS as ARCHITECTURES
from demo.lessons.resolution.page import SECTIONS as RESOLUTION
from tests.browser.seen import quiet
from tests.browser.served import TOKEN, App
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


@pytest.mark.timeout(120)
def test_a_telephone_shows_the_question_and_two_options_at_once(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("resolution", "resolution?section=riddle", "architectures?section=training", "audit?section=matrix"):
        page.goto(f"{app.url}/{name}")
        options = page.locator("[class*='st-key-options-'] button")
        expect(options.nth(1)).to_be_visible()
        quiet(page)
        heading, second = page.locator("h1").bounding_box(), options.nth(1).bounding_box()
        assert heading is not None and second is not None
        assert heading["y"] >= 56 and second["y"] + second["height"] <= 844, name


@pytest.mark.timeout(120)
def test_projected_each_screen_keeps_the_way_on_and_the_bar_in_sight(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    for name in ("resolution?section=published", "pooling"):
        page.goto(f"{app.url}/{name}")
        page.get_by_role("button", name="Join the class").click()
        page.locator(".st-key-join-token input").fill(TOKEN)
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-teacher_bar")).to_be_visible()
        page.keyboard.press("Escape")
        quiet(page)
        assert name == "pooling" or page.evaluate(TALL) <= 1080
    page.get_by_role("button", name="Just show me").click()
    quiet(page)
    bar, view = page.locator(".st-key-teacher_bar"), page.locator(".st-key-stage_view")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    page.wait_for_function("document.querySelector('.stMain').scrollTop > 100")
    for part in (bar, view):
        box = part.bounding_box()
        assert box is not None and 50 <= box["y"] < 200, "it stays while the column scrolls"
