"""What axe-core finds serious or critical on a page and is ours; `test_pages` asks it of every page, in light and in dark."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.seen import quiet

GRAVE = ("serious", "critical")
SECONDS = 60
ATTEMPTS = 3
COLOUR = "cat.color"
"""axe's tag of the rules about colours."""


@dataclass(frozen=True)
class Foreign:
    """What a widget of Streamlit or Gradio does wrong by itself, and no option of theirs puts right."""

    rule: str
    selector: str
    why: str


FOREIGN = (
    Foreign("color-contrast", "[disabled] *, [aria-disabled=true] *, label:has([disabled]) *, [aria-hidden=true] *",
            "Streamlit: what is switched off is pale, which WCAG allows; the label outside of the control is not marked as part of it"),
    Foreign("scrollable-region-focusable", "pre", "Streamlit: code that is wider than its box cannot be reached by the keyboard; its copy button can"),
    Foreign("aria-prohibited-attr", "div.empty[aria-label]", "Gradio: the place of an output without a value"),
)  # fmt: skip
_FOUND = """
async ({grave, known, of}) => {
  const asked = axe._audit.rules.filter(rule => rule.enabled && !rule.tags.includes("experimental")
    && (!rule.impact || grave.includes(rule.impact)) && (!of || rule.tags.includes(of)))
  const {violations} = await axe.run(
    {runOnly: asked.map(rule => rule.id), resultTypes: ["violations"], elementRef: true, preload: false, iframes: false})
  return violations.filter(violation => grave.includes(violation.impact)).flatMap(({id, nodes}) => nodes
    .filter(({element}) => !known.some(([rule, selector]) => rule === id && element.matches(selector)))
    .map(node => `${id}: ${node.html.slice(0, 200)} (${node.failureSummary})`))
}
"""
"""Asks only the rules that can find something grave. A frame is a page of its own; axe is not in it and would be waited for."""


@functools.cache
def axe() -> Axe:
    """Half a megabyte, read once."""
    return Axe()


def skip_the_question(page: Page) -> bool:
    """Where a page asks before it shows, what it shows is looked at. Whether it asked."""
    button = page.get_by_role("button", name="Just show me")
    if not button.count():
        return False
    button.first.click()
    expect(button).to_have_count(0, timeout=SECONDS * 1000)
    return True


def grave(page: Page, of: str = "") -> list[str]:
    """What axe finds serious or critical and is not in the list above: the rule, the element, what to do.

    `of`: only by the rules with this tag, as "cat.color".
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe().axe_script)
    known = [[one.rule, one.selector] for one in FOREIGN]
    found: list[str] = page.evaluate(_FOUND, {"grave": GRAVE, "known": known, "of": of})
    return found


def lasting(page: Page, of: str = "") -> list[str]:
    """What is grave and stays: a busy machine draws late, and what is just being replaced is pale."""
    for _ in range(ATTEMPTS):
        if not (found := grave(page, of)):
            break
        page.wait_for_timeout(1000)
        quiet(page)
    return found


def test_the_check_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><img src=x><p style='color:#aaa;background:#fff'>pale</p></main>")
    assert {line.partition(":")[0] for line in grave(page)} == {"image-alt", "color-contrast"}
    assert {line.partition(":")[0] for line in grave(page, of=COLOUR)} == {"color-contrast"}


def test_what_is_foreign_is_known_by_its_element(page: Page) -> None:
    text = "<html lang=en><title>A</title><main><h1>A</h1><div class='%s' aria-label=B></div></main>"
    page.set_content(text % "empty")
    assert grave(page) == []
    page.set_content(text % "other")
    assert {line.partition(":")[0] for line in grave(page)} == {"aria-prohibited-attr"}
