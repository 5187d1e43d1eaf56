"""A report in a browser: it opens from a file, asks for nothing, and can be filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from core.export.report import html, study_report
from core.pretrained.cards import FOLDER, read_cards
from core.studies.registry import cards_of
from core.vocabulary.folders import data_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_study_s_report_makes_no_request_and_can_be_filled_in(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    document = study_report.study_report("resolution", cards_of("resolution", read_cards(FOLDER)), FOLDER, data_folder())
    file.write_text(html.to_html(document), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    try:
        page = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.goto(file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()] and not faults
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a telephone"
        images = page.locator("svg image")
        assert images.count() >= 30 and page.locator("svg").count() >= 15
        blank = page.get_by_role("textbox", name="What I wanted to find out:")
        blank.focus()
        page.keyboard.type("Whether a small picture is enough")
        assert blank.inner_text() == "Whether a small picture is enough"
        found = [violation["id"] for violation in Axe().run(page).response["violations"] if violation["impact"] in ("serious", "critical")]
        assert not found
    finally:
        context.close()
