"""Images from outside: opened, checked and refused before they cost anything. No torch.

What a person would call an image becomes uint8 pixels; everything else gets one clear sentence (LabError).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, features

from core.images.container import decodable, is_heic
from core.vocabulary.errors import LabError

Bytes = npt.NDArray[np.uint8]
ImageLike = Image.Image | Bytes

MAX_PIXELS = 25_000_000
"""The largest image that is decoded: a photograph of a telephone, not a bomb."""
LONGEST = 4096
"""Pixels along the longest side of what goes on: a square of it fits into memory."""
MAX_BYTES = 256 << 20
"""Of a file, which is read whole; the largest image of MAX_PIXELS is smaller. Uploads are limited long before."""
FLAT = 655
"""Of 65,535 shades: a 16-bit image with fewer between its darkest and its lightest is a flat one with noise."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", *(("AVIF",) if features.check("avif") else ()))
"""What is opened. PIL knows more, some of which start other programs; AVIF since version 11.3. HEIC where pillow-heif is."""
EXPECTED = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}".replace("WEBP", "WebP")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError)
"""What PIL raises for files that are broken or no images."""
# It also warns, of what is refused or put right here: lines of its own beside the one that a person gets.
warnings.filterwarnings("ignore", module=r"PIL\.")


def open_image(source: Path | IO[bytes] | bytes, name: str = "the file") -> Image.Image:
    """The image in a file, upright; of an animation the first. Its size is checked before anything is decoded.

    Raises LabError for what is no image, is truncated, has more than MAX_PIXELS pixels, or costs too much to decode.
    """
    name = source.name if isinstance(source, Path) else name
    try:
        data = decodable(_whole(source, name), name)
        if is_heic(data):
            return _heic(data, name)
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        check_size(image.width, image.height)  # so far only the head was read
        return ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as error:
        raise LabError(f"{name} is far too large; expected at most {MAX_PIXELS // 1_000_000} million pixels") from error
    except LabError:
        raise
    except _BROKEN as error:
        raise LabError(f"{name} cannot be read as a picture; expected a whole {EXPECTED}") from error


def _heic(data: bytes, name: str) -> Image.Image:
    """A telephone's photograph. LabError where pillow-heif is not installed or cannot decode it."""
    try:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
        image = Image.open(io.BytesIO(data), formats=("HEIF",))
        check_size(image.width, image.height)
        image.load()  # a damaged one is told here, in the sentence for its kind
        return ImageOps.exif_transpose(image)
    except LabError:
        raise
    except (ImportError, *_BROKEN) as error:
        raise LabError(f"{name} is a HEIC photograph, which cannot be read here; save it as JPEG or PNG, or take a screenshot of it") from error


def _whole(source: Path | IO[bytes] | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    with source.open("rb") if isinstance(source, Path) else contextlib.nullcontext(source) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise LabError(f"{name} is larger than {MAX_BYTES >> 20} MB; expected a smaller file")
    return data


def check_size(width: int, height: int) -> None:
    """Raises LabError for an image without pixels or with more than MAX_PIXELS."""
    if width < 1 or height < 1:
        raise LabError(f"the picture is {width}x{height} pixels; expected at least 1x1")
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} million"
        raise LabError(f"the picture is {width}x{height} pixels; expected at most {limit} in all")


def pixels(image: ImageLike, channels: int, longest: int = LONGEST) -> Bytes:
    """uint8 (H, W, `channels`), 1 for grey or 3 for colour, reduced to `longest` pixels at most along each side.

    `image`: a PIL image, or uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). A grey image for a grey network and
    a colour image for a colour network keep every bit. What is transparent lies on white, or on black where what is
    drawn is light.
    """
    pil = image if isinstance(image, Image.Image) else _image(image)
    check_size(pil.width, pil.height)
    try:
        plain = _on_a_ground(_eight_bits(pil)).convert("L" if channels == 1 else "RGB")
    except _BROKEN as error:  # decoding is lazy: a truncated file shows only here
        raise LabError("the picture is truncated or damaged; expected a whole file") from error
    found = np.asarray(_reduced(plain, longest))
    return found.reshape(*found.shape[:2], channels)


def _reduced(image: Image.Image, longest: int) -> Image.Image:
    """Each new pixel is the mean of those that it covers; a thin image stays at least one pixel wide."""
    scale = longest / max(image.size)
    if scale >= 1:
        return image
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX)


def _on_a_ground(image: Image.Image) -> Image.Image:
    """What is transparent becomes the one of white and black that differs more from what can be seen."""
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    shades, alphas = np.asarray(_reduced(image, 512).convert("LA")).reshape(-1, 2).T.astype(np.float64)
    light = alphas.any() and np.average(shades, weights=alphas) > 127.5
    return Image.alpha_composite(Image.new("RGBA", image.size, "black" if light else "white"), image)


def _eight_bits(image: Image.Image) -> Image.Image:
    """16 bits a pixel at 8: its own range from 0 to 255, as cameras with 10 to 14 bits need; a flat one is just cut down."""
    if not image.mode.startswith("I"):
        return image
    shades = np.asarray(image).astype(np.int64)
    low, high = int(shades.min()), int(shades.max())
    eight = np.rint((shades - low) * (255 / (high - low))) if high - low >= FLAT else np.clip(shades >> 8, 0, 255)
    return Image.fromarray(eight.astype(np.uint8))


def _image(array: Bytes) -> Image.Image:
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        raise LabError(f"the picture is {getattr(array, 'dtype', type(array).__name__)}; expected uint8 pixels")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise LabError(f"the picture has the shape {array.shape}; expected (H, W), (H, W, 3) or (H, W, 4)")
    check_size(array.shape[1], array.shape[0])
    return Image.fromarray(array)
