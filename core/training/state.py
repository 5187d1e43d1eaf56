"""The network and what trains it: the state that a checkpoint holds, and one training step."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.training import checkpoint
from core.training.cuda_graph import StepGraph
from core.training.models import networks
from core.training.models.inputs import autocast, batch_of
from core.training.optimizers import LOSSES, make_optimizer
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.recipe import Recipe


@dataclass
class TrainingState:
    """The network, its optimizer, and the best weights so far: the state that a checkpoint holds."""

    network: nn.Sequential
    optimizer: Optimizer
    scaler: torch.amp.GradScaler
    classes: int
    best_epoch: int = 0
    best_accuracy: float = -1.0
    best: dict[str, Tensor] = field(default_factory=dict)
    graph: StepGraph | None = None
    """The step as the card replays it; None where each step is sent anew."""

    @classmethod
    def make(cls, recipe: Recipe, shape: tuple[int, int, int], classes: int) -> TrainingState:
        """A new network for images (C, H, W), with its initial weights from torch's global generator."""
        network = networks.build(recipe.network, shape, classes, recipe.dropout)
        network = network.to(device=recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        scaler = torch.amp.GradScaler(recipe.device, enabled=recipe.precision == "float16")
        state = cls(network, make_optimizer(recipe, network.parameters()), scaler, classes)
        if recipe.device == "cuda" and OPTIMIZERS[recipe.optimizer].recordable and not scaler.is_enabled():
            state.graph = StepGraph()
            for group in state.optimizer.param_groups:
                group["lr"] = torch.tensor(recipe.learning_rate, device=recipe.device)  # a replayed step reads it there
        return state

    def load(self, blob: bytes) -> int:
        """Takes the state of a checkpoint and returns its epoch."""
        self.best, note = checkpoint.load(blob, self.network, self.optimizer)
        self.best_epoch, self.best_accuracy = note["best_epoch"], note["best_accuracy"]
        self.scaler.load_state_dict(note["scaler"])
        return int(note["epoch"])

    def save(self, epoch: int) -> bytes:
        """The checkpoint after an epoch, as bytes: weights, optimizer, best weights and loss scale."""
        note = {"epoch": epoch, "best_epoch": self.best_epoch, "best_accuracy": self.best_accuracy,
                "scaler": self.scaler.state_dict()}  # fmt: skip
        return checkpoint.save(self.network, self.optimizer, self.best, note)

    def set_rate(self, rate: float) -> None:
        """The learning rate of the steps that follow."""
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def step(self, recipe: Recipe, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """One step on a batch: forward, backward, update. Returns (logits (B, C), loss ()), both on the device, good until
        the next step."""
        step = partial(self.eager_step, recipe)
        return self.graph(step, images, labels) if self.graph else step(images, labels)

    def eager_step(self, recipe: Recipe, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The step itself, operation by operation."""
        with autocast(recipe):
            logits = self.network(batch_of(images)).float()
            loss = LOSSES[recipe.loss](logits, labels)
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return logits.detach(), loss.detach()
