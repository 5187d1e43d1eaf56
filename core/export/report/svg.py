"""A drawing as SVG that needs nothing from outside."""

from __future__ import annotations

import base64
from html import escape

from core.export.report.drawing import Box, Drawing, Label, Line, Raster, Shape


def to_svg(drawing: Drawing) -> str:
    """One <svg> element that a screen reader reads as an image with the drawing's text."""
    body = "".join(map(_shape, drawing.shapes))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(drawing.alt)}" direction="ltr" '
            f'viewBox="0 0 {drawing.width:g} {drawing.height:g}" width="{drawing.width:g}">{body}</svg>')  # fmt: skip


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
            dash = f' stroke-dasharray="{shape.dash[0]:g} {shape.dash[1]:g}"' if shape.dash else ""
            return f'<polyline points="{points}" fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"{dash}/>'
        case Box():
            return f'<rect x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}" fill="{shape.fill}"/>'
        case Label():
            turned = f' transform="rotate(-90 {shape.x:.2f} {shape.y:.2f})"' if shape.upright else ""
            bold = ' font-weight="bold"' if shape.bold else ""
            return (f'<text x="{shape.x:.2f}" y="{shape.y:.2f}" dominant-baseline="central" text-anchor="{shape.anchor}" '
                    f'font-size="{shape.size:g}" fill="{shape.colour}"{bold}{turned}>{escape(shape.text)}</text>')  # fmt: skip
        case Raster():
            data = base64.b64encode(shape.png).decode()
            return (f'<image x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}" '
                    f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>')  # fmt: skip
