"""Every page in Chromium, opened once: it works under the policy, asks no other host, fits each screen, and axe finds nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.studio import PAGES
from tests.browser.seen import LOOKS, ground, keep, quiet
from tests.browser.served import App
from tests.browser.test_accessibility import COLOUR, lasting, skip_the_question
from tests.browser.test_policy import Watched, watched  # noqa: F401  a fixture

SECTIONS = ("network?section=field", "network?section=looked", "seeing?section=game", "seeing?section=people", "resolution?section=riddle",
            "dropout?section=shown", "learning?section=curve", "learning?section=ways", "learning?section=kernel",
            "architectures?section=pictures", "splits?section=drawn", "audit?section=implied", "train?preset=quick&dataset=digits")  # fmt: skip
"""What a page shows besides what it opens with: sections with sliders, pictures and figures of their own, a recipe."""
PROJECTOR = 1280


def is_dark(page: Page) -> bool:
    """Whether what lies behind the page is darker than a middle grey."""
    return max(map(int, re.findall(r"\d+", ground(page))[:3])) < 128


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [*PAGES, "classify", *SECTIONS])
def test_a_page_is_well_in_every_look(watched: Watched, app: App, shots: Path | None, name: str) -> None:  # noqa: F811
    """A heading, no error, nothing blocked, nobody else asked; nothing wider than the screen; nothing serious for axe.

    The themes and the widths change in place, as a visitor changes them. In dark the page is made of the same elements,
    so axe asks there only about colours.
    """
    page, shot = watched.page, re.sub(r"\W+", "-", name)
    page.goto(f"{app.url}/{'' if name == 'home' else name}")
    expect(page.locator("h1").first).to_be_visible()
    quiet(page)
    if skip_the_question(page):
        quiet(page)
    watched.is_well(app)
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        if (theme, width) != LOOKS[0]:  # what it is already
            quiet(page)
        assert is_dark(page) == (theme == "dark")
        expect(page.locator(".stException, [data-testid=stAlertContentError]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, width, shots, f"{shot}-{theme}-{width}")
        if width == PROJECTOR:
            assert lasting(page, of=COLOUR if theme == "dark" else "") == []
    watched.is_well(app)
