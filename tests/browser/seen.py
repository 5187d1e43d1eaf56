"""What a visitor sees, sampled several times a second."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, FloatRect, FrameLocator, Locator, Page, expect

LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1280, 390)]
"""Projector and telephone, in both themes."""
STORED = "local_storage,indexeddb,cache_storage,service_workers"
PARTS = {
    "page": ".stMain",
    "curve": ".timeline .curve",
    "matrix": ".timeline .matrix",
}
"""Parts of a page and of the views in it, whose elements stand in shadow roots."""
_SIGNATURES = """
parts => Object.fromEntries(Object.entries(parts).map(([name, selector]) => {
  const views = [...document.querySelectorAll("*")].map(element => element.shadowRoot).filter(Boolean)
  const place = [document, ...views].map(root => root.querySelector(selector)).find(Boolean)
  if (!place) return [name, ""]
  const drawn = [...place.querySelectorAll("canvas")].map(canvas => canvas.toDataURL())
  return [name, [place.innerText ?? "", place.matches("svg") ? place.innerHTML : "", ...drawn].join("\\n")]
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


QUIET_MS = 250
_QUIET = """
([quiet, limit]) => new Promise((resolve, reject) => {
  const began = performance.now()
  let last = began
  const watching = new MutationObserver(() => { last = performance.now() })
  watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  const waiting = () => {
    const app = document.querySelector("[data-testid=stApp]"), data = app?.dataset ?? {}
    if (app && (data.testConnectionState !== "CONNECTED" || data.testScriptState !== "notRunning")) return "the script runs"
    if (document.querySelector(".stStatusWidget, [data-stale=true], [data-testid=stSkeleton]")) return "something is stale"
    if (![...document.querySelectorAll("[data-testid=stImage] img")].every(image => image.complete)) return "an image is on its way"
    if (![...document.querySelectorAll(".stVegaLiteChart")].every(chart => chart.querySelector("canvas, svg"))) return "a chart is not drawn"
    if (![...document.querySelectorAll(".walk")].every(view => /^\\d+,\\d+$/.test(view.dataset.place))) return "a view is not drawn"
    return performance.now() - last < quiet ? "something changes" : ""
  }
  const look = () => {
    const why = waiting()
    if (why && performance.now() - began < limit) return setTimeout(look, 40)
    watching.disconnect()
    why ? reject(new Error(`${location.href} does not come to rest: ${why}`)) : resolve()
  }
  look()
})
"""
"""Resolves when Streamlit's script has ended, all images, charts and our own views are drawn and nothing has changed for a while."""


def quiet(page: Page, seconds: float = 60) -> None:
    """Waits until the page is complete and rests."""
    expect(page.locator("h1, h2, .stApp, #head").first).to_be_attached(timeout=seconds * 1000)
    page.evaluate(_QUIET, [QUIET_MS, seconds * 1000])


def at_rest(element: Locator, seconds: float = 0.25) -> FloatRect:
    """Where an element stands, once it has stood there for so long: nobody aims at what moves."""
    place, since = element.bounding_box(), time.monotonic()
    while place is None or time.monotonic() - since < seconds:
        element.page.wait_for_timeout(40)
        before, place = place, element.bounding_box()
        if place != before:
            since = time.monotonic()
    return place


def ground(place: Page | FrameLocator) -> str:
    """The colour behind the page, as CSS writes it."""
    return str(place.locator(".stApp, body").last.evaluate("element => getComputedStyle(element).backgroundColor"))


def in_every_look(chromium: Browser, show: Callable[[Page], object]) -> Iterator[tuple[Page, str, int]]:
    """One page, opened by `show` as a telephone in dark, then in each theme and at each width in turn.

    Behind each: no error was seen, and nothing is wider than the screen.
    """
    with visitor(chromium, *LOOKS[-1]) as page:
        show(page)
        for theme, width in reversed(LOOKS):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            quiet(page)
            yield page, theme, width
            expect(page.locator(".stException, [data-testid=stAlertContentError]")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@contextmanager
def visit(chromium: Browser, theme: str = "light", width: int = 1280) -> Iterator[Page]:
    """The page of a new visitor, who has no cookies and has stored nothing.

    All such visitors, one after the other, share the browser's first context: in a new one Chromium would compile
    Streamlit's scripts again. Two visitors at a time need contexts of their own.
    """
    context = chromium.contexts[0]
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    try:
        yield page
    finally:
        _forget(context)


def _forget(context: BrowserContext) -> None:
    """Closes its pages; what they left in the browser is gone, but for the scripts it has compiled."""
    pages = context.pages
    addresses = [urlsplit(frame.url) for page in pages for frame in page.frames]
    for origin in {f"{address.scheme}://{address.netloc}" for address in addresses if address.netloc}:
        browser = context.new_cdp_session(pages[0])
        browser.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    for page in pages:
        page.close()
    context.clear_cookies()


@contextmanager
def visitor(chromium: Browser, theme: str, width: int) -> Iterator[Page]:
    """A new page in a theme and at a width. At the end: no error was seen, and nothing is wider than the screen."""
    with visit(chromium, theme, width) as page:
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert not faults
        expect(page.locator(".stException, [data-testid=stAlertContentError]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def keep(page: Page, width: int, shots: Path | None, name: str) -> None:
    """A picture of the whole page, where somebody wants one."""
    if shots:
        tall(page, width)
        page.screenshot(path=shots / f"{name}.png")


def tall(page: Page, width: int) -> None:
    """Makes the window as high as the page, which scrolls inside of it."""
    height = page.evaluate("Math.max(...[...document.querySelectorAll('.stMain, body')].map(e => e.scrollHeight))")
    page.set_viewport_size({"width": width, "height": min(4000, max(900, height + 20))})
    quiet(page)
