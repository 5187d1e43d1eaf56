"""What the classifier shows, as HTML and PNG: pixels as squares, the steps, the strip, where it looked."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from html import escape

import numpy as np
from PIL import Image

from core.images.decoding import Bytes
from core.images.preprocessing import Stage
from core.inference.classifier import Answer, Classifier, Floats
from core.inference.protocols import ProtocolAnswer
from demo.charts.protocols import PROTOCOLS
from demo.text import speaker
from demo.ui.images import overlaid
from demo.ui.mosaics import mosaic

say = speaker("classifier")
LARGEST_STAGE = 256
"""A photograph is sent to the page no larger than this."""


def png(image: Bytes) -> str:
    """uint8 (H, W, 1) or (H, W, 3) as an address that carries the whole PNG, pixel by pixel."""
    file = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def img(image: Bytes, alt: str) -> str:
    """The browser enlarges it without smoothing."""
    return f'<img class="pixels" src="{png(image)}" alt="{escape(alt)}">'


def seen(answer: Answer) -> str:
    """The very tensor that entered the network."""
    image = answer.seen.transpose(1, 2, 0)
    side = image.shape[0]
    key = "seen_full" if answer.resolution == side else "seen_size"
    caption = say(key, side=side, resolution=answer.resolution)
    return f'<figure class="seen">{img(image, say("seen"))}<figcaption>{caption}</figcaption></figure>'


def waiting() -> tuple[str, str, str, str]:
    """Before there is an image: a faint sketch in the place of `seen`; nothing in those of the strip, the steps and `looked`,
    which the page hides with their headings."""
    sketch = f'<i style="background-image:url({mosaic("draw")})"></i>'
    return f'<div class="waiting seen">{sketch}<span>{say("waiting_seen")}</span></div>', "", "", ""


def stages(found: Iterable[Stage]) -> str:
    """The image behind each step; a step that did nothing is pale."""
    figures = []
    for stage in found:
        small = Image.fromarray(stage.image.squeeze(2) if stage.image.shape[2] == 1 else stage.image)
        small.thumbnail((LARGEST_STAGE, LARGEST_STAGE))
        name, off = say(f"step_{stage.step}"), "" if stage.done else say("step_off")
        pixels = np.asarray(small).reshape(small.height, small.width, -1)
        figures.append(f'<figure class="{"off" if off else ""}" title="{off}">{img(pixels, name)}'
                       f"<figcaption>{name}</figcaption></figure>")  # fmt: skip
    return f'<div class="stages">{"".join(figures)}</div>'


def strip(cells: list[ProtocolAnswer], network: Classifier, answer: Answer) -> str:
    """A row for each protocol, a column for each resolution, the image itself above them."""
    sides = list(dict.fromkeys(cell.resolution for cell in cells))
    heads = "".join(f"<th>{side} × {side}{img(_at(network, answer, side), f'{side} × {side}')}</th>" for side in sides)
    rows = "".join(
        f"<tr><th>{_protocol(protocol)}</th>{''.join(_cell(cell) for cell in cells if cell.protocol == protocol)}</tr>"
        for protocol in dict.fromkeys(cell.protocol for cell in cells)
    )
    return f'<div class="strip"><table><tr><th></th>{heads}</tr>{rows}</table></div>'


def _at(network: Classifier, answer: Answer, side: int) -> Bytes:
    pixels: Bytes = network.at(answer.prepared.seen, side, answer.filter)[0].transpose(1, 2, 0)
    return pixels


def _protocol(name: str) -> str:
    """The word and the sign of a protocol, the same as in the study; the chosen network where it belongs to none."""
    found = PROTOCOLS.get(name)
    return f'<i style="color:{found.colour}" aria-hidden="true">{found.mark}</i> {found.word}' if found else say("strip_chosen")


def _cell(cell: ProtocolAnswer) -> str:
    if cell.label is None or cell.probability is None:
        why = say("strip_damaged" if cell.problem else "strip_missing")
        return f'<td class="missing" title="{escape(cell.problem or cell.network)}">{why}</td>'
    doubt = f"<br><small>{say('strip_unknown')}</small>" if cell.known is False else ""
    return (f'<td title="{escape(cell.network)}"><b>{escape(cell.label)}</b> {cell.probability:.1%}'
            f'<div class="bar" style="width:{cell.probability:.0%}{_bar_colour(cell.protocol)}"></div>{doubt}</td>')  # fmt: skip


def _bar_colour(protocol: str) -> str:
    found = PROTOCOLS.get(protocol)
    return f";background:{found.colour}" if found else ""


def looked(answer: Answer, label: str, heat: Floats, cells: tuple[int, int]) -> str:
    """The image in grey under the map (H, W) made of (h, w) cells, from dark (nothing) to bright (the evidence)."""
    if not heat.max():
        return f"<p>{_bold(say('cam_nothing', label=escape(label)))}</p>"
    height, width = cells
    caption = _bold(say("cam_text", label=escape(label), height=height, width=width))
    return f'<figure class="seen">{img(overlaid(answer.seen, heat), say("cam"))}<figcaption>{caption}</figcaption></figure>'


def _bold(markdown: str) -> str:
    """`**word**` as HTML, the one mark that these texts use."""
    parts = markdown.split("**")
    return "".join(f"<b>{part}</b>" if place % 2 else part for place, part in enumerate(parts))
