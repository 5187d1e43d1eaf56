"""What axe-core finds serious or critical on a page and is ours; `test_pages` asks it of every page, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.seen import quiet

GRAVE = ("serious", "critical")
SECONDS = 60
ATTEMPTS = 3


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


def skip_the_question(page: Page) -> None:
    """Where a page asks before it shows, what it shows is looked at."""
    button = page.get_by_role("button", name="Skip")
    if button.count():
        button.first.click()
        expect(button).to_have_count(0, timeout=SECONDS * 1000)


def grave(page: Page) -> list[str]:
    """What axe finds serious or critical and is not in the list above: the rule, the element, what to do."""
    found = []
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in GRAVE:
            for node in violation["nodes"]:
                target = node["target"][-1]
                if not any(foreign(page, known, target) for known in FOREIGN if known.rule == violation["id"]):
                    found.append(f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})")
    return found


def lasting(page: Page) -> list[str]:
    """What is grave and stays: a busy machine draws late, and what is just being replaced is pale."""
    for _ in range(ATTEMPTS):
        if not (found := grave(page)):
            break
        page.wait_for_timeout(1000)
        quiet(page)
    return found


def foreign(page: Page, known: Foreign, target: str | list[str]) -> bool:
    selector = target if isinstance(target, str) else target[-1]
    return page.locator(selector).evaluate_all(
        "(elements, selector) => elements.length > 0 && elements.every(e => e.matches(selector))", known.selector
    )  # type: ignore[no-any-return]


def test_the_check_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><img src=x><p style='color:#aaa;background:#fff'>pale</p></main>")
    assert {line.partition(":")[0] for line in grave(page)} == {"image-alt", "color-contrast"}
