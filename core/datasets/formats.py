"""The idx files of MNIST and Fashion-MNIST, without torch: torchvision's reader takes over a second to import."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def parse(data: bytes) -> npt.NDArray[np.uint8]:
    """The read-only array in an idx file (LeCun 1998): 0, 0, 8, D; D sizes as big-endian uint32; the values."""
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", count=dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(tuple(map(int, shape)))
