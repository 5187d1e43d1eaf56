"""A network as a small drawing: a slab for each layer with weights, as high as its maps; the dense layers are bars."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageDraw

from core.vocabulary import networks
from demo.lessons.architectures.shared import IMAGE

WIDTH, HEIGHT = 84, 56
"""Pixels on the page; the drawing has twice as many, for a dense screen."""
FACTOR = 4
CONVOLUTION, DENSE, EDGE = "#1d8ba8", "#b35806", "#ffffff"
SLAB, GAP = 9, 4


def picture(network: str) -> str:
    """The drawing as an address that holds it."""
    image = Image.new("RGBA", (WIDTH * FACTOR, HEIGHT * FACTOR), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    layers = [layer for layer in networks.layer_table(network, IMAGE) if layer.parameters]
    left = (WIDTH - len(layers) * (SLAB + GAP) + GAP) / 2
    for place, layer in enumerate(layers):
        maps = len(layer.output_shape) == 3
        high = 12 + 40 * layer.output_shape[1] / IMAGE[1] if maps else HEIGHT - 8
        across = SLAB if maps else SLAB - 3
        x = left + place * (SLAB + GAP)
        box = [x, (HEIGHT - high) / 2, x + across, (HEIGHT + high) / 2]
        draw.rounded_rectangle([edge * FACTOR for edge in box], 2 * FACTOR, fill=CONVOLUTION if maps else DENSE, outline=EDGE, width=FACTOR // 2)
    file = io.BytesIO()
    image.resize((2 * WIDTH, 2 * HEIGHT), Image.Resampling.LANCZOS).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
