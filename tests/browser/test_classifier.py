"""The classifier alone, as a Space runs it: ten digits in ten hands, and that what is shown belongs together."""

from __future__ import annotations

import base64
import io
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.inference.classifier import Answer, Classifier
from core.pretrained import test_images
from core.pretrained.cards import FOLDER
from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.served import ROOT, answers, free_port

Stroke = list[tuple[float, float]]


def arc(x: float, y: float, width: float, height: float, begin: float, end: float) -> Stroke:
    """Points on an ellipse; angles in degrees, 0 to the right, clockwise on the screen."""
    turns = [math.radians(begin + (end - begin) * step / 16) for step in range(17)]
    return [(x + width * math.cos(turn), y + height * math.sin(turn)) for turn in turns]


DRAWN: list[tuple[str, list[Stroke]]] = [
    ("0", [arc(0.5, 0.5, 0.2, 0.33, -90, 270)]),
    ("1", [[(0.42, 0.3), (0.55, 0.15), (0.52, 0.85)]]),
    ("2", [[*arc(0.5, 0.33, 0.2, 0.17, 190, 380), (0.3, 0.82), (0.74, 0.8)]]),
    ("3", [[*arc(0.47, 0.32, 0.18, 0.15, 200, 450), *arc(0.47, 0.65, 0.22, 0.19, -90, 150)]]),
    ("4", [[(0.38, 0.15), (0.28, 0.52), (0.72, 0.52)], [(0.62, 0.2), (0.58, 0.88)]]),
    ("5", [[(0.68, 0.17), (0.36, 0.17), (0.34, 0.45), *arc(0.47, 0.62, 0.2, 0.2, -110, 140)]]),
    ("6", [[(0.6, 0.14), (0.4, 0.4), *arc(0.5, 0.66, 0.17, 0.19, 190, 545)]]),
    ("7", [[(0.27, 0.2), (0.73, 0.2), (0.5, 0.5), (0.42, 0.86)]]),
    ("8", [[*arc(0.5, 0.32, 0.15, 0.16, 90, 450), *arc(0.5, 0.66, 0.19, 0.18, -90, 270)]]),
    ("9", [arc(0.48, 0.34, 0.17, 0.17, 0, 360), [(0.65, 0.34), (0.62, 0.6), (0.56, 0.88)]]),
]  # fmt: skip
SCALES = (1.0, 0.9, 1.05, 0.75, 1.0, 0.85, 1.0, 0.7, 1.05, 0.9)
"""Large and small hands."""


@pytest.fixture(scope="module")
def space() -> Iterator[str]:
    """The address of `python demo/space.py`."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "demo/space.py"], cwd=ROOT, env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"})
    try:
        end = time.monotonic() + 180  # a busy machine imports late
        while not answers(f"http://127.0.0.1:{port}/config"):
            assert server.poll() is None and time.monotonic() < end, "the server did not come up"
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def draw(page: Page, strokes: list[Stroke], scale: float) -> None:
    box = page.locator("#pad canvas").bounding_box()
    assert box
    side = box["width"] * 0.9 * scale
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    for stroke in strokes:
        points = [(left + x * side, top + y * side) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=2)
        page.mouse.up()


def open_classifier(page: Page, address: str) -> None:
    """Waits until the page's script is there, the first network is loaded and the drawing that a page begins with is answered."""
    page.goto(address)
    answered(page, 30)


def answered(page: Page, seconds: float) -> None:
    """Waits until a page that is being opened has its first answer and nothing is on its way."""
    expect(page.locator("#pad canvas")).to_be_visible()
    expect(page.locator("#seen img")).to_be_visible()
    settled(page, seconds)


def settled(page: Page, seconds: float = 3) -> None:
    """Waits until nothing is wanted and nothing is on its way."""
    expect(page.locator("body.asking")).to_have_count(0, timeout=seconds * 1000)


def said(page: Page) -> str:
    return page.locator("#said .prose").last.inner_text().strip()


def choose(page: Page, name: str) -> None:
    page.locator("#network input").click()
    page.get_by_role("option", name=name).first.click()


def way(page: Page, name: str) -> None:
    page.locator(f"#ways [role=tab][data-tab-id={name}]").click()


