"""What a training step is made of: optimizers, learning-rate schedules, losses, augmentation. One registry each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Adagrad, Adam, Optimizer, RMSprop

from core.images.resampling import at_resolution
from core.vocabulary.recipe import Recipe

Parameters = Iterator[nn.Parameter]


def make_optimizer(recipe: Recipe, parameters: Parameters) -> Optimizer:
    """The optimizer of the recipe, in its fused form where PyTorch has one (RMSprop has none)."""
    return OPTIMIZERS[recipe.optimizer](recipe, parameters)


def _sgd(recipe: Recipe, parameters: Parameters) -> Optimizer:
    return SGD(parameters, recipe.learning_rate, recipe.momentum, nesterov=recipe.nesterov,
               weight_decay=recipe.weight_decay, fused=_fused(recipe))  # fmt: skip


def _adam(recipe: Recipe, parameters: Parameters) -> Optimizer:
    return Adam(parameters, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=_fused(recipe),
                capturable=recipe.device == "cuda")  # fmt: skip


def _rmsprop(recipe: Recipe, parameters: Parameters) -> Optimizer:
    return RMSprop(parameters, recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay)


def _adagrad(recipe: Recipe, parameters: Parameters) -> Optimizer:
    # PyTorch's fused Adagrad exists for the CPU alone.
    return Adagrad(parameters, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=recipe.device == "cpu")


def _fused(recipe: Recipe) -> bool:
    return recipe.device in ("cpu", "cuda")


OPTIMIZERS: dict[str, Callable[[Recipe, Parameters], Optimizer]] = {
    "sgd": _sgd, "adam": _adam, "rmsprop": _rmsprop, "adagrad": _adagrad,
}  # fmt: skip


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The learning rate of step `step` (0-based) of `steps` in the whole run: a function, so there is no state."""
    return recipe.learning_rate * SCHEDULES[recipe.schedule](step / max(1, steps - 1))


def _one_cycle(progress: float) -> float:
    """Up from a 25th to the peak in the first three tenths, then down to nothing, each along half a cosine
    (Smith, "Super-Convergence", 2018)."""
    warm_up = 0.3
    if progress < warm_up:
        return 1 / 25 + (1 - 1 / 25) * (1 - math.cos(math.pi * progress / warm_up)) / 2
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": lambda progress: 1.0, "one-cycle": _one_cycle}


def l1_on_probabilities(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference between softmax(logits) (N, C) and the one-hot truth (N,); 0 to 2 / C."""
    return F.l1_loss(logits.softmax(1), F.one_hot(truth, logits.shape[1]).to(logits.dtype))


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross-entropy": F.cross_entropy, "l1": l1_on_probabilities,
}  # fmt: skip


class Augmentation:
    """The random changes of one epoch's images, all drawn at its beginning, so that no step waits for a draw.

    `flip`: left and right exchanged, for every second image on average; `flip+shift` also moves the image by
    up to an eighth of its side each way, black moving in. `mixed`: each image at a resolution drawn from
    `study_sides`, each as likely.
    """

    def __init__(self, recipe: Recipe, count: int, side: int, generator: torch.Generator) -> None:
        kinds = recipe.augment.split("+")
        self.filter, self.device = recipe.filter, recipe.device
        self.reach = side // 8 if "shift" in kinds else 0
        flips = torch.rand(count, generator=generator).lt(0.5)
        moves = torch.randint(0, 2 * self.reach + 1, (2, count), generator=generator)
        sides = study_sides(side)
        drawn = torch.randint(0, len(sides), (count,), generator=generator)
        self.flips = flips.to(recipe.device) if "flip" in kinds else None
        self.moves = moves.to(recipe.device) if self.reach else None
        self.blurs = [(s, drawn == place) for place, s in enumerate(sides) if s != side] if "mixed" in kinds else []

    def __call__(self, images: Tensor, first: int) -> Tensor:
        """Images uint8 (B, H, W, C), the ones from place `first` of the epoch's order, changed."""
        here = slice(first, first + len(images))
        if self.flips is not None:
            images = torch.where(self.flips[here, None, None, None], images.flip(2), images)
        if self.moves is not None:
            down, right = self.moves[:, here]
            padded = F.pad(images, (0, 0, self.reach, self.reach, self.reach, self.reach))
            rows = down[:, None] + torch.arange(images.shape[1], device=images.device)
            columns = right[:, None] + torch.arange(images.shape[2], device=images.device)
            which = torch.arange(len(images), device=images.device)[:, None, None]
            images = padded[which, rows[:, :, None], columns[:, None, :]]
        for side, chosen in self.blurs:
            places = self._on_device(chosen[here].nonzero().squeeze(1))  # drawn on the host
            blurred = at_resolution(images[places].permute(0, 3, 1, 2), side, self.filter)
            images[places] = blurred.permute(0, 2, 3, 1)
        return images

    def _on_device(self, places: Tensor) -> Tensor:
        """Without waiting for the device: CUDA copies from pinned memory by itself."""
        return places.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else places.to(self.device)


def study_sides(side: int) -> tuple[int, ...]:
    """The four resolutions of the studies: the original, three quarters, a half and a quarter of it.

    >>> study_sides(32), study_sides(28)
    ((32, 24, 16, 8), (28, 21, 14, 7))
    """
    return side, side * 3 // 4, side // 2, side // 4


AUGMENTS = ("none", "flip", "flip+shift", "mixed", "flip+mixed")
