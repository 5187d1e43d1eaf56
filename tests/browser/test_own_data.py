"""A class collects a data set: three browsers draw, a teacher watches, removes, closes; it is trained on, kept and forgotten."""

from __future__ import annotations

import random
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.datasets.own.store import OwnStore
from tests.browser.seen import quiet, visit
from tests.browser.served import App
from tests.browser.test_accessibility import lasting
from tests.browser.test_classroom import becomes_teacher

CLASSES = ("cross", "line", "corner")
OF_EACH_BROWSER = 20
SHAPES = {
    "cross": [[(0.2, 0.2), (0.8, 0.8)], [(0.8, 0.2), (0.2, 0.8)]], "line": [[(0.5, 0.15), (0.5, 0.5), (0.5, 0.85)]],
    "corner": [[(0.25, 0.2), (0.25, 0.8), (0.8, 0.8)]],
}  # fmt: skip
DRAW = """
(canvas, strokes) => {
  canvas.setPointerCapture = () => {}  // no pointer of this script's making can be captured
  const box = canvas.getBoundingClientRect()
  const send = (kind, [x, y]) => canvas.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, cancelable: true, composed: true, pointerId: 7, pointerType: "touch", buttons: 1,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height }))
  for (const [first, ...others] of strokes) {
    send("pointerdown", first)
    for (const point of others) send("pointermove", point)
    send("pointerup", others.at(-1))
  }
}
"""


def hands_in(page: Page, number: int, hand: random.Random) -> str:
    """Draws the class that is asked for and hands it in; returns the class once the server has it."""
    page.bring_to_front()  # a window that was never in front draws no frames
    asked = page.locator(".c-class").inner_text()
    strokes = [[(x + hand.uniform(-0.06, 0.06), y + hand.uniform(-0.06, 0.06)) for x, y in stroke] for stroke in SHAPES[asked]]
    page.locator(".collector canvas").evaluate(DRAW, strokes)
    page.locator(".c-give").click()
    expect(page.locator(".c-head")).to_contain_text(re.compile(rf"^{number} picture"))
    return asked


def opens(page: Page, app: App) -> Locator:
    """Our data, where a browser hands in."""
    page.bring_to_front()
    page.goto(f"{app.url}/own")
    expect(page.locator(".collector canvas")).to_be_visible()
    return page.locator(".collector")


def _to_our_data(page: Page) -> None:
    """Through the menu: a teacher's token goes with a new page."""
    page.keyboard.press("Escape")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Our data").first.click()
    expect(page.get_by_text("Our data").first).to_be_visible()


@pytest.mark.timeout(400)
def test_three_browsers_and_a_teacher_collect_train_keep_and_forget(chromium: Browser, fresh: App, shots: Path | None) -> None:
    fresh.wait_until_up()
    store, hands = OwnStore(fresh.runs / "own"), [random.Random(number) for number in range(3)]
    with ExitStack() as contexts:
        sizes = [{"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 390, "height": 844}, {"width": 1280, "height": 800}]
        teacher, *pupils = [contexts.enter_context(chromium.new_context(viewport=size)).new_page() for size in sizes]  # type: ignore[arg-type]
        becomes_teacher(teacher, fresh)
        expect(teacher.locator(".st-key-teacher_bar")).to_be_visible()
        _to_our_data(teacher)
        teacher.get_by_role("textbox", name="Name of the set").fill("Our signs")
        teacher.get_by_role("textbox", name="Classes").fill(", ".join(CLASSES))
        teacher.keyboard.press("Tab")
        teacher.get_by_role("button", name="Begin to collect").click()
        expect(teacher.locator(".wall")).to_be_visible()
        for page in pupils:
            opens(page, fresh)
        for number in range(1, OF_EACH_BROWSER + 1):
            for page, hand in zip(pupils, hands, strict=True):
                hands_in(page, number, hand)
        [about] = store.list_sets()
        counts = store.counts(about.name)
        assert counts.total == 60 and len(counts.of_author) == 3 and min(counts.of_class) >= 18, "each browser was given each class"
        expect(pupils[0].locator(".c-chip span").first).to_have_text(str(counts.of_class[0]))
        expect(teacher.get_by_text("60 pictures")).to_be_visible()
        if shots:
            teacher.screenshot(path=shots / "own-wall.png")
            pupils[0].screenshot(path=shots / "own-telephone.png")
        teacher.bring_to_front()
        menu = ("list:", "listitem:")  # Streamlit's own menu of a narrow window
        assert [line for line in lasting(pupils[0]) if not line.startswith(menu)] == []
        assert lasting(teacher) == []
        for place in (0, 1):
            teacher.locator(".w-tile").nth(place).click()
        teacher.get_by_role("button", name="Remove 2 pictures").click()
        expect(teacher.get_by_text("58 pictures")).to_be_visible()
        assert store.counts(about.name).total == 58
        teacher.get_by_role("button", name="Close the collection").click()
        expect(teacher.get_by_role("button", name="Train all of them")).to_be_visible()
        expect(pupils[0].locator(".collector")).to_have_count(0)
        teacher.get_by_role("button", name="Train all of them").click()
        teacher.get_by_role("button", name="The one that saw only sharp pictures").click()
        expect(teacher.locator(".stVegaLiteChart").first).to_be_visible(timeout=150_000)
        if shots:
            quiet(teacher)
            teacher.screenshot(path=shots / "own-figure.png")
    fresh.end()
    _is_kept_and_forgotten(chromium, App(fresh.runs), store)


def _is_kept_and_forgotten(chromium: Browser, again: App, store: OwnStore) -> None:
    """After a restart the figure is there; then nothing is."""
    try:
        again.wait_until_up()
        with visit(chromium) as page:
            page.set_default_timeout(30_000)
            becomes_teacher(page, again)
            expect(page.locator(".st-key-teacher_bar")).to_be_visible()
            _to_our_data(page)
            page.get_by_role("button", name="Just show me").first.click()
            expect(page.locator(".stVegaLiteChart").first).to_be_visible(timeout=60_000)
            page.get_by_role("button", name="Forget everything").click()
            page.get_by_role("button", name="Delete all pictures").click()
            expect(page.get_by_role("button", name="Begin to collect")).to_be_visible()
        assert not list(store.folder.rglob("*"))
    finally:
        again.end()
