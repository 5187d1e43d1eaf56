"""What the pretrained networks keep of a look at the test set: its answers, and weights as small as they may be."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from core.datasets.loading import DataSet
from core.pretrained.outputs import Outputs
from core.training.evaluation import Trained
from core.vocabulary.recipe import Recipe


def outputs(trained: Trained, sides: Iterable[int], filter: str) -> Outputs:
    """The answers to the whole test set at these resolutions, with this filter."""
    logits = {side: trained.on_the_test_set(side, filter).half().numpy() for side in sides}
    return Outputs(trained.data.labels[trained.data.train_size :].numpy().astype("uint8"), logits)


def smallest(recipe: Recipe, weights: bytes, data: DataSet) -> bytes:
    """The weights as float16 where that changes no prediction on the test set, else as they are."""
    half = save_tensors({name: tensor.half() for name, tensor in load_tensors(weights).items()})
    whole, small = (Trained(recipe, blob, data) for blob in (weights, half))
    side = recipe.resolution or data.shape[1]
    answers = [trained.on_the_test_set(side, recipe.filter).argmax(1) for trained in (whole, small)]
    return half if torch.equal(*answers) else weights
