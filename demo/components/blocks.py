"""A network as a row of blocks that is built in the browser: HTML, CSS and JavaScript in client/blocks/, texts in blocks.md.

Layers are added, moved, changed and taken out there, undone and done again. Each edit comes back as a layer list
(core/vocabulary/layer_lists/spelling.py), and the server answers with what the layers make of the images.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.vocabulary.layer_lists.repairs import Repair
from core.vocabulary.layer_lists.spelling import GRAMMAR, MOST_LAYERS, word_of
from core.vocabulary.layers import ACTIVATIONS, RANGES, Conv, Layer, Pool, Step
from core.vocabulary.networks import Examined
from demo import text
from demo.components.window import read
from demo.visitor import session

_view = st.components.v2.component(
    "lab_blocks", html=read("blocks/blocks.html"), css=read("blocks/blocks.css"),
    js=read("numbers.js", *(f"blocks/{name}.js" for name in ("steps", "drag", "menu", "blocks"))),
)  # fmt: skip

USUAL: dict[str, dict[str, float]] = {
    "conv": {"filters": 32, "size": 3, "stride": 1, "padding": 0, "dilation": 1}, "maxpool": {"size": 2, "stride": 2},
    "avgpool": {"size": 2, "stride": 2}, "dropout": {"rate": 0.25}, "dense": {"outputs": 64},
}  # fmt: skip
"""What a layer has that was just added; kinds without numbers are not named."""
RATE = (0.0, 0.99, 0.05)
"""Of dropout: the least, the greatest, and a step."""
MILLION = 1_000_000
_WORDS = {name: word for word, name in ACTIVATIONS.items()}


def show(steps: Sequence[Step], found: Examined, ways: Sequence[Repair], images: tuple[str, Sequence[int]], classes: int, unfolded: bool, key: str,
         edited: Callable[[str], None], dropout: float | None = None) -> None:  # fmt: skip
    """Draws the network. `found`, `ways`: what its layers make of images, and ways out; `images`: their title and shape (C, H, W).

    `unfolded`: whether the numbers of each layer are shown at first; `edited(layers)` is called with each new layer list.
    `dropout`: what every dropout layer has instead of its own rate.
    """

    def on_edited() -> None:
        if sent := session.typed(key)["edited"]:
            session.set_state(f"{key}.asked", int(sent["number"]))
            edited(str(sent["network"]))

    title, shape = images
    data = {
        "asked": session.get_state(f"{key}.asked", 0), "steps": list(map(_step, steps)), "rows": list(map(_row, found.rows)),
        "input": {"title": title, "shape": _times(shape)}, "classes": classes, "most": MOST_LAYERS, "open": unfolded,
        "kinds": {word: _kind(word) for word in GRAMMAR}, "problem": _problem(found, ways, len(steps)),
        "totals": None if found.problem else {"parameters": _count(found.parameters), "multiplications": _count(found.multiplications)},
        "words": text.everything("blocks"), "dropout": dropout,
    }  # fmt: skip
    _view(key=key, data=data, on_edited_change=on_edited)


def _step(step: Step) -> dict[str, Any]:
    """A step as the browser takes it: its word, and every value that its kind may have."""
    row = GRAMMAR[word_of(step)]
    values = {name: getattr(step, name) for name in (*row.numbers, *row.options)}
    if isinstance(step, Pool):
        values["stride"] = step.size if step.stride is None else step.stride
    if row.activation is not None:
        values["activation"] = _WORDS[getattr(step, "activation", "")]
    return {"word": row.word, "values": values}


def _kind(word: str) -> dict[str, Any]:
    row = GRAMMAR[word]
    fields = [_field(word, name, name in row.options) for name in (*row.numbers, *row.options)]
    return {"fields": fields, "activation": None if row.activation is None else _WORDS[row.activation]}


def _field(word: str, name: str, option: bool) -> dict[str, Any]:
    low, high, step = (*RANGES[name if word in ("conv", "dense") else f"pool {name}"], 1) if name != "rate" else RATE
    return {"name": name, "option": option, "low": low, "high": high, "step": step, "whole": name != "rate", "usual": USUAL[word][name]}


def _row(layer: Layer) -> dict[str, str]:
    return {"shape": _times(layer.output_shape), "parameters": f"{layer.parameters:,}", "multiplications": _count(layer.multiplications),
            "field": _times([layer.receptive_field] * 2)}  # fmt: skip


def _problem(found: Examined, ways: Sequence[Repair], count: int) -> dict[str, Any] | None:
    if found.problem is None:
        return None
    index = found.problem.index
    return {"index": index, "sentence": found.problem.sentence, "ways": [_way(way, index) for way in ways] if index < count else []}


def _way(way: Repair, index: int) -> dict[str, Any]:
    say = text.speaker("blocks")
    kind = way.kind
    if kind == "fewer":
        kind = "fewer_conv" if isinstance(way.steps[index], Conv) else "fewer_dense"
    return {"label": say(f"way_{kind}", value=way.value + (kind == "move")), "steps": list(map(_step, way.steps))}


def _times(shape: Sequence[int]) -> str:
    return " × ".join(f"{side:,}" for side in shape)


def _count(number: int) -> str:
    """A number of things; from a million on in millions, so that it fits under a block."""
    return f"{number:,}" if number < MILLION else f"{number / MILLION:.1f} million"
