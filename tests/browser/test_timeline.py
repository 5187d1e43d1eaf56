"""A run in Chromium: nine pictures, a wrong one from a cell, back to epoch 1, the link elsewhere, inside it, an answer of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from core.datasets.files import data_folder
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from demo.classifier.api import sample_of
from tests.browser.seen import LOOKS, keep, quiet
from tests.browser.served import App
from tests.browser.test_accessibility import COLOUR, lasting
from tests.browser.test_classifier import answered, way
from tests.browser.test_pages import PROJECTOR
from tests.browser.test_walk import press, run_of, wait_for_status

EPOCHS = 6
RECIPE = f"preset=quick&dataset=digits&epochs={EPOCHS}&resolution=4"
"""At 4 × 4 pixels enough is mixed up."""
SCRUB_MS = 100


def at_epoch(page: Page, epoch: int) -> None:
    expect(page.locator(f".timeline[data-epoch='{epoch}']")).to_be_visible()


def nine(page: Page) -> list[str]:
    """What stands under each picture."""
    texts = page.locator(".timeline .nine .said")
    expect(texts).not_to_have_count(0)
    return texts.all_inner_texts()


def scrub_to(page: Page, epoch: int) -> None:
    """With the arrow keys."""
    slider = page.locator(".timeline input[type=range]")
    slider.focus()
    slider.press("Home")
    for _ in range(epoch):
        slider.press("ArrowRight")
    at_epoch(page, epoch)


def open_cell(page: Page, by_keyboard: bool) -> str:
    """The pictures of a pair that is mixed up; returns its words."""
    pair = page.locator(".timeline button.pair").first
    words = pair.locator("span").inner_text()
    if by_keyboard:
        pair.focus()
        page.keyboard.press("Enter")
    else:
        pair.click()
    expect(page.get_by_role("dialog")).to_contain_text(words)
    return words


def test_a_run_is_watched_opened_and_gone_back_in(page: Page, chromium: Browser, fresh: App, shots: Path | None) -> None:
    fresh.wait_until_up()
    page.goto(f"{fresh.url}/train?{RECIPE}")
    press(page, "train.start")
    run = run_of(page)
    wait_for_status(page, "Finished")
    at_epoch(page, EPOCHS)
    expect(page.locator(".timeline .nine .right, .timeline .nine .wrong")).to_have_count(9)

    scrub_to(page, 1)
    early = nine(page)
    assert any(word.startswith("✗") for word in early)
    taken = max(page.evaluate(TIMED, [EPOCHS]))
    print(f"the scrubber answers within {taken:.1f} ms")
    assert taken <= SCRUB_MS
    scrub_to(page, 1)
    assert nine(page) == early

    words = open_cell(page, by_keyboard=True)
    expect(page).to_have_url(re.compile(r"cell=\d%2C\d&of=validation&epoch=1"))
    pictures = page.get_by_role("dialog").locator(".sheet .wrong")
    expect(pictures.first).to_be_visible()
    count = pictures.count()
    address = page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"train\?run={run}$"))
    at_epoch(page, 1)
    expect(page.locator(".timeline button.pair").first).to_be_focused()
    page.locator(".timeline details.whole summary").click()
    truth, answer = words.split(" taken for ")
    page.locator(f".timeline button.cell[data-cell='{truth},{answer}']").click()
    expect(page.get_by_role("dialog")).to_contain_text(words)
    page.keyboard.press("Escape")
    _arrow_keys_move_in_the_matrix(page)

    with chromium.new_context() as other:
        theirs = other.new_page()
        theirs.goto(address)
        expect(theirs.get_by_role("dialog")).to_contain_text(words)
        expect(theirs.get_by_role("dialog").locator(".sheet .wrong")).to_have_count(count)
        theirs.goto(f"{fresh.url}/train?run={run}&epoch=1")
        at_epoch(theirs, 1)
        assert nine(theirs) == early
    _is_well_in_every_look(page, shots)

    page.goto(f"{fresh.url}/train?run={run}&epoch=1")
    at_epoch(page, 1)
    page.get_by_role("link", name="Look inside epoch 1").click()
    expect(page).to_have_url(re.compile(rf"/network\?network={run}(%40|@)1"))
    expect(page.get_by_role("combobox", name="Network")).to_have_value(re.compile(f"{run} after epoch 1"))
    _classifies_as_it_was(page, fresh, run)


def _classifies_as_it_was(page: Page, app: App, run: str) -> None:
    """By the link below the curve: what the network of epoch 1 says of the first test picture, not what the trained one says."""
    networks = ModelRegistry(FOLDER, data_folder(), app.runs)
    first, _ = sample_of(networks, "digits", 0)
    (label, probability), (_, trained) = (networks.get(name).classify(first).top[0] for name in (f"{run}@1", run))
    assert f"{probability:.1%}" != f"{trained:.1%}"
    page.goto(f"{app.url}/train?run={run}&epoch=1")
    at_epoch(page, 1)
    page.get_by_role("link", name="Classify with epoch 1").click()
    expect(page).to_have_url(re.compile(rf"/classify/\?network={run}(%40|@)1"))
    answered(page, 30)
    expect(page.locator("#network input")).to_have_value(re.compile(f"{run}@1"))
    way(page, "samples")
    page.locator("#samples button").first.click()
    expect(page.locator("#said")).to_contain_text(f"{probability:.1%}")
    expect(page.locator("#said strong").last).to_have_text(label)


TIMED = """
async ([last]) => {
  const root = [...document.querySelectorAll("*")].map(element => element.shadowRoot).find(root => root?.querySelector(".timeline"))
  const slider = root.querySelector("input[type=range]")
  const taken = []
  for (let epoch = 0; epoch <= last; epoch++) {
    const began = performance.now()
    slider.value = epoch
    slider.dispatchEvent(new Event("input"))
    await new Promise(requestAnimationFrame)
    taken.push(performance.now() - began)
  }
  return taken
}
"""
"""Milliseconds from a move of the scrubber to the next frame, for each epoch."""


def _arrow_keys_move_in_the_matrix(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)
    cell = page.locator(".timeline button.cell[data-cell='0,0']")
    cell.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".timeline button.cell[data-cell='2,1']")).to_be_focused()


def _is_well_in_every_look(page: Page, shots: Path | None) -> None:
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        quiet(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, width, shots, f"timeline-{theme}-{width}")
        if width == PROJECTOR:  # as tests/browser/test_pages.py does for every page
            assert lasting(page, of=COLOUR if theme == "dark" else "") == []
    page.set_viewport_size({"width": 1280, "height": 900})
    time.sleep(0.2)
