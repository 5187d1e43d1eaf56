"""A confusion matrix as a PNG, drawn without a browser or a plotting library: for dashboards that show images."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from core.vocabulary.metrics import normalised
from core.vocabulary.records import Matrix

CELL, MARGIN = 36, 100
"""Pixels of a cell's side, and of the names at the left and the top."""
WHITE, INK, BLUE = (255, 255, 255), (20, 24, 28), (8, 81, 156)


def png_of(matrix: Matrix, classes: Sequence[str]) -> bytes:
    """Counts (C, C), rows are the truth -> a PNG: the darker a cell, the larger its share of its row."""
    count = len(classes)
    image = Image.new("RGB", (MARGIN + CELL * count + 1, MARGIN + CELL * count + 1), WHITE)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    shares = normalised(matrix)
    for row in range(count):
        for column in range(count):
            share = float(shares[row, column])
            left, top = MARGIN + CELL * column, MARGIN + CELL * row
            fill = tuple(round(paper + share * (ink - paper)) for paper, ink in zip(WHITE, BLUE, strict=True))
            draw.rectangle((left, top, left + CELL, top + CELL), fill=fill, outline=(220, 224, 228))
            draw.text((left + CELL / 2, top + CELL / 2), str(matrix[row][column]), WHITE if share > 0.5 else INK, font, anchor="mm")
    for place, name in enumerate(classes):
        middle = MARGIN + CELL * (place + 0.5)
        draw.text((MARGIN - 6, middle), name, INK, font, anchor="rm")
        _upright(image, name, middle, font)
    draw.text((MARGIN - 6, MARGIN - 6), "truth \\ answer", INK, ImageFont.load_default(10), anchor="rb")
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _upright(image: Image.Image, name: str, middle: float, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> None:
    """A name that reads upwards, above its column."""
    strip = Image.new("RGB", (MARGIN - 6, 16), WHITE)
    ImageDraw.Draw(strip).text((0, 8), name, INK, font, anchor="lm")
    turned = strip.rotate(90, expand=True)
    image.paste(turned, (round(middle - turned.width / 2), 0))