@contextmanager
def a_busy_core() -> Iterator[None]:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


@pytest.mark.timeout(600)
def test_nine_of_ten_drawn_digits_are_read(page: Page, space: str, shots: Path | None) -> None:
    open_classifier(page, space)
    read = []
    for (digit, strokes), scale in zip(DRAWN, SCALES, strict=True):
        draw(page, strokes, scale)
        expect(page.locator("#seen img")).to_be_visible()
        settled(page, 10)
        read.append((digit, page.locator("#said strong").last.inner_text(), page.locator("#chances .text").first.inner_text()))
        if shots:
            page.screenshot(path=shots / f"drawn-{digit}.png")
        page.locator("#pad [data-do=clear]").click()
        expect(page.locator("#seen img")).to_have_count(0)
    print(read)
    assert sum(digit == most for digit, _, most in read) >= 9, read


# --- what is shown belongs together -------------------------------------------------------------------------------

FILES = ROOT / "tests" / "files"
DRAGS = int(os.environ.get("LAB_DRAGS", "5"))
SAMPLE = 3
"""A 0 of MNIST's test pictures."""


def agrees(page: Page, found: Answer) -> bool:
    """Whether caption, pixels, verdict and bars are those of `found`, pixel by pixel."""
    caption = page.locator("#seen figcaption").inner_text()
    reduced = "pixels. Each" if found.resolution == 28 else f"shrunk to {found.resolution} × {found.resolution} and"
    source = page.locator("#seen img").get_attribute("src") or ""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))
    label, chance = found.top[0]
    bars = page.locator("#chances .text").first.inner_text()
    return (reduced in caption and np.array_equal(pixels, found.seen[0]) and f"{label}, {chance:.1%}" in said(page).replace(": ", ", ")
            and bars.strip() == label)  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.timing
def test_after_a_fast_drag_everything_agrees_within_three_seconds(page: Page, space: str) -> None:
    """$LAB_DRAGS drags of 0.6 s to chance ends, while one core has something else to do."""
    network, image = Classifier.load("mnist-28", FOLDER), test_images.first_image("mnist", SAMPLE, FOLDER)
    assert image
    expected = {side: network.classify(image[0], side) for side in range(4, 29)}
    open_classifier(page, space)
    way(page, "samples")
    page.locator("#samples button").nth(SAMPLE).click()
    expect(page.locator("#said")).to_contain_text("It really is 0")
    slider, chance, wrong = page.locator("#resolution input[type=range]"), random.Random(0), []
    with a_busy_core():
        for _ in range(DRAGS):
            box, value = slider.bounding_box(), int(slider.input_value())
            assert box
            across = lambda side: box["x"] + 9 + (box["width"] - 18) * (side - 4) / 24  # noqa: B023, E731
            end = chance.choice([side for side in range(4, 29) if abs(side - value) > 5])
            page.mouse.move(across(value), box["y"] + box["height"] / 2)
            page.mouse.down()
            for step in range(1, 21):
                page.mouse.move(across(value + (end - value) * step / 20), box["y"] + box["height"] / 2)
                page.wait_for_timeout(30)
            page.mouse.up()
            let_go, shown = time.monotonic(), int(slider.input_value())
            while not (right := agrees(page, expected[shown])) and time.monotonic() - let_go < 3:
                page.wait_for_timeout(50)
            seconds = time.monotonic() - let_go
            page.wait_for_timeout(700)  # and it stays so
            stays = int(slider.input_value()) == shown and agrees(page, expected[shown])
            print(f"{value} -> {end}: slider {shown}, right after {seconds:.2f} s, stays {stays}")
            wrong += [] if right and stays and shown != value else [(value, end, shown)]
    assert not wrong


