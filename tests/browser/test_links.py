"""Copy link in Chromium: what is copied opens the same in another browser, also what only the browser knows; without the
clipboard, by keyboard, on a telephone; what a teacher's link hides is gone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.seen import quiet, visit
from tests.browser.served import App


def answered(page: Page, app: App, name: str) -> None:
    page.goto(f"{app.url}/{name}")
    page.get_by_role("button", name=re.compile("Skip|Just show me")).first.click()
    page.locator(".walk").first.wait_for()


def copied(page: Page) -> str:
    page.get_by_role("button", name="Copy link").click()  # there is one
    expect(page.get_by_text("Link copied.")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def place(page: Page) -> str | None:
    return page.locator("[data-place]").first.get_attribute("data-place")


def test_what_is_copied_opens_the_same_in_another_browser(chromium: Browser, app: App) -> None:
    with visit(chromium) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
        page.emulate_media(reduced_motion="reduce")
        answered(page, app, "pooling")
        page.get_by_text("the mean", exact=True).first.click()
        expect(page).to_have_url(re.compile("kind=average"))
        page.locator("[data-place]").first.wait_for()
        grid = page.locator(".output .grid").first
        grid.click(position={"x": 20, "y": 20})
        page.keyboard.press("ArrowDown")
        link, at = copied(page), place(page)
    asked = parse_qs(urlsplit(link).query)
    assert asked == {"kind": ["average"], "at": [at]}
    with visit(chromium) as other:
        other.emulate_media(reduced_motion="reduce")
        other.goto(link)
        expect(other.locator(f"[data-place='{at}']")).to_have_count(1)
        expect(other.locator("button[aria-checked=true], [aria-pressed=true]", has_text="the mean").first).to_be_visible()


def test_an_epoch_is_copied_and_gone_back_to(chromium: Browser, app: App) -> None:
    with visit(chromium) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
        page.goto(f"{app.url}/train?run=fashion-arc4")
        slider = page.locator(".timeline input[type=range]")
        expect(page.locator(".timeline")).to_have_attribute("data-epoch", re.compile("[1-9]"))
        slider.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".timeline")).to_have_attribute("data-epoch", "1")
        link = copied(page)
    assert parse_qs(urlsplit(link).query) == {"run": ["fashion-arc4"], "epoch": ["1"]}
    with visit(chromium) as other:
        other.goto(link)
        expect(other.locator(".timeline")).to_have_attribute("data-epoch", "1")


def test_without_the_clipboard_the_old_way_and_then_by_hand(chromium: Browser, app: App) -> None:
    """As over the local network without HTTPS, where a page has no clipboard; by keyboard, on a telephone."""
    with visit(chromium) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.goto(f"{app.url}/convolution")
        quiet(page)
        button = page.locator(".st-key-menu_join").get_by_role("button", name="Copy link")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Link copied.")).to_be_visible()
        page.evaluate("document.execCommand = () => false")
        page.keyboard.press("Enter")
        field = page.get_by_label("The address of what you see")
        expect(field).to_be_focused()
        expect(field).to_have_value(re.compile(re.escape(f"{app.url}/convolution") + r"(\?at=0,0)?$"))  # once the view is there
        assert field.evaluate("field => field.selectionEnd - field.selectionStart") == len(field.input_value())
        box = field.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        page.keyboard.press("Escape")
        expect(button).to_be_focused()


def test_what_a_teacher_s_link_hides_is_gone(chromium: Browser, app: App) -> None:
    with visit(chromium) as page:
        page.goto(f"{app.url}/pooling?window=3&hide=tries,code")
        expect(page.locator(".st-key-stage_more")).to_be_visible()
        expect(page.locator(".st-key-stage_now")).to_be_hidden()
        expect(page.locator(".st-key-stage_code")).to_be_hidden()
