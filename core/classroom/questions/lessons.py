"""What the data answer to the questions of the lessons, and of a class that watches one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from core.classroom import game, guesses
from core.classroom.guesses import Guess
from core.classroom.questions.finding import Cards, Finding
from core.explain import backpropagation, walkthrough
from core.explain import worksheet as task
from core.images import samples
from core.pretrained import test_images
from core.vocabulary import metrics
from core.vocabulary.records import Matrix
from core.vocabulary.stats import two_proportion_test

IMAGE_SIDE, KERNEL_SIDE = 4, 3
"""Pixels of the image and of the kernel that the page "Convolution" asks about."""


def convolution() -> Finding:
    """How many numbers a convolution gives."""
    side = walkthrough.output_size(IMAGE_SIDE, KERNEL_SIDE)
    return Finding(str(side**2), {
        "side": side, "cells": side**2, "picture": IMAGE_SIDE, "pixels": IMAGE_SIDE**2, "kernel": KERNEL_SIDE, "weights": KERNEL_SIDE**2,
    })  # fmt: skip


WINDOW, SHIFT = 2, 1


DIGITS = 10
"""So many digits are pooled: the ones that the page shows."""


def pooling(folder: Path, data: Path) -> Finding:
    """What a shift by a pixel leaves of max-pooled digits, and of their pixels: of MNIST's first test images, where they
    came with the app (`folder`), else of samples of `digits`.
    """
    kept: dict[str, list[walkthrough.Change]] = {"pixels": [], "outputs": []}
    shipped = [found[0].transpose(2, 0, 1) for number in range(DIGITS) if (found := test_images.first_image("mnist", number, folder))]
    for sample in shipped or samples.of_dataset("digits", data):
        before = np.round(samples.as_grey(sample) / 255, 2)
        after = walkthrough.shifted(before, 0, SHIFT)
        kept["pixels"].append(walkthrough.change(before, after))
        kept["outputs"].append(walkthrough.change(*(walkthrough.pooling(it, WINDOW).outputs for it in (before, after))))
    same = {name: sum(change.same for change in changes) for name, changes in kept.items()}
    counted = {name: sum(change.counted for change in changes) for name, changes in kept.items()}
    share = {name: same[name] / counted[name] for name in kept}
    right = "all" if same["outputs"] == counted["outputs"] else "none" if not same["outputs"] else None
    if right is None and share["outputs"] > share["pixels"]:
        right = "some"
    return Finding(right, {**same, **{f"all_{name}": count for name, count in counted.items()}, "pictures": len(kept["pixels"])})


def warmup() -> Finding:
    """Which of the two filters separates the classes; `plus` and `ring` are their pooled values by image."""
    values = {name: task.pooled(name) for name in task.filters()}
    able = [name for name, own in values.items() if task.gap(own) is not None]
    return Finding(able[0] if len(able) == 1 else "both" if able else "neither", values)


MULTIPLICATIONS = {"few": 10e3, "many": 500e3, "millions": 10e6, "billions": 2e9}
"""An option -> how many it stands for."""
ASKED, ASKED_SHAPE = "mnist-cnn", (1, 28, 28)
"""The network for handwritten digits."""


def network() -> Finding:
    """How many multiplications one image costs: the option that is nearest by ratio. Imports torch."""
    from core.vocabulary.networks import layer_table, multiplications, total_parameters

    count = multiplications(ASKED, ASKED_SHAPE)
    right = min(MULTIPLICATIONS, key=lambda option: abs(log(MULTIPLICATIONS[option] / count)))
    weights = total_parameters(layer_table(ASKED, ASKED_SHAPE))
    return Finding(right, {"count": count, "weights": weights, "pixels": int(np.prod(ASKED_SHAPE))})


ASKED_WEIGHT = (0, 0)
"""Row and column of the kernel's weight that the page "How it learns" asks about."""


def learning(image: str) -> Finding:
    """Whether one step of gradient descent on an image of the warm-up makes the asked weight larger or smaller."""
    pixels, parameters, target = task.images()[image], backpropagation.start(), backpropagation.target(image)
    slope = float(backpropagation.backward(pixels, parameters, target).parameters.kernel[ASKED_WEIGHT])
    score = backpropagation.forward(pixels, parameters, target).score
    numbers = {"score": score, "target": target, "value": float(parameters.kernel[ASKED_WEIGHT]), "output": parameters.weight, "slope": slope}
    return Finding("down" if slope > 0 else "up" if slope < 0 else "stays", numbers)


SEEN_SIDE = 8
"""Pixels along a side, of the page "Seeing at low resolution"."""


def seeing(cards: Cards, people: Iterable[Sequence[Guess]]) -> Finding | None:
    """Who recognises the most at SEEN_SIDE: the class by its guesses, or one of two networks.

    Not decided while the class has not guessed, or where its 95% interval holds the better network's accuracy.
    """
    networks = {one.protocol: one for one in game.tested(cards) if one.side == SEEN_SIDE and one.protocol != "tvtv"}
    if len(networks) < 2:
        return None
    shares: dict[str, Any] = {name: one.accuracy for name, one in networks.items()}
    class_ = next((one for one in guesses.count_guesses(people) if one.side == SEEN_SIDE), None)
    shares |= {"guesses": class_.guesses if class_ else 0, "people": class_.accuracy if class_ else None}
    return Finding(_best_at_seeing(networks, class_), shares)


def _best_at_seeing(networks: Mapping[str, game.Tested], class_: guesses.GuessCounts | None) -> str | None:
    if class_ is None:
        return None
    best, other = sorted(networks.values(), key=lambda one: -one.accuracy)
    low, high = class_.interval
    if low > best.accuracy:
        return "people"
    if not two_proportion_test(best.accuracy, other.accuracy, sum(map(sum, best.confusion))).real:
        return "same" if low <= other.accuracy else None
    return best.protocol if high < best.accuracy else None


# --- one run ---------------------------------------------------------------------------------------------------------

BANDS = ("50", "70", "85", "95", "100")
"""Upper ends, in percent of the test images."""


def band(confusion: Matrix) -> str:
    """The band that a run's test accuracy fell into; an end belongs to the band above it, but for the last.

    >>> band([[9, 1], [2, 8]]), band([[1, 0], [0, 1]])
    ('95', '100')
    """
    accuracy = 100 * metrics.accuracy(confusion)
    return next((end for end in BANDS if accuracy < int(end)), BANDS[-1])
