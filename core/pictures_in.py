"""Pictures from outside: opened, checked and refused before they cost anything. No torch.

What a person would call a picture becomes uint8 pixels; everything else gets one clear sentence (LabError).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from core.errors import LabError

Bytes = npt.NDArray[np.uint8]
Picture = Image.Image | Bytes

MAX_PIXELS = 25_000_000
"""The largest picture that is decoded: a photograph of a telephone, not a bomb."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
"""What is opened. PIL knows more, some of which start other programs."""
_BROKEN = (OSError, SyntaxError, ValueError, EOFError)
"""What PIL raises for files that are broken or no pictures."""


def open_picture(source: Path | IO[bytes] | bytes, name: str = "the file") -> Image.Image:
    """The picture in a file, upright; of an animation the first. Its size is checked before anything is decoded.

    Raises LabError for what is no picture, is truncated, or has more than MAX_PIXELS pixels.
    """
    name = source.name if isinstance(source, Path) else name
    try:
        picture = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        check_size(picture.width, picture.height)  # so far only the head was read
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise LabError(f"{name} is far too large; expected at most {MAX_PIXELS // 1_000_000} million pixels") from error
    except LabError:
        raise
    except _BROKEN as error:
        raise LabError(
            f"{name} cannot be read as a picture; expected a whole PNG, JPEG, GIF, WebP or BMP"
        ) from error


def check_size(width: int, height: int) -> None:
    """Raises LabError for a picture without pixels or with more than MAX_PIXELS."""
    if width < 1 or height < 1:
        raise LabError(f"the picture is {width}x{height} pixels; expected at least 1x1")
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} million"
        raise LabError(f"the picture is {width}x{height} pixels; expected at most {limit} in all")


def pixels(picture: Picture, channels: int) -> Bytes:
    """uint8 (H, W, `channels`), 1 for grey or 3 for colour; what is transparent lies on white.

    `picture`: a PIL image, or uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). A grey picture for a grey network and
    a colour picture for a colour network keep every bit.
    """
    image = picture if isinstance(picture, Image.Image) else _image(picture)
    check_size(image.width, image.height)
    try:
        found = np.asarray(_eight_bits(_on_white(image)).convert("L" if channels == 1 else "RGB"))
    except _BROKEN as error:  # decoding is lazy: a truncated file shows only here
        raise LabError("the picture is truncated or damaged; expected a whole file") from error
    return found.reshape(*found.shape[:2], channels)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture with 16 bits a pixel at 8; PIL alone would make everything above 255 white."""
    if not image.mode.startswith("I"):
        return image
    return Image.fromarray(np.clip(np.asarray(image).astype(np.int64) >> 8, 0, 255).astype(np.uint8))


def _image(array: Bytes) -> Image.Image:
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        raise LabError(f"the picture is {getattr(array, 'dtype', type(array).__name__)}; expected uint8 pixels")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise LabError(f"the picture has the shape {array.shape}; expected (H, W), (H, W, 3) or (H, W, 4)")
    check_size(array.shape[1], array.shape[0])
    return Image.fromarray(array)
