"""Resolution: an image is reduced to `side` x `side` and restored, so one network serves all resolutions.

Method: Kannojia and Jaiswal 2018, IJCSE 6(9); they do not name their filter, so it is a choice here.
Images are square, uint8 `(N, C, S, S)`, levels 0 ... 255, on any device, and stay there. A reduced image
is an 8-bit image that could be saved, so both steps compute in float32 and end rounded (halves to the even
level) and clamped to 8 bits.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.images.filters import OPTIONS
from core.vocabulary.errors import LabError

FILTERS: tuple[str, ...] = tuple(OPTIONS)

_CHUNK = 256  # images as float32 at a time: 3 MB of CIFAR-10, which the processor's cache still holds


def at_resolution(images: Tensor, side: int, filter: str) -> Tensor:
    """`images` as they look at `side` x `side`: reduced, then restored by the same filter, in the same shape.

    At the images' own side it returns `images` itself, not a copy. Raises LabError as `reduce` does.
    """
    return restore(reduce(images, side, filter), images.shape[-1], filter)


def reduce(images: Tensor, side: int, filter: str) -> Tensor:
    """uint8 `(N, C, S, S)` -> uint8 `(N, C, side, side)`, side 1 ... S; at S it is `images` itself.

    Raises LabError for a side outside 1 ... S, an unknown filter, and images that are not square uint8.
    """
    size = _checked_side(images, filter)
    if not isinstance(side, int) or not 1 <= side <= size:
        raise LabError(f"resolution must be a whole number from 1 to {size}, not {side!r}")
    return _resize(images, side, filter)


def restore(images: Tensor, size: int, filter: str) -> Tensor:
    """uint8 `(N, C, s, s)` -> uint8 `(N, C, size, size)`, size from s up; at s it is `images` itself.

    Raises LabError for a size below s, an unknown filter, and images that are not square uint8.
    """
    side = _checked_side(images, filter)
    if not isinstance(size, int) or size < side:
        raise LabError(f"the size to restore must be a whole number from {side} up, not {size!r}")
    return _resize(images, size, filter)


def _resize(images: Tensor, side: int, filter: str) -> Tensor:
    if side == images.shape[-1]:
        return images
    resized = images.new_empty((*images.shape[:2], side, side))
    for start in range(0, len(images), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        exact = images[chunk].float().contiguous()  # one memory layout: all layouts give the same bits
        resized[chunk] = interpolate(exact, size=(side, side), **OPTIONS[filter]).round_().clamp_(0, 255)
    return resized


def _checked_side(images: Tensor, filter: str) -> int:
    if filter not in OPTIONS:
        raise LabError(f"unknown filter {filter!r}; choose one of {', '.join(FILTERS)}")
    if images.dtype != torch.uint8 or images.dim() != 4 or images.shape[2] != images.shape[3]:
        found = f"{images.dtype} {tuple(images.shape)}"
        raise LabError(f"pictures must be square and torch.uint8 (N, C, S, S), not {found}")
    return images.shape[3]
