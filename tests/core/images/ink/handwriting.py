"""Handwriting as people hand it in, drawn anew for tests: digits of any data set, as strokes, on grounds of many kinds.

A kind takes a digit (uint8 (S, S), light on black) and a generator, and gives an image. The kinds are not those of any
benchmark, so that what finds ink is not made for one list.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Map = npt.NDArray[np.float64]
Draw = np.random.Generator
Rgb = tuple[float, float, float]

BLACK, BLUE = (0.1, 0.1, 0.1), (0.2, 0.3, 0.7)
"""Shares of red, green and blue light that a pen leaves."""


def stroke(digit: npt.NDArray[np.uint8], side: int, threshold: float = 0.5) -> Map:
    """The digit's ink (side, side), 0 to 1, with a smooth edge; a higher threshold makes a thinner pen."""
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(side / 90))
    return np.clip((np.asarray(large, float) / 255 - threshold) / 0.04 + 0.5, 0, 1)


def somewhere(ink: Map, height: int, width: int, draw: Draw, margin: int = 24) -> Map:
    """The ink at a random place of a sheet (height, width), `margin` pixels from its edges at least."""
    sheet = np.zeros((height, width))
    top, left = (int(draw.integers(margin, side - part - margin)) for side, part in zip(sheet.shape, ink.shape, strict=True))
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet


def paper(draw: Draw, height: int = 450, width: int = 600, depth: float = 0.25) -> Map:
    """Light (height, width, 3) that falls off to one side."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    angle = draw.uniform(0, 2 * np.pi)
    slope = x * np.cos(angle) + y * np.sin(angle)
    slope = (slope - slope.min()) / np.ptp(slope)
    return (draw.uniform(190, 235) * (1 - depth * slope))[:, :, None].repeat(3, axis=2)


def clouds(height: int, width: int, cell: int, draw: Draw) -> Map:
    """Noise (height, width) that changes over about `cell` pixels, of standard deviation 1."""
    small = draw.normal(0, 1, (height // cell + 2, width // cell + 2)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC), float)


def photograph(ground: Map, *marks: tuple[Map, Rgb], draw: Draw, noise: float = 3) -> Image.Image:
    """Each mark (H, W) takes light of a ground (H, W, 3) away."""
    image = ground
    for mark, colour in marks:
        image = image * (1 - mark[:, :, None] * (1 - np.array(colour)))
    return Image.fromarray((image + draw.normal(0, noise, image.shape)).clip(0, 255).astype(np.uint8))


def lines(height: int, width: int, step: int, thick: int, degrees: float, upright: bool) -> Map:
    """Printed lines (height, width), level and, if wished, upright, turned."""
    sheet = Image.new("L", (2 * width, 2 * height), 0)
    pen = ImageDraw.Draw(sheet)
    for at in range(step // 2, 2 * max(height, width), step):
        pen.line((0, at, 2 * width, at), 255, thick)
        if upright:
            pen.line((at, 0, at, 2 * height), 255, thick)
    turned = sheet.rotate(degrees, Image.Resampling.BICUBIC).crop((width // 2, height // 2, width // 2 + width, height // 2 + height))
    return np.asarray(turned, float) / 255


def ball_pen_on_squares(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    squares = lines(450, 600, 30, 1, draw.uniform(-4, 4), upright=True) * 0.5
    return photograph(paper(draw), (squares, (0.3, 0.5, 0.8)), (somewhere(stroke(digit, 200, 0.6), 450, 600, draw), BLUE), draw=draw)


def pencil_on_lines(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    ruled = lines(450, 600, 40, 2, draw.uniform(-3, 3), upright=False) * 0.25
    return photograph(paper(draw), (ruled, BLACK), (somewhere(stroke(digit, 230) * 0.4, 450, 600, draw), BLACK), draw=draw)


def whiteboard(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    ground = paper(draw) * 0.9
    y, x = np.mgrid[0:450, 0:600]
    for _ in range(2):
        centre, size = draw.uniform((0, 0), (450, 600)), draw.uniform(25, 70)
        ground += 80 * np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / size**2)[:, :, None]
    image = photograph(ground, (somewhere(stroke(digit, 240, 0.4), 450, 600, draw, 40), (0.1, 0.4, 0.2)), draw=draw)
    image.paste((110, 112, 115), (0, 425, 600, 450))
    return image


def chalk(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    board = np.array((45, 70, 58)) * (1 + 0.1 * clouds(450, 600, 90, draw)[:, :, None])
    ink = somewhere(stroke(digit, 250, 0.35), 450, 600, draw) * np.clip(0.75 + 0.3 * clouds(450, 600, 3, draw), 0, 1)
    image = board + (220 - board) * ink[:, :, None] * 0.8
    return Image.fromarray((image + draw.normal(0, 4, image.shape)).clip(0, 255).astype(np.uint8))


def dark_mode(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    """A screenshot with bars above and below."""
    ink = somewhere(stroke(digit, 200), 700, 360, draw, 60)[:, :, None]
    image = Image.fromarray((np.array((18, 18, 20)) * (1 - ink) + np.array((120, 190, 255)) * ink).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for top, bottom in ((0, 40), (650, 700)):
        pen.rectangle((0, top, 360, bottom), fill=(42, 42, 48))
        pen.text((14, top + 12), "9:41", fill="white")
    return image


def finger(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    ink = np.zeros((450, 600))
    ink[110:330, 190:410] = stroke(digit, 220)
    image = photograph(paper(draw), (ink * 0.85, BLACK), draw=draw)
    ImageDraw.Draw(image).ellipse((-90, 200, 70, 440), fill=(190, 140, 115))
    return image.filter(ImageFilter.GaussianBlur(1))


def tiny_on_a4(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    scan = np.full((1754, 1240, 3), 248.0)
    scan[:, :20] = 140
    return photograph(scan, (somewhere(stroke(digit, 80, 0.4), 1754, 1240, draw, 60) * 0.9, BLUE), draw=draw, noise=2)


def marker(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    thick = np.asarray(Image.fromarray((stroke(digit, 330, 0.25) * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(9)), float) / 255
    return photograph(paper(draw), (somewhere(thick, 450, 600, draw) * 0.9, BLACK), draw=draw)


def crumpled(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    ground = paper(draw) * (1 + 0.05 * clouds(450, 600, 45, draw) + 0.03 * clouds(450, 600, 15, draw))[:, :, None]
    return photograph(ground, (somewhere(stroke(digit, 230), 450, 600, draw) * 0.75, BLACK), draw=draw)


def hard_shadow(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    y, x = np.mgrid[0:450, 0:600]
    angle = draw.uniform(0, 2 * np.pi)
    edge = ((x - 300) * np.cos(angle) + (y - 225) * np.sin(angle)) / 4
    ground = paper(draw) * (1 - 0.45 / (1 + np.exp(-edge.clip(-50, 50))))[:, :, None]
    return photograph(ground, (somewhere(stroke(digit, 230), 450, 600, draw) * 0.8, BLACK), draw=draw)


def note_on_desk(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    scene = paper(draw) * 0.35
    scene[60:390, 120:460] = np.array((250, 230, 90)) * (paper(draw, 330, 340) / 220)
    ink = np.zeros((450, 600))
    ink[110:340, 175:405] = stroke(digit, 230)
    return photograph(scene, (ink * 0.85, BLACK), draw=draw)


def boxed(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    sheet = Image.new("L", (600, 450))
    ImageDraw.Draw(sheet).rectangle((180, 90, 430, 340), outline=255, width=4)
    ink = np.asarray(sheet, float) / 255
    ink[105:325, 195:415] = stroke(digit, 220)
    return photograph(paper(draw), (ink * 0.8, BLACK), draw=draw)


def specks(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    ink = somewhere(stroke(digit, 220), 450, 600, draw)
    for y, x in draw.integers((0, 0), (446, 596), (50, 2)):
        ink[y : y + 3, x : x + 3] = 1
    return photograph(paper(draw), (ink * 0.75, BLACK), draw=draw)


def faint_and_dark(digit: npt.NDArray[np.uint8], draw: Draw) -> Image.Image:
    return photograph(paper(draw) * 0.35, (somewhere(stroke(digit, 230), 450, 600, draw) * 0.65, BLACK), draw=draw, noise=5)


KINDS: dict[str, Callable[[npt.NDArray[np.uint8], Draw], Image.Image]] = {
    kind.__name__: kind
    for kind in (ball_pen_on_squares, pencil_on_lines, whiteboard, chalk, dark_mode, finger, tiny_on_a4, marker, crumpled, hard_shadow,
                 note_on_desk, boxed, specks, faint_and_dark)
}  # fmt: skip


def clean(digit: npt.NDArray[np.uint8]) -> Image.Image:
    """The digit as a drawing program saves it: black on white, in the middle."""
    return Image.fromarray((255 * (1 - np.pad(stroke(digit, 220), 30))).astype(np.uint8))


def nothing(draw: Draw) -> list[Image.Image]:
    """Sheets without a drawing: blank, ruled, crumpled, half in a shadow."""
    shadow = paper(draw)
    shadow[:, 300:] *= 0.6
    ruled = lines(450, 600, 40, 2, 1.5, upright=True) * 0.4
    rough = paper(draw) * (1 + 0.05 * clouds(450, 600, 45, draw))[:, :, None]
    return [photograph(paper(draw), draw=draw), photograph(paper(draw), (ruled, BLUE), draw=draw), photograph(rough, draw=draw), photograph(shadow, draw=draw)]