def test_what_is_shown_belongs_to_what_is_on_the_pad(page: Page, space: str) -> None:
    open_classifier(page, space)
    seven, empty = "looks like 7", "Draw one digit"
    draw(page, DRAWN[7][1], 1)
    expect(page.locator("#said")).to_contain_text(seven)
    whole = page.locator("#seen img").get_attribute("src")

    def then(action: str, expected: str, pixels: int) -> None:
        page.keyboard.press(action) if "+" in action else page.locator(f"#pad [data-do={action}]").click()
        expect(page.locator("#said")).to_contain_text(expected)
        expect(page.locator("#seen img")).to_have_count(pixels)

    for action, expected, pixels in (("undo", empty, 0), ("redo", seven, 1), ("clear", empty, 0), ("Control+z", seven, 1),
                                     ("Control+z", empty, 0), ("Control+Shift+z", seven, 1), ("clear", empty, 0)):  # fmt: skip
        then(action, expected, pixels)
    draw(page, DRAWN[7][1], 1)  # a stroke behind Clear is drawn and answered
    expect(page.locator("#said")).to_contain_text(seven)
    page.locator("#pad [data-do=eraser]").click()
    draw(page, [[(0.1, 0.2), (0.9, 0.2)]], 1)
    expect(page.locator("#seen img")).not_to_have_attribute("src", whole or "")
    then("undo", seven, 1)
    expect(page.locator("#seen img")).to_have_attribute("src", whole or "")
    way(page, "upload")
    expect(page.locator("#said")).to_contain_text("Choose a picture")
    expect(page.locator("#seen img")).to_have_count(0)
    way(page, "draw")
    expect(page.locator("#said")).to_contain_text(seven)
    expect(page.locator("#seen img")).to_have_attribute("src", whole or "")


def test_a_finger_draws_and_an_uploaded_file_is_answered_or_told(chromium: Browser, space: str) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as telephone:
        page = telephone.new_page()
        open_classifier(page, space)
        page.locator("#pad canvas").scroll_into_view_if_needed()
        box, finger = page.locator("#pad canvas").bounding_box(), telephone.new_cdp_session(page)
        assert box
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in DRAWN[7][1][0]]
        for kind, at in (("touchStart", points[:1]), *(("touchMove", [point]) for point in points[1:]), ("touchEnd", [])):
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        expect(page.locator("#said")).to_contain_text("looks like 7")
        way(page, "upload")
        page.locator("#photo input[type=file]").first.set_input_files(FILES / "heic_named.jpg")
        expect(page.locator("#said")).to_contain_text("heic_named.jpg is a HEIC photograph, which cannot be read here; save it as JPEG or PNG")
        page.locator("#photo button").first.click()
        expect(page.locator("#said")).to_contain_text("Choose a picture")
        page.locator("#photo input[type=file]").first.set_input_files(FILES / "white_on_transparent.png")
        expect(page.locator("#said")).to_contain_text("looks like 7")
        way(page, "draw")
        expect(page.locator("#said")).to_contain_text("looks like 7")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.timing
def test_of_many_choices_the_last_one_stays_and_nothing_old_stands_beside_it(page: Page, space: str) -> None:
    open_classifier(page, space)
    draw(page, DRAWN[7][1], 1)
    expect(page.locator("#said")).to_contain_text("looks like 7")
    with a_busy_core():
        for name in ("digits (", "Fashion-MNIST (", "CIFAR-10 (", "digits (", "CIFAR-10 ("):
            choose(page, name)
        expect(page.locator("#seen img")).to_have_count(0, timeout=500)  # what was said of the seven is gone at once
        settled(page, 60)
    expect(page.locator("#said")).to_contain_text("Choose a picture")
    assert page.locator("#resolution input[type=range]").get_attribute("max") == "32"
    page.locator("#samples button").nth(1).click()
    expect(page.locator("#said")).to_contain_text("It really is ship")
    page.locator("#drawer-steps > button").click()
    expect(page.locator(".prose").get_by_text("what was done to the pictures of CIFAR-10")).to_be_visible()
    page.locator("#more").click()
    expect(page.locator("#seen img")).to_have_count(0)
    expect(page.locator("#said")).to_contain_text("Choose a picture")


def test_the_page_begins_with_an_answer_that_the_first_stroke_replaces_and_hides_what_is_empty(page: Page, space: str) -> None:
    open_classifier(page, space)
    expect(page.locator("#said")).to_contain_text("looks like 8")
    expect(page.locator("#strip td").first).to_be_visible()
    assert page.locator("#said strong").last.evaluate("word => getComputedStyle(word).fontSize") == "32px"
    expect(page.locator("#pad .pad-example")).to_be_visible()
    page.locator("#pad [data-do=clear]").click()
    expect(page.locator("#said")).to_contain_text("Draw one digit")
    expect(page.locator("#strip, #stages, #cam").first).to_be_hidden()
    expect(page.locator("#pad .pad-example")).to_be_hidden()
    draw(page, DRAWN[7][1], 1)
    expect(page.locator("#said")).to_contain_text("looks like 7")


