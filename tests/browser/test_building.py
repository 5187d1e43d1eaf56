"""A network is built in Chromium, by mouse and by keyboard, broken, mended by the sentence shown, trained and named."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from core.runs.store import open_store
from tests.browser.seen import quiet
from tests.browser.served import App
from tests.browser.test_walk import press, run_of, wait_for_status

RECIPE = "train?preset=quick&dataset=digits&epochs=2&network=conv+8+3"
BUILT = "conv 8 3, batchnorm, conv 32 3, maxpool 4, dropout 0.25, dense 64"
BLOCKS = ["Conv 3 × 3", "Batch norm", "Conv 3 × 3", "Max-pool 4 × 4", "Dropout", "Dense"]
SENTENCE = "Layer 4, maxpool 5, gets 4 × 4: take it out, make it smaller, or give the convolutions before it padding."
NAMES = ["Convolution", "Batch normalisation", "Max-pooling", "Average pooling", "Global average pooling", "Dropout", "Dense"]
"""In the order of the menu."""


def begin(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{RECIPE}")
    expect(page.locator(".blocks button.block")).to_have_count(1, timeout=60_000)
    quiet(page)


def expect_network(page: Page, text: str) -> None:
    """Until the address has these layers."""
    page.wait_for_function("text => new URLSearchParams(location.search).get('network') === text", arg=text)


def expect_blocks(page: Page, titles: list[str]) -> None:
    expect(page.locator(".blocks button.block > b")).to_have_text(titles)


def test_six_layers_by_mouse_trained_named_and_seen_by_another(page: Page, chromium: Browser, fresh: App) -> None:
    fresh.wait_until_up()
    begin(page, fresh)
    for name in ("Convolution", "Max-pooling", "Dropout", "Dense", "Batch normalisation"):
        page.locator(".blocks .gap").last.click()
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
    expect_blocks(page, ["Conv 3 × 3", "Conv 3 × 3", "Max-pool 2 × 2", "Dropout", "Dense", "Batch norm"])
    quiet(page)
    pull(page, 5, 1)
    expect_network(page, BUILT.replace("maxpool 4", "maxpool 2"))
    quiet(page)
    page.locator(".blocks button.block").nth(3).click()
    page.get_by_label("Window size").fill("5")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".blocks .wrong p")).to_have_text(SENTENCE)
    expect(page.locator(".st-key-train-start button").first).to_be_disabled()
    page.get_by_role("button", name="Make it 4 × 4").click()
    expect_network(page, BUILT)
    expect_blocks(page, BLOCKS)
    with chromium.new_context() as another:
        theirs = another.new_page()
        theirs.goto(page.url)
        expect_blocks(theirs, BLOCKS)
    press(page, "train.start")
    wait_for_status(page, "Finished")
    run = run_of(page)
    field = page.locator(f".st-key-live-name-{run} input")
    expect(field).to_have_attribute("placeholder", re.compile("two convs"))
    field.fill("  my first CNN ")
    field.press("Enter")
    expect(page.get_by_text("my first CNN").first).to_be_visible()
    found = open_store(fresh.runs).get(run)
    assert (found.name, found.recipe.network) == ("my first CNN", BUILT)


def pull(page: Page, block: int, gap: int) -> None:
    """Drags a block to a gap, slowly enough for a hand."""
    start = page.locator(".blocks button.block").nth(block).bounding_box()
    end = page.locator(".blocks .gap").nth(gap).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    page.mouse.up()


def test_six_layers_by_keyboard(page: Page, app: App) -> None:
    begin(page, app)
    page.locator(".blocks [tabindex='0']").first.focus()
    page.keyboard.press("End")
    for name in ("Convolution", "Max-pooling", "Dropout", "Dense", "Batch normalisation"):
        add_by_key(page, name)
        page.keyboard.press("ArrowRight")  # to the gap behind it
    page.keyboard.press("ArrowLeft")
    for _ in range(4):
        page.keyboard.press("Alt+ArrowLeft")
    expect_network(page, BUILT.replace("maxpool 4", "maxpool 2"))
    quiet(page)
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator(".blocks .wrong p")).to_have_text(SENTENCE)
    page.keyboard.press("Escape")
    expect(page.locator(".blocks button.block").nth(3)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Make it 4 × 4")).to_be_focused()
    page.keyboard.press("Enter")
    expect_network(page, BUILT)
    page.keyboard.press("Delete")
    expect_blocks(page, [*BLOCKS[:3], *BLOCKS[4:]])
    page.keyboard.press("Control+z")
    expect_blocks(page, BLOCKS)
    page.keyboard.press("Control+y")
    expect_blocks(page, [*BLOCKS[:3], *BLOCKS[4:]])


def test_on_a_telephone_the_numbers_are_folded_and_start_says_so(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/train?preset=quick&dataset=digits")
    fold, parameters = page.locator(".blocks .fold"), page.locator(".blocks .numbers").nth(1).get_by_text("320")
    expect(page.locator(".blocks .numbers").nth(1).locator(".shape")).to_have_text("32 × 6 × 6")
    expect(parameters).to_be_hidden()
    titles = page.locator(".blocks button.block > b").all_text_contents()
    assert "Max-pool 2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}2" in titles, "a narrow block breaks no size"
    fold.click()
    expect(parameters).to_be_visible()
    expect(page.locator(".blocks .labels").first).to_be_visible()
    expect(page.locator(".st-key-train-start button .stMarkdownEllipsis").last).to_be_visible()  # as wide as its word


def add_by_key(page: Page, name: str) -> None:
    """The keyboard is at a gap: Enter, down to the kind, Enter."""
    page.keyboard.press("Enter")
    for _ in range(NAMES.index(name)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
