"""Test images of 28x28 pixels as PNG, enlarged without smoothing, and as a sheet to take home."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SCALE = 4
EDGE = 3
GAP = 2
RIGHT, WRONG = "#7f8c94", "#e76300"
"""The frame of an image; a wrong one is also crossed at a corner, and its caption says so."""
SHEET_ACROSS, CAPTION = 5, 34


def enlarged(image: np.ndarray, right: bool) -> bytes:
    """uint8 (28, 28) as PNG, in a frame that says whether the guess was right."""
    return _png(_enlarged(image, right))


def strip(images: Sequence[np.ndarray]) -> bytes:
    """uint8 (28, 28) each, side by side, a gap behind each that lets the page shine through."""
    high, wide = images[0].shape
    row = Image.new("RGBA", (len(images) * (wide + GAP), high), (0, 0, 0, 0))
    for place, image in enumerate(images):
        row.paste(Image.fromarray(image).convert("RGBA"), (place * (wide + GAP), 0))
    return _png(row.resize((row.width * SCALE, row.height * SCALE), Image.Resampling.NEAREST))


def _enlarged(image: np.ndarray, right: bool | None) -> Image.Image:
    pil = Image.fromarray(image).convert("RGB")
    pil = pil.resize((pil.width * SCALE, pil.height * SCALE), Image.Resampling.NEAREST)
    if right is None:
        return pil
    framed = Image.new("RGB", (pil.width + 2 * EDGE, pil.height + 2 * EDGE), RIGHT if right else WRONG)
    framed.paste(pil, (EDGE, EDGE))
    if not right:  # told apart without colours too
        draw, corner = ImageDraw.Draw(framed), framed.width - EDGE - 18
        draw.rectangle((corner, EDGE, corner + 18, EDGE + 18), fill=WRONG)
        for line in ((corner + 4, EDGE + 4, corner + 14, EDGE + 14), (corner + 14, EDGE + 4, corner + 4, EDGE + 14)):
            draw.line(line, fill="white", width=3)
    return framed


def sheet(images: Sequence[np.ndarray], captions: Sequence[str], right: Sequence[bool | None]) -> bytes:
    """All the images with their captions as one PNG, to take home."""
    cells = [_enlarged(image, its) for image, its in zip(images, right, strict=True)]
    across = min(SHEET_ACROSS, len(cells))
    wide, high = cells[0].width + 44, cells[0].height + CAPTION + 8
    paper = Image.new("RGB", (across * wide, -(-len(cells) // across) * high), "white")
    draw, font = ImageDraw.Draw(paper), ImageFont.load_default(13)
    for place, (cell, caption) in enumerate(zip(cells, captions, strict=True)):
        left, top = place % across * wide + 22, place // across * high + 4
        paper.paste(cell, (left, top))
        draw.multiline_text((left + cell.width / 2, top + cell.height + 2), caption, "black", font, anchor="ma", align="center")
    return _png(paper)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
