"""The loss of `digits-cnn` in the plane through its start and the ends of two trainings, and their ways projected onto it.

Li and others, "Visualizing the Loss Landscape of Neural Nets" (2018), draw such pictures; here three points span the plane,
so that nothing is chosen: the start, where SGD ended, where Adam ended. The first axis leads from the start to SGD's end,
the second, at right angles, towards Adam's. Both runs have the same first weights and the same batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.datasets import loading
from core.datasets.loading import DataSet
from core.pretrained import landscape as file
from core.pretrained.landscape import Landscape, Way
from core.training import device
from core.training.loop import reseed, returned, steps
from core.training.models.inputs import batch_of
from core.training.optimizers import LOSSES
from core.training.state import TrainingState
from core.training.subsets import Subset, make_subsets
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe

EPOCHS = 20
COLUMNS, ROWS = 56, 40
"""Places of the grid."""
MARGIN = 0.22
"""Of the ways' extent: what the grid shows beyond them on each side."""


def recipes() -> dict[str, Recipe]:
    """Optimizer -> what is trained. One processor thread, so that the same machine gives the same bits."""
    shared = Recipe(dataset="digits", network="digits-cnn", epochs=EPOCHS, batch_size=32, device="cpu", precision="float32", threads=1)
    return {"sgd": shared, "adam": shared.changed(optimizer="adam")}


def renew(folder: Path, data: Path) -> bool:
    """Makes the file where it is missing, damaged or of other recipes; True where it wrote it."""
    wanted = recipes()
    try:
        present = file.read(folder)
    except LabError:
        present = None
    if present is not None and {name: way.recipe for name, way in present.ways.items()} == wanted:
        return False
    file.write(folder, make(wanted, loading.load("digits", data)))
    return True


@dataclass(frozen=True)
class Trained:
    """A run and everything that it leaves."""

    recipe: Recipe
    state: TrainingState
    train: Subset
    weights: Tensor
    """(epochs + 1, N): all weights and biases in one row after each epoch, epoch 0 first."""
    kernels: Tensor
    """(epochs + 1, F, C, K, K)."""


def make(runs: Mapping[str, Recipe], data: DataSet, columns: int = COLUMNS, rows: int = ROWS) -> Landscape:
    """Trains both runs, `sgd` and `adam`, and measures the loss on a grid. About half a minute on one core."""
    trained = {name: run(recipe, data) for name, recipe in runs.items()}
    sgd, adam = trained["sgd"].weights, trained["adam"].weights
    axes = plane(sgd[0], sgd[-1], adam[-1])
    points = {name: (one.weights - sgd[0]) @ axes.T for name, one in trained.items()}
    x, y = grid(torch.cat(list(points.values())), columns, rows)
    measure = LossAt(trained["sgd"])
    values = [[measure(sgd[0] + float(across) * axes[0] + float(up) * axes[1]) for across in x] for up in y]
    ways = {name: Way(one.recipe, points[name].float().numpy(), np.array([measure(row) for row in one.weights], np.float32),
                      share_in_plane(one.weights, points[name]), one.kernels.half().numpy()) for name, one in trained.items()}  # fmt: skip
    return Landscape(x, y, np.array(values, np.float32), ways, sgd.shape[1])


def run(recipe: Recipe, data: DataSet) -> Trained:
    """Trains as core.training.loop.train does, and keeps the weights after each epoch."""
    recipe = device.resolve(recipe)
    device.configure(recipe)
    parts = returned(make_subsets(recipe, data))
    reseed(recipe.seed, 0)
    state = TrainingState.make(recipe, data.shape, len(data.classes))
    first = state.network[0]
    assert isinstance(first, nn.Conv2d)  # `digits-cnn` begins so
    weights, kernels = [flat(state.network)], [first.weight.detach().clone()]
    for epoch in range(1, recipe.epochs + 1):
        reseed(recipe.seed, epoch)
        for _ in steps(recipe, state, parts.train, epoch):
            pass
        weights.append(flat(state.network))
        kernels.append(first.weight.detach().clone())
    return Trained(recipe, state, parts.train, torch.stack(weights), torch.stack(kernels))


def plane(start: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """(2, N): two directions of length 1 at right angles, in which the three points (N,) lie as seen from `start`."""
    across = (first - start).double()
    across = across / across.norm()
    up = (second - start).double()
    up = up - (up @ across) * across
    return torch.stack([across, up / up.norm()]).float()


def grid(points: Tensor, columns: int, rows: int) -> tuple[file.Float32, file.Float32]:
    """The places of the grid along both axes, around points (M, 2) with a margin."""
    low, high = points.min(0).values, points.max(0).values
    room = MARGIN * (high - low)
    x, y = (np.linspace(float(low[axis] - room[axis]), float(high[axis] + room[axis]), count, dtype=np.float32) for axis, count in ((0, columns), (1, rows)))
    return x, y


def share_in_plane(weights: Tensor, points: Tensor) -> float:
    """Of the way's length, from epoch to epoch, the part that its projection has: 0 to 1."""
    whole = (weights[1:] - weights[:-1]).norm(dim=1).sum()
    return min(1.0, float((points[1:] - points[:-1]).norm(dim=1).sum() / whole))


class LossAt:
    """The mean loss on the training part, dropout off, at any weights."""

    def __init__(self, trained: Trained) -> None:
        self.network = trained.state.network.eval()
        self.loss = LOSSES[trained.recipe.loss]
        self.images, self.labels = batch_of(trained.train.images), trained.train.labels

    @torch.inference_mode()
    def __call__(self, weights: Tensor) -> float:
        """`weights`: (N,), as `flat` gives them."""
        place(self.network, weights)
        return float(self.loss(self.network(self.images), self.labels))


def flat(network: nn.Module) -> Tensor:
    """(N,): all weights and biases in one row, in the order of `network.parameters()`."""
    return torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()])


@torch.no_grad()
def place(network: nn.Module, weights: Tensor) -> None:
    """Puts the row of `flat` back into the network."""
    first = 0
    for parameter in network.parameters():
        parameter.copy_(weights[first : first + parameter.numel()].reshape(parameter.shape))
        first += parameter.numel()
