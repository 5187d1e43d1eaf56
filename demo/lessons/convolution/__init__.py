"""The lesson `convolution`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo.ui.page import Page
from demo.visitor.links import NUMBER, SWITCH, WHOLE, WORD, Kind, Linked


def _spell(edits: Any) -> str:
    """Each kernel that was changed by hand: where it is from, its shape, its cells."""
    return "|".join(f"{'.'.join(map(str, origin))}/{'x'.join(map(str, cells.shape))}:{','.join(f'{cell:.6g}' for cell in cells.ravel())}"
                    for origin, cells in edits.items())  # fmt: skip


def _parse(text: str) -> dict[tuple[str | int, ...], Any]:
    found: dict[tuple[str | int, ...], Any] = {}
    for one in text.split("|"):
        head, cells = one.split(":")
        origin, shape = head.split("/")
        name, *numbers = origin.split(".")
        array = np.array([float(cell) for cell in cells.split(",")]).reshape([int(side) for side in shape.split("x")])
        if array.ndim != 3 or not np.isfinite(array).all():
            raise ValueError(text)
        found[(name, *map(int, numbers))] = array
    return found


KERNELS = Kind(_spell, _parse, (dict,))

PAGE = Page(20, section="lessons", linked=(
    Linked("picture", "convolution.picture", WORD),
    Linked("which", "convolution.which.*", WHOLE),
    Linked("grey", "convolution.grey", SWITCH),
    Linked("kernel", "convolution.kernel", WORD),
    Linked("network", "convolution.network.*", WORD),
    Linked("filter", "convolution.filter.*", WHOLE),
    Linked("cells", "lab.convolution.edits", KERNELS),
    Linked("size", "convolution.size", WHOLE),
    Linked("stride", "convolution.stride", WHOLE),
    Linked("padding", "convolution.padding", WHOLE),
    Linked("dilation", "convolution.dilation", WHOLE),
    Linked("bias", "convolution.bias", NUMBER),
    Linked("own_bias", "convolution.bias.*", NUMBER),
    Linked("activation", "convolution.activation", WORD),
    Linked("own_activation", "convolution.activation.*", WORD),
))  # fmt: skip
