"""Whether a recipe fits this machine: its threads the cores, its batch the memory. By arithmetic; nothing is tried."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.system.machine import check_threads, usable_memory
from core.vocabulary.errors import LabError
from core.vocabulary.networks import layer_table
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of

COPIES = 3
"""So often each layer's output stands in memory while a batch is learned, as float32: itself, after its activation, and
its gradient. Measured for the report's network at batch 64 to 2,000: 0.65 MB an image, in bfloat16; this says 1.25."""
SHARE = 0.5
"""Of the memory, for a batch: the data set, the other parts of a run and the server need theirs."""


def choose_device(wanted: str, available: Sequence[str]) -> str:
    """The device that is wanted, or for 'auto' the first one. `available`: the devices of this machine, best first.

    Raises LabError when a device is asked for that is not among them.
    """
    if wanted == "auto":
        return available[0]
    if wanted not in available:
        raise LabError(f"device {wanted!r} is not on this machine; choose one of auto, {', '.join(available)}")
    return wanted


def check_fits(recipe: Recipe) -> None:
    """Raises LabError, in one line that says how much would fit, for threads or a batch size that would not.

    `recipe` is resolved. Memory of another device than the processor is told by the device itself, when it runs out.
    """
    check_threads(recipe.threads)
    memory = usable_memory()
    if memory is None or recipe.device != "cpu":
        return
    most = max(1, int(SHARE * memory / bytes_per_image(recipe)))
    if recipe.batch_size > most:
        raise LabError(
            f"batch size is {recipe.batch_size}; of {recipe.dataset} with {recipe.network} a batch of at most {most} "
            f"fits into the {memory / 2**30:.1f} GB of memory here"
        )


def bytes_per_image(recipe: Recipe) -> int:
    """Memory that learning takes for each image of a batch."""
    source = source_of(recipe.dataset)
    table = layer_table(recipe.network, source.shape, len(source.classes), recipe.dropout)
    return 4 * COPIES * sum(math.prod(layer.output_shape) for layer in table)
