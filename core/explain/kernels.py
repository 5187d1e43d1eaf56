"""Kernels to start from: the textbook's, the warm-up's, and the first layer of a pretrained network.

torch-free: weights are read as numpy arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.pretrained.cards import read_cards
from core.studies.published import published
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe

Numbers = npt.NDArray[np.float64]

TEXTBOOK: dict[str, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
}
"""Gonzalez and Woods, "Digital Image Processing", chapter 3. Sixteenths, so that no number is rounded."""
PRESETS = (*TEXTBOOK, *published()["warm_up"]["filters"])


def preset(name: str) -> Numbers:
    """(3, 3): one of PRESETS. LabError for another name."""
    if name in TEXTBOOK:
        return np.array(TEXTBOOK[name], float)
    if name not in PRESETS:
        raise LabError(f"unknown kernel {name!r}; choose one of {', '.join(PRESETS)}")
    return bits(published()["warm_up"]["filters"][name])


def bits(rows: list[str]) -> Numbers:
    """The warm-up writes images and filters as rows of 0 and 1.

    >>> bits(["01", "11"]).tolist()
    [[0.0, 1.0], [1.0, 1.0]]
    """
    return np.array([[float(cell) for cell in row] for row in rows])


def resized(kernel: Numbers, size: int) -> Numbers:
    """A kernel (..., K, K) as (..., size, size): cut or filled with zeros around its middle."""
    old = kernel.shape[-1]
    new = np.zeros((*kernel.shape[:-2], size, size))
    shift = (size - 1) // 2 - (old - 1) // 2  # middle on middle; of an even size the upper left of the four
    for row in range(size):
        for column in range(size):
            if 0 <= row - shift < old and 0 <= column - shift < old:
                new[..., row, column] = kernel[..., row - shift, column - shift]
    return new


def edge_likeness(kernel: Numbers) -> float:
    """How much a kernel (3, 3) looks like an edge, 0 to 1: the largest cosine, whatever its sign, with Sobel's kernel in
    eight directions.

    >>> round(edge_likeness(preset("sobel_x")), 6), round(edge_likeness(preset("blur")), 6)
    (1.0, 0.0)
    """
    horizontal, diagonal = preset("sobel_x"), np.array([[-2.0, -1, 0], [-1, 0, 1], [0, 1, 2]])
    edges = (horizontal, horizontal.T, diagonal, np.fliplr(diagonal))
    length = float(np.linalg.norm(kernel))
    return max(abs(float((kernel * edge).sum())) / float(np.linalg.norm(edge)) for edge in edges) / length if length else 0.0


@dataclass(frozen=True, slots=True)
class FirstLayer:
    """What a pretrained network does first to its image."""

    recipe: Recipe
    kernels: Numbers
    """(F, C, K, K)."""
    biases: Numbers
    """(F,)."""


def learned(channels: int, folder: Path) -> dict[str, FirstLayer]:
    """Name -> first layer of the pretrained networks with weights that start with a convolution on so many channels."""
    found = {}
    for name, card in read_cards(folder).items():
        weights = folder / f"{name}.safetensors"
        if card.facts.shape[0] == channels and weights.exists():
            layer = _first_layer(weights, weights.stat().st_mtime_ns)
            if layer is not None:
                found[name] = FirstLayer(card.recipe, *layer)
    return found


@lru_cache(maxsize=256)
def _first_layer(path: Path, changed: int) -> tuple[Numbers, Numbers] | None:
    """Kernels and biases; None where the network starts with a dense layer."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as tensors:
            names = [name for name in tensors.keys() if name.endswith(".weight")]  # noqa: SIM118 (it is no dict)
            first = min(names, key=lambda name: int(name.split(".")[0]))
            kernels = tensors.get_tensor(first)
            biases = tensors.get_tensor(first.replace(".weight", ".bias"))
    except (SafetensorError, ValueError, OSError) as error:
        raise LabError(f"{path} is damaged; python -m core pretrain makes it") from error
    return (kernels.astype(float), biases.astype(float)) if kernels.ndim == 4 else None
