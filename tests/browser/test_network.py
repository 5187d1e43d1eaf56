"""The lesson "A whole network" in Chromium: three clicks from a score to one product, each number on the way torch's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from torch import Tensor, nn

from core.datasets import files as dataset_files
from core.datasets import loading
from core.explain.gradcam import behind_the_last_convolution
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.models.inputs import normalise
from core.pretrained.cards import FOLDER
from demo.lessons.network.choice import in_order
from tests.browser.seen import in_every_look, keep
from tests.browser.served import App
from tests.browser.test_lessons import READ, near, number

SECONDS = 120
"""torch is imported by the server when the question is behind."""
pytestmark = pytest.mark.timeout(600)


@dataclass
class Expected:
    """What torch computes for the picture that stands there first."""

    classifier: Classifier
    given: dict[int, Tensor]
    """Place of a module -> what went in, without the batch."""
    made: dict[int, Tensor]

    @property
    def scores(self) -> Tensor:
        return self.made[len(self.classifier.network) - 1]


@pytest.fixture(scope="module")
def torchs() -> Expected:
    """The first network with pictures here and its first test picture, by hooks in the forward pass."""
    folder = dataset_files.data_folder()
    registry = ModelRegistry(FOLDER)
    there = {choice.first_for for choice in registry.list_models()}
    dataset = next(name for name in in_order() if name in there and dataset_files.state(name, folder).present)
    classifier, data = registry.get(dataset), loading.load(dataset, folder)
    found = Expected(classifier, {}, {})

    def keep(place: int, given: Tensor, made: Tensor) -> None:
        found.given[place], found.made[place] = given[0], made[0]

    for place, module in enumerate(classifier.network):
        module.register_forward_hook(lambda _, given, made, place=place: keep(place, given[0], made))
    with torch.inference_mode():
        classifier.network(normalise(data.images[data.train_size][None]))
    return found


def opened(page: Page, app: App) -> Locator:
    """The scores, the question skipped."""
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{app.url}/network")
    page.get_by_role("button", name="Just show me").click()
    scores = page.locator(".maps .scores button")
    expect(scores.first).to_be_visible(timeout=SECONDS * 1000)
    return scores


def brought(expected: Expected, label: int) -> Tensor:
    """What each map of the last convolution brings to a score: its numbers times their gradients."""
    network = expected.classifier.network
    cut = behind_the_last_convolution(network)
    maps = expected.made[cut - 1].clone()[None].requires_grad_()
    values = maps
    for module in network[cut:]:
        values = module(values)
    (gradient,) = torch.autograd.grad(values[0, label], maps)
    return (gradient * maps).detach()[0]


def test_three_clicks_from_a_score_to_one_product(page: Page, app: App, torchs: Expected) -> None:
    network, label = torchs.classifier.network, int(torchs.scores.argmax())
    cut = behind_the_last_convolution(network)
    scores = opened(page, app)
    shown = page.locator(".maps .scores button .score").all_text_contents()
    assert all(near(text, value, 3) for text, value in zip(shown, torchs.scores.tolist(), strict=True))

    scores.nth(label).click()  # one
    tiles = page.locator(".st-key-network-trail button.tile")
    expect(tiles.first).to_be_visible(timeout=SECONDS * 1000)
    score, bias = float(torchs.scores[label]), float(network[-1].bias[label])
    sums = re.findall(r"\u2212?\d+\.\d+", page.get_by_text(re.compile("adds a bias")).inner_text())
    assert [near(text, value, 3) for text, value in zip(sums, (score - bias, bias, score), strict=True)] == [True] * 3
    cells = brought(torchs, label)
    order = cells.sum((1, 2)).argsort(descending=True)
    captions = tiles.locator("b").all_text_contents()
    assert all(near(text, float(cells[at].sum()), 2) for text, at in zip(captions, order.tolist(), strict=True))

    tiles.first.click()  # two
    view = page.locator(".walk")
    expect(view).to_have_attribute("data-place", re.compile(r"\d+,\d+"), timeout=SECONDS * 1000)
    chosen = int(order[0])
    assert isinstance(network[cut - 2], nn.Conv2d)
    row, column = divmod(int(cells[chosen].abs().argmax()), cells.shape[2])
    kernel, size = network[cut - 2].weight[chosen], network[cut - 2].kernel_size[0]
    window = torchs.given[cut - 2][:, row : row + size, column : column + size]
    products = (window * kernel).double()
    channel = int(products.sum((1, 2)).abs().argmax())
    seen = view.evaluate(READ)
    assert seen["place"] == f"{row},{column}" and len(seen["rows"]) == 1
    for shown, values in zip(seen["rows"][0], (window, kernel, products), strict=True):
        assert all(near(text, value) for text, value in zip(shown, values[channel].ravel().tolist(), strict=True))
    assert near(seen["ends"][0].removeprefix("="), float(products[channel].sum()), 3)
    before = float(torchs.made[cut - 2][chosen, row, column])
    total, kept = re.findall(r"\((\u2212?[\d.]+)\) = (\u2212?[\d.]+)$", seen["result"])[0]
    assert near(total, before, 3) and near(kept, float(torchs.made[cut - 1][chosen, row, column]), 3)
    expect(view.locator(".input figcaption")).to_contain_text("Feature map")

    largest = int(products[channel].abs().argmax())
    view.locator(".row > div:nth-child(5) .cells > *").nth(largest).click()  # three
    expect(view.locator(".product")).to_be_visible()
    left, right, result = re.findall(r"\u2212?[\d.]+", view.locator(".product").inner_text().splitlines()[-1])
    values = (window[channel], kernel[channel], products[channel])
    for text, one in zip((left, right, result), values, strict=True):
        assert near(text, float(one.ravel()[largest]), 3), (text, number(text))


def test_the_arrow_keys_go_from_tile_to_tile(page: Page, app: App) -> None:
    scores = opened(page, app)
    scores.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(scores.nth(2)).to_be_focused()
    tiles = page.locator(".st-key-network-layers .tiles").first.locator("button")
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".walk .frame").first).to_be_visible(timeout=SECONDS * 1000)
    expect(tiles.nth(1)).to_have_attribute("aria-current", "true")


def test_the_way_stands_on_every_screen(chromium: Browser, app: App, shots: Path | None) -> None:
    def show(page: Page) -> None:
        opened(page, app).first.click()
        page.locator(".st-key-network-trail button.tile").first.click(timeout=SECONDS * 1000)

    for page, theme, width in in_every_look(chromium, show):
        expect(page.locator(".walk .frame").first).to_be_visible(timeout=SECONDS * 1000)
        expect(page.locator(".stStatusWidget, [data-stale=true]")).to_have_count(0, timeout=SECONDS * 1000)
        keep(page, width, shots, f"network-{theme}-{width}")
