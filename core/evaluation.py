"""A trained network on the test set, seen at any resolution: the half of a study that trains nothing."""

from __future__ import annotations

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from core.datasets import DataSet
from core.learner import Learner, autocast, batch_of
from core.metrics import confusion_matrix
from core.recipe import Recipe
from core.records import Matrix
from core.resolution import at_resolution


class Trained:
    """A network with its weights, ready to look. `recipe` must be resolved (device, precision, threads)."""

    def __init__(self, recipe: Recipe, weights: bytes, data: DataSet) -> None:
        torch.set_num_threads(recipe.threads)
        self.recipe, self.data = recipe, data
        self.learner = Learner.make(recipe, data.shape, len(data.classes))
        tensors = load_tensors(weights)
        self.learner.network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
        self.learner.network.eval()

    def predictions(self, images: Tensor) -> Tensor:
        """uint8 (N, C, H, W), as the network is to see them -> int64 (N,), on the host."""
        guesses = []
        for few in torch.split(images, 500):
            batch = few.to(self.recipe.device).permute(0, 2, 3, 1)
            with torch.inference_mode(), autocast(self.recipe):
                guesses.append(self.learner.network(batch_of(batch)).float().argmax(1).cpu())
        return torch.cat(guesses)

    def matrix(self, side: int, filter: str) -> Matrix:
        """Confusion matrix of the whole test set, reduced to `side` and restored."""
        first = self.data.train_size
        seen = at_resolution(self.data.images[first:], side, filter)
        guesses = self.predictions(seen)
        counts: Matrix = confusion_matrix(self.data.labels[first:].numpy(), guesses.numpy(), len(self.data.classes)).tolist()
        return counts


def smallest(recipe: Recipe, weights: bytes, data: DataSet) -> bytes:
    """The weights as float16 where that changes no prediction on the test set, else as they are."""
    half = save_tensors({name: tensor.half() for name, tensor in load_tensors(weights).items()})
    test = data.images[data.train_size :]
    seen = at_resolution(test, recipe.resolution or data.shape[1], recipe.filter)
    same = torch.equal(Trained(recipe, weights, data).predictions(seen), Trained(recipe, half, data).predictions(seen))
    return half if same else weights
