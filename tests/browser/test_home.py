"""Home in Chromium: the game answers at once, by mouse, touch and keyboard, and asks nothing of the server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from core.images.resampling import reduce
from core.pretrained import showcase
from core.pretrained.cards import FOLDER
from core.pretrained.showcase import CLASSES, SIDES, Showcase
from core.studies.resolution import FILTER
from tests.browser.served import App

AT = "view => [...view.querySelectorAll('.rows li')].map(row => row.dataset.mark)"


@pytest.fixture
def game() -> Showcase:
    found = showcase.read(FOLDER)
    assert found is not None
    return found


def opens(page: Page, app: App) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(app.url)
    expect(page.locator(".hero h1")).to_have_text("How few pixels does it take?")
    expect(page.locator(".hero .rows li")).to_have_count(3)


def chip(page: Page, game: Showcase, picture: int = 0) -> Any:
    """The right answer's."""
    return page.locator(".hero .chips button").nth(game.labels[picture])


def pixels(page: Page) -> np.ndarray[Any, Any]:
    """(side, side, 3): what the canvas shows."""
    flat = page.locator(".hero canvas").evaluate("canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]")
    side = round((len(flat) / 4) ** 0.5)
    return np.array(flat, np.uint8).reshape(side, side, 4)[..., :3]


def test_one_tap_leads_to_the_first_surprise(page: Page, app: App, game: Showcase) -> None:
    """At 4 × 4 a visitor who is right finds a network that is sure and wrong: one action, where two are allowed."""
    opens(page, app)
    assert page.locator(".hero").evaluate(AT) == ["open"] * 3, "nothing tells the answer before the guess"
    chip(page, game).click()
    truth = game.labels[0]
    marks = ["right" if game.answers[protocol][0][0][0] == truth else "wrong" for protocol in ("totv", "tvtv", "mixed")]
    assert page.locator(".hero").evaluate(AT) == marks and "wrong" in marks
    expect(page.locator(".hero .verdict")).to_contain_text(f"Yes, a {CLASSES[truth]}!")
    expect(page.locator(".hero .knew dd").first).to_have_text("4 × 4")


def test_the_picture_is_the_one_that_the_networks_got(page: Page, app: App, game: Showcase) -> None:
    import torch

    opens(page, app)
    slider = page.locator(".hero input")
    slider.focus()
    image = torch.from_numpy(game.images[0].transpose(2, 0, 1)[None].copy())
    for at, side in enumerate(SIDES):
        if at:
            slider.press("ArrowRight")
        expected = reduce(image, side, FILTER)[0].numpy().transpose(1, 2, 0)
        assert np.abs(pixels(page).astype(int) - expected.astype(int)).max() <= 1, side
        expect(page.locator(".hero output")).to_have_text(f"{side} × {side} pixels")
        assert slider.get_attribute("aria-valuetext") == f"{side} × {side} pixels"
    page.locator(".hero .smooth").click()
    assert pixels(page).shape == (32, 32, 3)


def test_who_has_seen_more_pixels_is_told_so(page: Page, app: App, game: Showcase) -> None:
    """Back on 4 × 4 one does not know less: what counts is the sharpest picture that was seen."""
    opens(page, app)
    slider = page.locator(".hero input")
    slider.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        slider.press(key)
    wrong = (game.labels[0] + 1) % len(CLASSES)
    page.locator(".hero .chips button").nth(wrong).click()
    expect(page.locator(".hero .verdict")).to_contain_text(f"Not a {CLASSES[wrong]}")
    chip(page, game).click()
    expect(page.locator(".hero .knew dd").first).to_have_text("12 × 12")
    page.locator(".hero .next").click()
    expect(page.locator(".hero output")).to_have_text("4 × 4 pixels")
    page.locator(".hero .reveal").click()
    expect(page.locator(".hero .verdict")).to_contain_text(f"It is a {CLASSES[game.labels[1]]}.")
    expect(page.locator(".hero .knew dd").first).to_have_text("never")


def test_playing_asks_nothing_of_the_server(page: Page, app: App, game: Showcase) -> None:
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("a message")))
    page.on("request", lambda request: sent.append(request.url))
    opens(page, app)
    page.wait_for_timeout(1000)  # what the opening still asks for
    sent.clear()
    for picture in range(3):
        page.locator(".hero input").press("ArrowRight")
        chip(page, game, picture).click()
        page.locator(".hero .next").click()
    expect(page.locator(".hero .done [data-how=right]")).to_have_count(3)
    assert [url for url in sent if "health" not in url and "host-config" not in url] in ([], ["a message"]), "at most Home's own clock"


def test_untouched_it_moves_one_step_and_back_unless_motion_is_unwanted(chromium: Browser, app: App) -> None:
    shown = {}
    for motion in ("no-preference", "reduce"):
        with chromium.new_context(reduced_motion=motion) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(app.url)
            expect(page.locator(".hero .rows li")).to_have_count(3)
            seen = []
            for _ in range(25):
                seen.append(page.locator(".hero output").inner_text())
                page.wait_for_timeout(200)
            shown[motion] = list(dict.fromkeys(seen))
            assert seen[-1] == "4 × 4 pixels"
    assert shown == {"no-preference": ["4 × 4 pixels", "6 × 6 pixels"], "reduce": ["4 × 4 pixels"]}


def test_every_way_leads_on_within_the_same_visit(page: Page, app: App) -> None:
    opens(page, app)
    page.evaluate("window.same = true")
    for name, address in (("Play ten pictures", "/seeing?section=game"), ("Train your own", "/train?"), ("See how it works", "/convolution")):
        page.get_by_role("link", name=name).click()
        page.wait_for_url(lambda url, address=address: address in url)
        assert page.evaluate("window.same"), "the page was not loaded anew: the visit, and a teacher's token, go on"
        page.get_by_test_id("stLogoLink").first.click()
        expect(page.locator(".hero h1")).to_be_visible()


def test_the_game_works_by_touch_on_a_telephone(chromium: Browser, app: App, game: Showcase) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(app.url)
        expect(page.locator(".hero .rows li")).to_have_count(3)
        box = page.locator(".hero canvas").bounding_box()
        assert box and box["width"] >= 340
        for part in ("input", ".chips", ".rows"):
            place = page.locator(f".hero {part}").bounding_box()
            assert place and place["y"] + place["height"] <= 844, f"{part} is on the first screen"
        slider = page.locator(".hero input").bounding_box()
        assert slider
        page.touchscreen.tap(slider["x"] + slider["width"] - 4, slider["y"] + slider["height"] / 2)
        expect(page.locator(".hero output")).to_have_text("32 × 32 pixels")
        chip(page, game).tap()
        expect(page.locator(".hero .chips [data-mark=right]")).to_have_count(1)


def test_the_sheet_of_the_class_opens_from_any_page_and_closes_by_the_keyboard(page: Page, app: App) -> None:
    page.goto(f"{app.url}/glossary")
    page.get_by_role("button", name="Join the class").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".st-key-join-token input")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
