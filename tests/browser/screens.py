"""The pictures of the README: `python -m tests.browser.screens` opens every page of the app and keeps what it shows."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from demo.studio import PAGES
from tests.browser.conftest import FLAGS
from tests.browser.seen import quiet
from tests.browser.served import ROOT, App
from tests.browser.test_hosting import FRAME

FOLDER = ROOT / "demo" / "screens"
WIDTH, HEIGHT = 1280, 860
KEPT_WIDTH = 800
COLOURS = 128
SECONDS = 90
SHOWN = {"train": "?preset=quick&dataset=digits"}
"""Page -> what its address asks for; the others show what they open with, their question skipped."""
UNFINISHED = ("Measuring how long", "Looking at the processor")
"""How a line begins whose number is still being found."""


def main(names: list[str]) -> None:
    """Takes the named pages (none named: all)."""
    with tempfile.TemporaryDirectory() as runs, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        app = App(Path(runs) / "runs")
        try:
            app.wait_until_up()
            for name in names or [*PAGES, "classify"]:
                with browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}) as context:
                    page = context.new_page()
                    page.set_default_timeout(SECONDS * 1000)
                    _open(page, app, name)
                    _keep(page.screenshot(), FOLDER / f"{name}.png")
                    print(f"{name}: {(FOLDER / f'{name}.png').stat().st_size:,} bytes", flush=True)
        finally:
            app.end()


def _open(page: Page, app: App, name: str) -> None:
    page.goto(f"{app.url}/{'' if name == 'home' else name}{SHOWN.get(name, '')}")
    expect(page.locator("h1").first).to_be_visible(timeout=SECONDS * 1000)
    quiet(page, SECONDS)
    skip = page.get_by_role("button", name="Just show me")
    if skip.count():
        skip.first.click()
        expect(skip).to_have_count(0)
    if name in ("classify", "draw"):
        classifier = page.frame_locator(FRAME) if name == "draw" else page
        expect(classifier.locator("#seen img")).to_be_visible(timeout=SECONDS * 1000)
    for words in UNFINISHED:
        expect(page.get_by_text(words)).to_have_count(0, timeout=SECONDS * 1000)
    quiet(page, SECONDS)
    page.evaluate("document.querySelector('.stMain')?.scrollTo(0, 0)")  # an answer brings its verdict into sight


def _keep(png: bytes, path: Path) -> None:
    """Smaller, and with few colours: a page has few."""
    path.parent.mkdir(exist_ok=True)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(image.height * KEPT_WIDTH / image.width)
    small = image.resize((KEPT_WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
