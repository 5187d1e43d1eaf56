"""The square to draw on, alone in a page of its own: its tools by mouse, finger, pencil and keyboard, without WebGL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.components import drawing_pad
from tests.browser.conftest import FLAGS, chromium_path

SIDE = 200
PAGE = f"""<!doctype html><title>A square</title><meta name="viewport" content="width=device-width"><style>body {{ margin: 0 }} {drawing_pad.CSS}</style>
<div id="host">{drawing_pad.markup(SIDE, "#000", "#fff")}</div>
<script type="module">{drawing_pad.SCRIPT}
const host = document.querySelector("#host")
window.asked = []
window.square = new DrawingPad({{ find: () => host, listen: host, changed: (ended) => ended && asked.push(ink()) }})
window.ink = () => square.pixels()?.reduce((sum, value) => sum + value, 0) ?? 0
</script>"""


@pytest.fixture(scope="module")
def telephone(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser with a finger and without WebGL."""
    browser = chromium.browser_type.launch(executable_path=chromium_path(), args=[*FLAGS, "--disable-3d-apis"])
    yield browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    browser.close()


@pytest.fixture
def square(telephone: BrowserContext) -> Iterator[Page]:
    page = telephone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content(PAGE)
    page.wait_for_function("window.square")
    yield page
    assert not faults
    page.close()


def touch(page: Page, *points: tuple[float, float]) -> None:
    """A finger goes along these points, in shares of the square."""
    box, finger = page.locator("canvas").bounding_box(), page.context.new_cdp_session(page)
    assert box
    at = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
    for kind, places in (("touchStart", at[:1]), *(("touchMove", [place]) for place in at[1:]), ("touchEnd", [])):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def ink(page: Page) -> int:
    """How bright the square is in all."""
    return int(page.evaluate("ink()"))


def press(page: Page, tool: str) -> None:
    page.locator(f"[data-do={tool}]").click()


def test_there_is_no_webgl_and_a_finger_draws_undoes_redoes_erases_and_clears(square: Page) -> None:
    assert square.evaluate("document.createElement('canvas').getContext('webgl')") is None
    drawn = [ink(square)]
    assert drawn == [0] and square.evaluate("square.address()") == ""
    for x in (0.3, 0.7):
        touch(square, (x, 0.2), (x, 0.5), (x, 0.8))
        drawn.append(ink(square))
    assert 0 < drawn[1] < drawn[2] and square.evaluate("square.address()").startswith("data:image/png")
    for tool, expected in (("undo", drawn[1]), ("undo", 0), ("redo", drawn[1]), ("redo", drawn[2]), ("clear", 0), ("undo", drawn[2])):
        press(square, tool)
        assert ink(square) == expected, tool
    press(square, "eraser")
    touch(square, (0.3, 0.1), (0.3, 0.9))
    assert ink(square) == drawn[2] - drawn[1], "one of the two lines, which are equal, is gone without a trace"
    press(square, "undo")
    assert ink(square) == drawn[2]
    touch(square, (0.2, 0.2), (0.9, 0.9))
    square.locator("[data-do=undo]").tap()  # at once after a quick stroke
    expect(square.locator("[data-do=redo]")).to_be_enabled()
    assert ink(square) == drawn[2]
    square.locator("[data-do=clear]").tap()
    expect(square.locator("[data-do=redo]")).to_be_disabled()
    assert ink(square) == 0
    asked = square.evaluate("asked")
    assert asked[:9] == [*drawn[1:], drawn[1], 0, drawn[1], drawn[2], 0, drawn[2], drawn[2] - drawn[1]]
    assert len(asked) == 13 and asked[9] == asked[11] == drawn[2] != asked[10] and asked[12] == 0


def test_what_is_rubbed_out_altogether_counts_as_nothing(square: Page) -> None:
    touch(square, (0.5, 0.4), (0.5, 0.6))
    press(square, "eraser")
    for x in (0.44, 0.5, 0.56):
        touch(square, (x, 0.2), (x, 0.8))
    assert square.evaluate("square.pixels()") is None and square.evaluate("square.address()") == ""
    assert square.evaluate("asked.length") == 4 and square.evaluate("asked.at(-1)") == 0


def test_a_thicker_pen_draws_more_and_a_line_keeps_its_width(square: Page) -> None:
    widths = []
    for place in range(3):
        square.locator("[data-do=width]").nth(place).click()
        expect(square.locator("[data-do=width]").nth(place)).to_have_attribute("aria-pressed", "true")
        before = ink(square)
        touch(square, (0.2, 0.2 + 0.3 * place), (0.8, 0.2 + 0.3 * place))
        widths.append(ink(square) - before)
    assert widths == sorted(widths) and len(set(widths)) == 3
    press(square, "undo")
    press(square, "undo")
    assert ink(square) == widths[0]


