"""Ten digits, drawn with the mouse in ten hands, and the classifier alone, as a Space runs it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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
    box = page.locator("#pad canvas").last.bounding_box()
    assert box
    side = min(box["width"], box["height"]) * 0.75 * scale  # the white square lies in the middle of the canvas
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    for stroke in strokes:
        points = [(left + x * side, top + y * side) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=4)
        page.mouse.up()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nine_of_ten_drawn_digits_are_read(page: Page, space: str, shots: Path | None) -> None:
    page.goto(space)
    expect(page.locator("#pad canvas").last).to_be_visible()
    page.wait_for_timeout(2000)  # the pad fits its canvas into the page after it is shown
    said = []
    for (digit, strokes), scale in zip(DRAWN, SCALES, strict=True):
        draw(page, strokes, scale)
        expect(page.locator("#seen img")).to_be_visible()
        page.wait_for_timeout(1500)  # the answer to the last stroke
        said.append((digit, page.locator("#said strong").last.inner_text(), page.locator("#chances .text").first.inner_text()))
        if shots:
            page.screenshot(path=shots / f"drawn-{digit}.png")
        page.locator("#clear").click()
        expect(page.locator("#seen img")).to_have_count(0)
        page.wait_for_timeout(300)
    print(said)
    assert sum(digit == most for digit, _, most in said) >= 9, said
