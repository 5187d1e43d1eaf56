"""The lesson "A whole network" in Chromium: three clicks from a score to one product, each number on the way torch's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from torch import Tensor, nn

from core.__main__ import main
from core.explain.activations import forward_pass
from core.explain.gradcam import behind_the_last_convolution
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.pretrained import ambiguous
from core.pretrained.cards import FOLDER
from core.training.models.inputs import normalise
from demo.lessons.network import choice, pictures
from tests.browser.seen import in_every_look, keep, quiet
from tests.browser.served import App
from tests.browser.test_accessibility import grave
from tests.browser.test_lessons import READ, near, number

SECONDS = 120
LEAST_FRAMES = 57
"""A second, while somebody points from map to map; 60 is what a screen shows."""
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
    """The first network and its first picture, by hooks in the forward pass."""
    classifier, first = ModelRegistry(FOLDER).get(choice.FIRST.setting), ambiguous.read(FOLDER)
    assert first is not None
    found = Expected(classifier, {}, {})

    def keep(place: int, given: Tensor, made: Tensor) -> None:
        found.given[place], found.made[place] = given[0], made[0]

    for place, module in enumerate(classifier.network):
        module.register_forward_hook(lambda _, given, made, place=place: keep(place, given[0], made))
    with torch.inference_mode():
        classifier.network(normalise(torch.from_numpy(first[0])[None]))
    return found


def opened(page: Page, app: App) -> Locator:
    """The scores of all maps."""
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{app.url}/network?section=way")
    scores = page.locator(".maps .scores button")
    expect(scores.first).to_be_visible(timeout=SECONDS * 1000)
    return scores


def left_to_right(page: Page, app: App, network: str = "") -> Locator:
    """The network from left to right: its tiles."""
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{app.url}/network")
    tiles = page.locator(".f-tile")
    expect(tiles.first).to_be_visible(timeout=SECONDS * 1000)
    if network:
        page.locator(".stSelectbox input").first.click()
        page.get_by_role("option").filter(has_text=network).first.click()
        expect(page.locator(".f-score", has_text="cat").first).to_be_visible(timeout=SECONDS * 1000)
    quiet(page, SECONDS)
    return tiles


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
    view = page.locator(".st-key-network-trail .walk")
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
    expect(page.locator(".st-key-network-trail .walk .frame").first).to_be_visible(timeout=SECONDS * 1000)
    expect(tiles.nth(1)).to_have_attribute("aria-current", "true")


# --- the network from left to right ----------------------------------------------------------------------------------

HOVERED = """
async ({ tiles, seconds }) => {
  const root = document.querySelector("[class*=st-key-network-flow]")
  const flow = [...root.querySelectorAll("*")].map(one => one.shadowRoot).find(Boolean) ?? root
  const all = [...flow.querySelectorAll(".f-tile")]
  const took = []
  const next = () => new Promise(requestAnimationFrame)
  const point = async tile => {
    const began = performance.now()
    tile.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, composed: true }))
    const drawn = tile.classList.contains("lit") && flow.querySelector(".flow").classList.contains("lighting")
    took.push({ milliseconds: performance.now() - began, drawn, lines: [...flow.querySelectorAll(".f-lit path")].filter(path => path.getAttribute("d")).length })
    await next()
  }
  for (const at of tiles) await point(all[at % all.length])
  const began = performance.now()
  let frames = 0
  for (; performance.now() - began < 1000 * seconds; frames++) await point(all[(frames * 7) % all.length])
  return { took, frames: frames / seconds }
}
"""


def test_pointing_lights_what_comes_in_within_one_frame_and_asks_nobody(page: Page, app: App) -> None:
    tiles = left_to_right(page, app)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    sent = page.evaluate(COUNT_SENT)
    assert sent == 0
    found = page.evaluate(HOVERED, {"tiles": list(range(tiles.count())), "seconds": 0})
    assert all(one["drawn"] for one in found["took"]), "drawn before the event is over, so in the next frame"
    assert sorted(one["milliseconds"] for one in found["took"])[len(found["took"]) // 2] < 1000 / 60
    assert found["took"][0]["lines"] == 1 and found["took"][6]["lines"] == 6, "from the picture; from the six maps before"
    tiles.nth(7).hover()
    expect(page.locator(".f-foot")).to_have_text(re.compile(r"^Map \d+ of layer 2: (adds|takes) .* (to|from) 9\. Each of its numbers sees 5 × 5 pixels"))
    page.locator(".f-score").nth(1).hover()
    expect(page.locator(".f-foot")).to_have_text(re.compile(r"^4: score \+\d+\.\d\d, 4\d\.\d%$"))
    page.mouse.move(2, 2)
    expect(page.locator(".flow.lighting")).to_have_count(0)
    assert page.evaluate(COUNT_SENT) == 0 and asked == []


COUNT_SENT = """
() => {
  if (!window.sentByTheTest) {
    window.sentByTheTest = { count: 0 }
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (...given) { window.sentByTheTest.count++; return send.apply(this, given) }
  }
  return window.sentByTheTest.count
}
"""
"""How often this page has sent something to the server since this was asked first."""


@pytest.mark.timing
def test_pointing_at_thirteen_layers_keeps_sixty_frames_a_second(page: Page, app: App) -> None:
    left_to_right(page, app, "cifar10-32")
    seconds = [page.evaluate(HOVERED, {"tiles": [], "seconds": 1}) for _ in range(6)]
    assert max(found["frames"] for found in seconds) >= LEAST_FRAMES, "in the second that a busy neighbour disturbs least"
    assert all(one["drawn"] for found in seconds for one in found["took"])


def test_a_network_of_thirteen_layers_fits_a_laptop(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    left_to_right(page, app, "cifar10-32")
    expect(page.locator(".f-col")).to_have_count(11)
    scroll = page.locator(".f-scroll")
    assert scroll.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    foot = page.locator(".f-foot").bounding_box()
    assert foot is not None and foot["y"] + foot["height"] <= 800
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => true")
    expect(page.locator(".f-foot")).to_be_visible()
    page.wait_for_timeout(300)
    assert scroll.evaluate("one => one.scrollWidth > one.clientWidth"), "on a telephone it scrolls sideways"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_three_clicks_from_left_to_right_end_at_a_product_of_torch_s(page: Page, app: App, torchs: Expected) -> None:
    network, label = torchs.classifier.network, int(torchs.scores.argmax())
    cut = behind_the_last_convolution(network)
    left_to_right(page, app)
    page.locator(f".f-score[data-number='{label}']").click()  # one
    expect(page.locator(".f-softmax")).to_be_visible()
    shares = page.locator(".f-softmax .share > span").all_text_contents()
    assert sorted((float(text.removesuffix("%")) for text in shares), reverse=True) == pytest.approx(
        sorted((100 * torchs.scores.softmax(0)).tolist(), reverse=True), abs=0.06
    )
    chosen = int(brought(torchs, label).sum((1, 2)).argmax())
    tile = page.locator(".f-col").nth(5).locator(".f-tile").first
    assert tile.get_attribute("data-number") == str(chosen), "the map that adds most to the class stands first"
    tile.click()  # two
    view = page.locator(".f-window .walk")
    expect(view).to_be_visible(timeout=SECONDS * 1000)
    expect(page.locator(".f-crumbs")).to_contain_text(re.compile(rf"{label}.*layer 5.*map {chosen + 1}.*row \d+, column \d+"))
    made = torchs.made[cut - 1][chosen]
    row, column = divmod(int(made.argmax()), made.shape[1])
    kernel, size = network[cut - 2].weight[chosen], network[cut - 2].kernel_size[0]
    products = (torchs.given[cut - 2][:, row : row + size, column : column + size] * kernel).double()
    channel = int(products.sum((1, 2)).abs().argmax())
    seen = view.evaluate(READ)
    assert seen["place"] == f"{row},{column}"
    assert all(near(text, value) for text, value in zip(seen["rows"][0][2], products[channel].ravel().tolist(), strict=True))
    largest = int(products[channel].abs().argmax())
    view.locator(".row > div:nth-child(5) .cells > *").nth(largest).click()  # three
    expect(view.locator(".product")).to_be_visible()
    assert near(re.findall(r"\u2212?[\d.]+", view.locator(".product").inner_text().splitlines()[-1])[2], float(products[channel].ravel()[largest]), 3)
    for gone in (".f-window .product", ".f-window", ".f-softmax", ".f-crumbs"):
        page.keyboard.press("Escape") if gone != ".f-crumbs" else None
        expect(page.locator(gone)).to_be_hidden()


def test_keys_go_from_tile_to_tile_open_and_come_back(page: Page, app: App) -> None:
    left_to_right(page, app)
    first = page.locator(".f-col").nth(1).locator(".f-tile").first
    first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    third = page.locator(".f-col").nth(2).locator(".f-tile").nth(2)
    expect(third).to_be_focused()
    expect(page.locator(".f-foot")).to_contain_text("of layer 2")
    page.keyboard.press("Enter")
    expect(page.locator(".f-window .walk")).to_be_visible(timeout=SECONDS * 1000)
    page.keyboard.press("Escape")
    expect(page.locator(".f-window")).to_be_hidden()
    expect(third).to_be_focused()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".f-col").nth(2).locator(".f-more")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".f-col").nth(2).locator(".f-tile")).to_have_count(32)
    assert grave(page) == []


def test_a_drawing_is_answered_while_it_is_drawn(page: Page, app: App) -> None:
    left_to_right(page, app)
    before = page.locator(".f-score").first.get_attribute("aria-label")
    page.get_by_role("button", name="Draw one").click()
    box = page.locator(".f-pad canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + 50 + 5 * step, box["y"] + 40)
    for step in range(20):
        page.mouse.move(box["x"] + 145 - 3 * step, box["y"] + 40 + 6 * step)
    expect(page.locator(".f-score").first).not_to_have_attribute("aria-label", before or "", timeout=SECONDS * 1000)
    page.mouse.up()
    expect(page.locator(".f-score").first).to_have_attribute("aria-label", re.compile(r"^7: "), timeout=SECONDS * 1000)
    expect(page.locator(".f-thumb[aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator(".f-thumb").nth(2).click()
    expect(page.locator(".f-score").first).to_have_attribute("aria-label", re.compile(r"^2: "), timeout=SECONDS * 1000)


def test_the_network_sees_what_is_on_the_square_also_behind_undo_redo_and_clear(page: Page, app: App) -> None:
    left_to_right(page, app)
    first, thumb = page.locator(".f-score").first, page.locator(".f-thumb").nth(2)
    thumb.click()
    expect(first).to_have_attribute("aria-label", re.compile(r"^2: "), timeout=SECONDS * 1000)
    page.get_by_role("button", name="Draw one").click()
    box = page.locator(".f-pad canvas").bounding_box()
    assert box is not None
    for corner, (x, y) in enumerate([(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if corner == 0:
            page.mouse.down()
    page.mouse.up()
    seven = re.compile(r"^7: ")
    expect(first).to_have_attribute("aria-label", seven, timeout=SECONDS * 1000)
    for tool, expected, pressed in (("undo", r"^2: ", 1), ("redo", seven, 0), ("clear", r"^2: ", 1), ("undo", seven, 0)):
        page.locator(f".f-pad [data-do={tool}]").click()
        expect(first).to_have_attribute("aria-label", re.compile(expected), timeout=SECONDS * 1000)
        expect(page.locator(".f-thumb[aria-pressed=true]")).to_have_count(pressed)


def test_one_score_can_be_dragged(page: Page, app: App) -> None:
    left_to_right(page, app)
    page.locator(".f-score").nth(1).click()
    slider = page.locator(".f-drag input")
    expect(slider).to_be_focused()
    told = page.locator(".f-told").inner_text()
    page.keyboard.press("End")
    expect(page.locator(".f-told")).not_to_have_text(told)
    share = page.locator(".f-row.chosen .share > span").inner_text()
    assert float(share.removesuffix("%")) > 90


def test_the_way_stands_on_every_screen(chromium: Browser, app: App, shots: Path | None) -> None:
    def show(page: Page) -> None:
        left_to_right(page, app)
        page.locator(".f-score").first.click()

    for page, theme, width in in_every_look(chromium, show):
        expect(page.locator(".f-softmax")).to_be_visible()
        expect(page.locator(".stStatusWidget, [data-stale=true]")).to_have_count(0, timeout=SECONDS * 1000)
        keep(page, width, shots, f"network-{theme}-{width}")


CLICKED = "tile => (tile.click(), tile.getRootNode().querySelector('.walk').dataset.place ?? '')"
"""The place that the window says right after a click, before the server can have answered."""


def test_a_run_of_ones_own_layers_opens_with_stride_padding_and_dilation(
    page: Page, trainer: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One map of a padded, dilated convolution and one of a normalisation: windows, products and outputs are torch's."""
    monkeypatch.setenv("LAB_RUNS", str(trainer.runs))
    layers = "conv 6 3 stride 2 padding 2 dilation 2 none, batchnorm leaky, globalpool"
    assert main(["train", "--dataset", "digits", "--epochs", "1", "--threads", "1", "--layers", layers, "--json"]) == 0
    run = json.loads(capsys.readouterr().out)["run"]
    found = forward_pass(ModelRegistry(FOLDER, runs=trainer.runs).plain(run), pictures.kept("digits", FOLDER, trainer.runs)[0][0])
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{trainer.url}/network?network={run}")
    expect(page.locator(".f-head b")).to_have_text(["Picture", "Convolution", "Batch norm", "Global mean", "Scores"])
    shown = [number(row.get_attribute("aria-label").split("score ")[1].split(",")[0]) for row in page.locator(".f-score").all()]
    assert shown == pytest.approx(sorted(found.scores.tolist(), reverse=True), abs=0.006)
    for column, stage in enumerate(found.stages[:2], start=1):
        tile = page.locator(".f-col").nth(column).locator(".f-tile").first
        chosen = int(tile.get_attribute("data-number") or -1)
        assert tile.evaluate(CLICKED) == "", "the numbers of the map before are not this one's"
        view = page.locator(".f-window .walk")
        row, at = stage.strongest(chosen)
        expect(view).to_have_attribute("data-place", f"{row},{at}")
        if stage.window:
            step = stage.step(chosen, (row, at))
            window, products = step.window[0], step.products[0]
        else:
            window = stage.inputs[chosen, row, at].astype(float).reshape(1, 1)
            products = window * float(stage.weights[chosen])
        seen = view.evaluate(READ)
        for texts, values in zip((seen["rows"][0][0], seen["rows"][0][2]), (window, products), strict=True):
            assert all(near(text, value) for text, value in zip(texts, values.ravel().tolist(), strict=True))
        assert near(seen["at"].split(": ")[1], float(stage.outputs[chosen].max()), 3)
        page.keyboard.press("Escape")
    assert grave(page) == []
