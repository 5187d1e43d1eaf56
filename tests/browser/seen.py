"""What a visitor sees, sampled several times a second."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1280, 390)]
"""Projector and telephone, in both themes."""
PARTS = {
    "page": ".stMain",
    "curve": ".stVegaLiteChart[aria-label^='Loss']",
    "matrix": ".stVegaLiteChart[aria-label^='Confusion']",
}
"""A figure is known by its title, which it also tells to a screen reader."""
_SIGNATURES = """
parts => Object.fromEntries(Object.entries(parts).map(([name, selector]) => {
  const place = document.querySelector(selector)
  if (!place) return [name, ""]
  const drawn = [...place.querySelectorAll("canvas")].map(canvas => canvas.toDataURL())
  const lines = [...place.querySelectorAll("svg")].map(svg => svg.innerHTML)
  return [name, [place.innerText, ...drawn, ...lines].join("\\n")]
}))
"""


@dataclass
class Sight:
    """When each part of the page changed, in seconds since the beginning."""

    seconds: float = 0.0
    changes: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PARTS})

    def longest_gap(self, part: str) -> float:
        """Seconds of the longest time in which nothing of the part moved."""
        moments = [0.0, *self.changes[part], self.seconds]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))


def watch(page: Page, seconds: float, every: float = 0.15) -> Sight:
    """Looks at the page for so long and notes what changed."""
    began, sight = time.monotonic(), Sight()
    before = page.evaluate(_SIGNATURES, PARTS)
    while (moment := time.monotonic() - began) < seconds:
        page.wait_for_timeout(every * 1000)
        now = page.evaluate(_SIGNATURES, PARTS)
        for name in PARTS:
            if now[name] != before[name]:
                sight.changes[name].append(time.monotonic() - began)
        before = now
    sight.seconds = moment
    return sight


@contextmanager
def visitor(chromium: Browser, theme: str, width: int) -> Iterator[Page]:
    """A new page in a theme and at a width. At the end: no error was seen, and nothing is wider than the screen."""
    with chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert not faults
        expect(page.locator(".stException, [data-testid=stAlertContentError]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def keep(page: Page, width: int, shots: Path | None, name: str) -> None:
    """A picture of the whole page, where somebody wants one."""
    if shots:
        tall(page, width)
        page.screenshot(path=shots / f"{name}.png")


def tall(page: Page, width: int) -> None:
    """Makes the window as high as the page, which scrolls inside of it."""
    height = page.evaluate("Math.max(...[...document.querySelectorAll('.stMain, body')].map(e => e.scrollHeight))")
    page.set_viewport_size({"width": width, "height": min(4000, max(900, height + 20))})
    page.wait_for_timeout(500)
