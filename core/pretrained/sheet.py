"""Many small square images in one PNG, with what is to be known about them in a text chunk. Torch-free."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from core.images.decoding import Bytes
from core.system.atomic import whole_file
from core.vocabulary.errors import LabError

CHUNK = "tiles"


def write(path: Path, images: Bytes, across: int, told: dict[str, Any]) -> None:
    """uint8 (N, S, S) or (N, S, S, 3), `across` beside each other, row by row; the last row is filled up with black."""
    side, rows = images.shape[1], -(-len(images) // across)
    tiles = np.zeros((rows * across, *images.shape[1:]), np.uint8)
    tiles[: len(images)] = images
    sheet = tiles.reshape(rows, across, *images.shape[1:]).swapaxes(1, 2)
    text = PngImagePlugin.PngInfo()
    text.add_text(CHUNK, json.dumps(told))
    with whole_file(path) as out:
        Image.fromarray(sheet.reshape(rows * side, across * side, *images.shape[3:])).save(out, "PNG", pnginfo=text, optimize=True)


def read(path: Path, side: int) -> tuple[Bytes, dict[str, Any]]:
    """(uint8 (N, side, side) or (N, side, side, 3), what was told), the filling behind the last image included.

    FileNotFoundError where there is none; LabError when it is damaged.
    """
    try:
        with Image.open(path) as image:
            told = json.loads(image.info[CHUNK])
            sheet = np.asarray(image)
        rows, across = sheet.shape[0] // side, sheet.shape[1] // side
        images = sheet.reshape(rows, side, across, side, *sheet.shape[2:]).swapaxes(1, 2)
        return images.reshape(-1, side, side, *sheet.shape[2:]), told
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> LabError:
    """What to do about a file that does not hold what it should."""
    return LabError(f"{path} is damaged ({error!r}); python -m core pretrain makes it")
