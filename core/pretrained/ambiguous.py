"""An official test image of MNIST that is nearly a 4 and nearly a 9: what softmax is seen at. Read without torch.

The rule: the network of MNIST is right, its two likeliest classes are 4 and 9 and have at least 99% together, the winner has
40 to 65%; of these images, the one with the most ink.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.datasets import files as dataset_files
from core.images.decoding import Bytes
from core.pretrained import test_images
from core.vocabulary.sources import source_of

DATASET, NETWORK = "mnist", "mnist-28"
FILE = "mnist-4-or-9.png"
LOW, HIGH, BOTH = 0.40, 0.65, 0.99
Chances = npt.NDArray[np.float32]


def choose(chances: Chances, labels: npt.NDArray[np.int64], images: Bytes) -> int:
    """The place of the image by the rule: chances (N, 10), its classes (N,), the images (N, ...). ValueError where there is none."""
    order = chances.argsort(axis=1)[:, :-3:-1]
    first, second = np.take_along_axis(chances, order, axis=1).T
    right = (np.sort(order, axis=1) == (4, 9)).all(axis=1) & (order[:, 0] == labels) & (first + second >= BOTH) & (first >= LOW) & (first <= HIGH)
    if not right.any():
        raise ValueError("no test image lies between a 4 and a 9")
    ink = images.reshape(len(images), -1).sum(axis=1, dtype=np.int64)
    return int(np.where(right, ink, -1).argmax())


def read(folder: Path) -> tuple[Bytes, int] | None:
    """(uint8 (1, 28, 28), its class by number); None where it is not there. LabError when it is damaged."""
    try:
        images, about = test_images.read_sheet(folder / FILE, source_of(DATASET).side)
    except FileNotFoundError:
        return None
    return images[:1].copy(), int(about["label"])


def renew(folder: Path, data: Path, ask: Callable[[Bytes], Chances]) -> bool:
    """Makes the file where it is missing and MNIST is there; True where it did. `ask`: uint8 (N, C, H, W) -> chances."""
    if (folder / FILE).exists() or not dataset_files.state(DATASET, data).present:
        return False
    from core.datasets import loading

    whole = loading.load(DATASET, data)
    images, labels = whole.images[whole.train_size :].numpy(), whole.labels[whole.train_size :].numpy()
    index = choose(ask(images), labels, images)
    test_images.write_sheet(folder / FILE, images[index], 1, {"index": index, "label": int(labels[index])})
    return True