def test_what_is_secondary_lies_in_closed_drawers_with_what_the_last_answer_put_there(page: Page, space: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    open_classifier(page, space)
    expect(page.locator("#strip td").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") <= 2 * 800
    for drawer, inside in (("cam", "#cam"), ("steps", "#stages img >> nth=3"), ("trust", "#trust"), ("api", ".prose")):
        expect(page.locator(f"#drawer-{drawer} {inside}")).to_be_hidden()
        page.locator(f"#drawer-{drawer} > button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#drawer-{drawer} {inside}").first).to_be_visible()
    expect(page.locator("#trust")).to_contain_text("energy")
    expect(page.locator("#switch-invert").get_by_text("off", exact=True)).to_be_visible()


def test_on_a_telephone_the_square_the_answer_and_the_slider_come_in_this_order(chromium: Browser, space: str) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as telephone:
        page = telephone.new_page()
        open_classifier(page, space)
        expect(page.locator("#said")).to_contain_text("looks like 8")
        boxes = [page.locator(place).first.bounding_box() for place in ("#pad canvas", "#said", "#seen img", "#resolution input[type=range]")]
        tops = [box["y"] for box in boxes if box]
        assert tops == sorted(tops) and len(tops) == 4
        assert tops[0] + 280 <= 844, "the whole square on the first screen"
        assert tops[3] - tops[2] < 460, "the slider directly under the picture that it changes"


def test_one_can_draw_where_there_is_no_gpu_canvas(chromium: Browser, space: str) -> None:
    """School machines and remote desktops (https://github.com/pixijs/pixijs/issues/10402)."""
    flags = [*FLAGS, "--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"]
    without = chromium.browser_type.launch(executable_path=chromium_path(), args=flags)
    page = without.new_page()
    assert not page.evaluate("!!document.createElement('canvas').getContext('webgl2')")
    open_classifier(page, space)
    draw(page, DRAWN[7][1], 1)
    expect(page.locator("#said")).to_contain_text("looks like 7")
    without.close()


def test_requests_are_numbered_one_is_on_its_way_and_only_the_newest_is_drawn(page: Page) -> None:
    """The script alone, with buttons that count how often they are pressed and answers given by hand."""
    page.set_content("".join(f'<button id="do-{kind}"></button>' for kind in ("open", "choose", "page", "answer")))
    script = (ROOT / "demo" / "classifier" / "asking.js").read_text(encoding="utf-8")
    page.evaluate(f"""() => {{
      {script}
      window.pressed = []
      for (const button of document.querySelectorAll("button")) button.onclick = () => {{ pressed.push(button.id.slice(3)) }}
      window.lab = makeAsking({{address: () => "drawing"}})
    }}""")

    def run(script: str) -> object:
        return page.evaluate(script)

    answer = "lab.newest(JSON.stringify({number: %d, shown: ['%s']})) ?? null"
    run("for (let move = 0; move < 20; move++) lab.want('answer')")
    assert run("pressed") == ["answer"] and run("lab.numbered(0, '', '', null, 'mnist', 14)") == [1, "draw", "drawing", None, "mnist", 14]
    assert run(answer % (1, "first")) == ["first"], "drawn while the slider moves"
    assert run("pressed") == ["answer", "answer"], "what was wanted meanwhile is asked once"
    run("lab.numbered(0, '', '', null)")
    run("lab.forget(); lab.want('answer', 'choose')")
    assert run(answer % (2, "of the network before")) is None
    assert run("pressed.slice(2)") == ["choose"], "an answer needs what the choice brings"
    run("lab.done()")
    assert run("pressed.slice(3)") == ["answer"] and run("lab.numbered()[0]") == 3
    assert run(answer % (3, "newest")) == ["newest"] and run("document.body.className") == ""
    assert run(answer % (2, "late")) is None
