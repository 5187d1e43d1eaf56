"""The image of a contribution: uint8 pixels as PNG and back, and the digest that tells whether two are the same."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.vocabulary.errors import LabError

Pixels = npt.NDArray[np.uint8]
"""(C, S, S), 0 to 255."""


def png_of(image: Pixels) -> bytes:
    """uint8 (1 or 3, S, S) -> a PNG without any text or time in it."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0))).save(stream, "PNG")
    return stream.getvalue()


def pixels_of(png: bytes, shape: tuple[int, int, int]) -> Pixels:
    """The image of `png_of`. LabError where it is damaged, or of another shape."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            found = np.asarray(image, np.uint8)
    except (OSError, SyntaxError, ValueError) as error:
        raise LabError(f"a stored image is damaged ({error}); remove it") from error
    placed = found[None] if found.ndim == 2 else found.transpose(2, 0, 1)
    if placed.shape != shape:
        raise LabError(f"a stored image has the shape {placed.shape} instead of {shape}; remove it")
    return placed


def digest_of(image: Pixels) -> str:
    """sha256 in hex over shape and pixels."""
    return hashlib.sha256(str(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()


def checked(image: Pixels, shape: tuple[int, int, int]) -> Pixels:
    """The same image. LabError for another type or shape."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.shape != shape:
        kind = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise LabError(f"the image is {kind}; expected uint8 {shape}")
    return image
