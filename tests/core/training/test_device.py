"""The device of a run: what a machine without enough memory says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.training import device
from core.vocabulary.errors import RunFailed
from core.vocabulary.recipe import Recipe

RECIPE = Recipe(batch_size=512)
SENTENCE = r"^out of memory with batches of 512 pictures; try a smaller batch size$"


def test_memory_that_is_refused_is_told_in_one_line() -> None:
    with pytest.raises(RunFailed, match=SENTENCE), device.enough_memory(RECIPE):
        torch.empty(2**55)
    with pytest.raises(RunFailed, match=SENTENCE), device.enough_memory(RECIPE):
        np.empty(2**55)
    with pytest.raises(RunFailed, match=SENTENCE), device.enough_memory(RECIPE):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="must match"), device.enough_memory(RECIPE):
        torch.ones(2) + torch.ones(3)
