"""What a training step is made of: optimizers (rows of core/vocabulary/optimizers.py), learning-rate schedules, losses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Adagrad, Adam, Optimizer, RMSprop

from core.vocabulary.recipe import Recipe

Parameters = Iterator[nn.Parameter]


def make_optimizer(recipe: Recipe, parameters: Parameters) -> Optimizer:
    """The optimizer of the recipe, in its fused form where PyTorch has one (RMSprop has none)."""
    return MAKERS[recipe.optimizer](recipe, parameters)


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


MAKERS: dict[str, Callable[[Recipe, Parameters], Optimizer]] = {
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