def test_what_cannot_be_done_now_is_disabled_and_stands_in_its_place(square: Page) -> None:
    def enabled() -> list[str]:
        return [name for name in ("undo", "redo", "clear") if square.locator(f"[data-do={name}]").is_enabled()]

    assert enabled() == []
    touch(square, (0.2, 0.2), (0.8, 0.8))
    assert enabled() == ["undo", "clear"]
    press(square, "clear")
    assert enabled() == ["undo"]
    press(square, "undo")
    assert enabled() == ["undo", "redo", "clear"]
    assert min(box["height"] for button in square.locator("button").all() if (box := button.bounding_box())) >= 40


def test_the_keyboard_draws_too(square: Page) -> None:
    canvas = square.locator("canvas")
    square.keyboard.press("Tab")
    expect(canvas).to_be_focused()
    expect(square.locator(".pad-pen")).to_be_visible()
    square.keyboard.press("ArrowLeft")
    assert ink(square) == 0, "the pen has only moved"
    square.keyboard.press("Space")
    for _ in range(5):
        square.keyboard.press("ArrowDown")
    assert square.evaluate("asked") == [], "the stroke has not ended"
    square.keyboard.press("Space")
    line = ink(square)
    assert square.evaluate("asked") == [line] and line > 0
    assert square.evaluate("square.strokes[0].points.at(-1).map(value => Math.round(100 * value))") == [46, 70]
    square.keyboard.press("Control+z")
    assert ink(square) == 0
    square.keyboard.press("Control+Shift+z")
    assert ink(square) == line
    square.keyboard.press("Enter")
    square.keyboard.press("ArrowRight")
    square.keyboard.press("Tab")  # whoever leaves the square lifts the pen
    expect(canvas).not_to_be_focused()
    assert ink(square) > line and square.evaluate("square.down") is False


def test_a_second_finger_is_no_part_of_the_stroke(square: Page) -> None:
    box, finger = square.locator("canvas").bounding_box(), square.context.new_cdp_session(square)
    assert box

    def send(kind: str, *points: tuple[int, float, float]) -> None:
        touches: list[dict[str, Any]] = [{"id": name, "x": box["x"] + x * SIDE, "y": box["y"] + y * SIDE} for name, x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", (1, 0.2, 0.2))
    send("touchMove", (1, 0.2, 0.4))
    send("touchStart", (1, 0.2, 0.4), (2, 0.8, 0.8))
    send("touchMove", (1, 0.2, 0.5), (2, 0.8, 0.9))
    send("touchEnd")
    strokes = json.loads(square.evaluate("JSON.stringify(square.strokes)"))
    assert len(strokes) == 1 and all(x < 0.5 for x, _ in strokes[0]["points"])


def test_a_tool_that_another_finger_taps_ends_the_stroke(square: Page) -> None:
    """Else what is drawn next would go on with a stroke that is no longer there."""
    touch(square, (0.2, 0.2), (0.2, 0.5))  # so that there is something to undo
    for tool in ("clear", "undo"):
        box = square.locator("canvas").bounding_box()
        assert box
        square.mouse.move(box["x"] + 50, box["y"] + 50)
        square.mouse.down()
        square.mouse.move(box["x"] + 90, box["y"] + 50)
        assert ink(square) > 0
        square.evaluate("tool => document.querySelector(`[data-do=${tool}]`).click()", tool)
        square.mouse.move(box["x"] + 120, box["y"] + 120)
        square.mouse.up()
        assert ink(square) == 0, tool


def test_the_back_of_a_pencil_rubs_out(square: Page) -> None:
    touch(square, (0.5, 0.2), (0.5, 0.8))
    line = ink(square)
    square.locator("canvas").evaluate("""canvas => {
      canvas.setPointerCapture = () => {}  // no pointer of this script's making can be captured
      const box = canvas.getBoundingClientRect()
      const send = (kind, y) => canvas.dispatchEvent(new PointerEvent(kind, {
        bubbles: true, cancelable: true, pointerId: 9, pointerType: "pen", button: kind === "pointermove" ? -1 : 5, buttons: 32,
        clientX: box.left + 0.5 * box.width, clientY: box.top + y * box.height }))
      send("pointerdown", 0.1); send("pointermove", 0.5); send("pointerup", 0.5)
    }""")
    assert 0 < ink(square) < line


def test_a_square_is_as_wide_as_its_place_and_its_pixels_stay(chromium: Browser) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 700}) as context:
        page = context.new_page()
        page.set_content(PAGE.replace("<div id", '<style>:root { --pad-side: 100% }</style><div id'))
        page.wait_for_function("window.square")
        box = page.locator("canvas").bounding_box()
        assert box and box["width"] == box["height"] == 390
        page.mouse.move(195, 195)
        page.mouse.down()
        page.mouse.up()
        assert page.evaluate("square.strokes[0].points[0]") == pytest.approx([0.5, 0.5])
        assert page.evaluate("square.canvas.width") == SIDE
