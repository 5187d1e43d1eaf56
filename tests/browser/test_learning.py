"""The lesson "How it learns" in Chromium: its arithmetic is the core's, pointing lights factors, a step changes the loss."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.explain import backpropagation, worksheet
from core.explain.backpropagation import Parameters
from demo.components.window import read
from tests.browser.seen import quiet, visit
from tests.browser.served import App
from tests.browser.test_lessons import number
from tests.core.explain.test_backpropagation import NETWORKS, random_case

IMAGE = worksheet.images()["class 1 a"]
TOLERANCE = 0.03
"""A number on the page has two decimals, three where it is small."""
IN_JAVASCRIPT = """
cases => { %s
  const names = [["score", 1], ["maximum", 1], ["activation", 4], ["sum", 4]]
  return cases.map(({ image, parameters, target }) => {
    const now = forwardPass(image, parameters, target), gradients = gradientsOf(image, parameters, target)
    const inner = names.map(([name, count]) => Array.from({ length: count }, (_, at) => derivativeOf(name, at, image, parameters, target)))
    const flat = ({ kernel, bias, weight, output_bias }) => [...kernel, bias, weight, output_bias]
    return [...now.sums, ...now.activations, now.maximum, now.score, now.loss, ...inner.flat(), ...flat(gradients), ...flat(stepped(parameters, gradients, 0.3))]
  })
}
"""


def flat(parameters: Parameters) -> list[float]:
    return [*parameters.kernel.ravel().tolist(), parameters.bias, parameters.weight, parameters.output_bias]


def test_the_browser_s_arithmetic_is_the_core_s(page: Page) -> None:
    cases = [random_case(seed) for seed in range(NETWORKS)]
    packed = [{"image": image.ravel().tolist(), "target": target, "parameters": {
        "kernel": own.kernel.ravel().tolist(), "bias": own.bias, "weight": own.weight, "output_bias": own.output_bias}} for image, own, target in cases]  # fmt: skip
    found = page.evaluate(IN_JAVASCRIPT % read("learning/arithmetic.js"), packed)
    for ours, case in zip(found, cases, strict=True):
        now, back = backpropagation.forward(*case), backpropagation.backward(*case)
        expected = [
            *now.sums.ravel(), *now.activations.ravel(), now.maximum, now.score, now.loss, back.score, back.maximum, *back.activations.ravel(),
            *back.sums.ravel(), *flat(back.parameters), *flat(backpropagation.step(case[1], back.parameters, 0.3)),
        ]  # fmt: skip
        assert np.allclose(ours, expected, rtol=1e-9, atol=1e-12)


def opened(page: Page, app: App) -> Locator:
    """The view, after the question; without motion everything is there at once."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{app.url}/learning")
    view = page.locator(".learning")
    expect(view.locator(".cell.lit")).to_have_text("0.3")
    expect(view.locator(".product")).to_have_count(0)
    page.get_by_role("button", name="Just show me").click()
    expect(view.locator(".product")).to_be_visible()
    quiet(page)
    return view


def values(cells: Locator) -> list[float]:
    return [number(text) for text in cells.all_inner_texts()]


def test_pointing_lights_the_factors_and_a_step_changes_the_loss(page: Page, app: App) -> None:
    view = opened(page, app)
    parameters = backpropagation.start()
    back = backpropagation.backward(IMAGE, parameters, 1.0).parameters
    assert values(view.locator(".kernel .cell i")) == pytest.approx([*back.kernel.ravel(), back.bias], abs=TOLERANCE)

    def factors() -> list[float]:
        return [number(text) for text in view.locator(".factor-box:not(.result) b").all_inner_texts()]

    view.locator("[data-cell='kernel 0']").hover()
    assert factors() == [-1.2, -0.5, 1, 1, 1] and view.locator(".factor").count() == 5
    lit = view.locator(".cells.picture .factor")
    assert [view.locator(".cells.picture .cell").nth(at).get_attribute("class") for at in (5,)] == [lit.get_attribute("class")], "row 2, column 2"
    view.locator("[data-cell='kernel 3']").click()
    assert factors() == [-1.2, -0.5, 1, 1, 0]
    view.locator("[data-cell='weight 0']").focus()
    assert factors() == [-1.2, 1] and view.locator(".factor").count() == 2
    page.keyboard.press("ArrowDown")
    expect(view.locator("[data-cell='output_bias 0']")).to_be_focused()
    assert factors() == [-1.2, 1] and view.locator(".factor").count() == 1

    losses = [backpropagation.forward(IMAGE, parameters, 1.0).loss]
    step = view.get_by_role("button", name="One step")
    for rate, count in ((0.1, 2), (2.0, 1)):
        slider = view.locator("input[type=range]")
        slider.focus()
        for _ in range(0 if rate == 0.1 else 4):
            page.keyboard.press("ArrowRight")
        for _ in range(count):
            parameters = backpropagation.step(parameters, backpropagation.backward(IMAGE, parameters, 1.0).parameters, rate)
            losses.append(backpropagation.forward(IMAGE, parameters, 1.0).loss)
            step.press("Enter")
            assert number(view.locator(".loss .cell").inner_text()) == pytest.approx(losses[-1], abs=TOLERANCE * max(1, losses[-1]))
    assert losses[0] > losses[1] > losses[2] < losses[3], "the last step goes too far"
    expect(view.locator(".said")).to_have_class(re.compile("worse"))
    view.get_by_role("button", name="Reset").click()
    assert number(view.locator(".loss .cell").inner_text()) == 0.72


def test_a_step_walks_along_the_curve_and_the_epochs_along_the_ways(chromium: Browser, app: App) -> None:
    """Along the output weight the loss is a parabola of curvature 1: a rate of 1 leads to its bottom."""
    with visit(chromium) as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{app.url}/learning?section=curve")
        view = page.locator(".learning")
        expect(view).to_have_attribute("data-value", "-0.5")
        page.get_by_role("button", name="Straight to the bottom: 1").click()
        expect(view.locator("output")).to_have_text("1")
        view.get_by_role("button", name="One step").click()
        expect(view.locator(".said")).to_contain_text("from 0.72 to 0.")
        assert float(view.get_attribute("data-value") or "") == pytest.approx(0.7)
        _told(page, app, "ways", r"After epoch (\d+), SGD", lambda epoch: epoch == 20)
        page.locator(".learning input[type=range]").press("Home")
        _told(page, app, "", r"After epoch (\d+), SGD", lambda epoch: epoch == 0)


def _told(page: Page, app: App, section: str, pattern: str, right: Callable[[int], bool]) -> None:
    """What the figure says to who cannot see it."""
    if section:
        page.goto(f"{app.url}/learning?section={section}")
    figure = page.locator(".learning .land")
    expect(figure).to_have_attribute("aria-label", re.compile(pattern))
    found = re.search(pattern, figure.get_attribute("aria-label") or "")
    assert found and right(int(found[1]))
