"""A trained network on the test set, seen at any resolution: the half of a study that trains nothing."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from core.datasets.loading import DataSet
from core.images.resampling import at_resolution
from core.pretrained.outputs import Outputs
from core.training.models.inputs import autocast, batch_of
from core.training.state import TrainingState
from core.vocabulary.metrics import confusion_matrix
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Matrix


class Trained:
    """A network with its weights, ready to look. `recipe` must be resolved (device, precision, threads)."""

    def __init__(self, recipe: Recipe, weights: bytes, data: DataSet) -> None:
        torch.set_num_threads(recipe.threads)
        self.recipe, self.data = recipe, data
        self.state = TrainingState.make(recipe, data.shape, len(data.classes))
        tensors = load_tensors(weights)
        self.state.network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
        self.state.network.eval()

    def logits(self, images: Tensor) -> Tensor:
        """uint8 (N, C, H, W), as the network is to see them -> float32 (N, classes), on the host."""
        answers = []
        for few in torch.split(images, 500):
            batch = few.to(self.recipe.device).permute(0, 2, 3, 1)
            with torch.inference_mode(), autocast(self.recipe):
                answers.append(self.state.network(batch_of(batch)).float().cpu())
        return torch.cat(answers)

    def on_the_test_set(self, side: int, filter: str) -> Tensor:
        """float32 (N, classes): the logits for the whole official test set, reduced to `side` and restored."""
        return self.logits(at_resolution(self.data.images[self.data.train_size :], side, filter))

    def matrix(self, side: int, filter: str) -> Matrix:
        """The confusion matrix of the whole test set, reduced to `side` and restored."""
        guesses = self.on_the_test_set(side, filter).argmax(1).numpy()
        truth = self.data.labels[self.data.train_size :].numpy()
        counts: Matrix = confusion_matrix(truth, guesses, len(self.data.classes)).tolist()
        return counts

    def outputs(self, sides: Iterable[int], filter: str) -> Outputs:
        """The answers to the whole test set at these resolutions, with this filter."""
        logits = {side: self.on_the_test_set(side, filter).half().numpy() for side in sides}
        return Outputs(self.data.labels[self.data.train_size :].numpy().astype("uint8"), logits)


def smallest(recipe: Recipe, weights: bytes, data: DataSet) -> bytes:
    """The weights as float16 where that changes no prediction on the test set, else as they are."""
    half = save_tensors({name: tensor.half() for name, tensor in load_tensors(weights).items()})
    whole, small = (Trained(recipe, blob, data) for blob in (weights, half))
    side = recipe.resolution or data.shape[1]
    answers = [trained.on_the_test_set(side, recipe.filter).argmax(1) for trained in (whole, small)]
    return half if torch.equal(*answers) else weights
