"""What is seen of a network after each epoch, beside its scores: it changes no bit of the training and waits for nothing in it.

The norms are of the gradients that the epoch's last step left behind; whether a unit answers comes along with the look at
training images that each epoch takes anyway; the probabilities with that at the validation part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor, nn

from core.training.subsets import Subsets
from core.vocabulary.records import DeadUnits, LayerNorms

WATCHED = 9
"""So many validation images are watched: their answers are in each epoch's record."""
DIGITS = 6
"""Significant ones of what a record tells."""
SIGNED = (nn.LeakyReLU, nn.Tanh)
"""Activations whose answers may be negative, so that a sum of 0 does not mean that all are."""
ACTIVATIONS = (nn.ReLU, nn.Sigmoid, *SIGNED)


# --- which images --------------------------------------------------------------------------------------------------


def watched_places(labels: Sequence[int]) -> list[int]:
    """The places of WATCHED images among these labels, ascending: the first image of each class in turn, then the second
    of each, until there are enough.

    >>> watched_places([0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1])
    [0, 1, 2, 3, 4, 5, 6, 7, 11]
    """
    by_class: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        by_class.setdefault(label, []).append(place)
    in_turn = [place for turn in zip_longest(*by_class.values()) for place in turn if place is not None]
    return sorted(in_turn[:WATCHED])


def validation_arrays(parts: Subsets) -> bytes:
    """Which images validate (safetensors): `indices` int32 (N,) into the official training part, `labels` uint8 (N,),
    `watched` int32 (n,), the places among these of the watched ones, and their `images`, uint8 (n, C, H, W), as the
    network sees them. Empty where none are held out.
    """
    labels = parts.validation.labels.cpu()
    if not len(labels):
        return b""
    places = watched_places(labels.tolist())
    images = parts.validation.images[places].permute(0, 3, 1, 2).cpu().contiguous()
    return save({"indices": parts.validation_indices.numpy().astype(np.int32), "labels": labels.numpy().astype(np.uint8),
                 "watched": np.array(places, np.int32), "images": images.numpy()})  # fmt: skip


# --- what it answers -----------------------------------------------------------------------------------------------


def probabilities(logits: Tensor) -> NDArray[np.uint8]:
    """float (N, C), at most 255 classes -> uint8 (N, C): round(255 p) of the softmax.

    The largest of a row is the predicted class, that of the largest logit: where rounding makes another as large, one more.
    """
    rounded = logits.softmax(1).mul(255).round()
    winner = nn.functional.one_hot(logits.argmax(1), logits.shape[1])
    best = (rounded * winner).sum(1, keepdim=True)
    tied = ((rounded == best).sum(1, keepdim=True) > 1) & (winner > 0)
    kept: NDArray[np.uint8] = (rounded + tied).to(torch.uint8).cpu().numpy()
    return kept


def probability_arrays(logits: Sequence[Tensor]) -> bytes:
    """`probabilities` of batches, as they are kept (safetensors)."""
    return save({"probabilities": probabilities(torch.cat(list(logits)))})


def answers(logits: Sequence[Tensor], labels: Tensor) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """(predicted classes, their probabilities 0 to 1) of the watched ones among batches of logits (n, C)."""
    chosen = torch.cat(list(logits))[watched_places(labels.tolist())]
    best = chosen.softmax(1).max(1)
    return tuple(chosen.argmax(1).tolist()), tuple(_short(value) or 0.0 for value in best.values.tolist())


# --- layer by layer ------------------------------------------------------------------------------------------------


def rows(network: nn.Sequential) -> list[tuple[int, nn.Module]]:
    """Each module with the row of the layer table that it stands in: an activation in that of the layer that it follows,
    a flattening in that of the dense layer behind it."""
    found, row = [], -1
    for module in network:
        if not isinstance(module, (nn.Flatten, *ACTIVATIONS)):
            row += 1
        found.append((row + isinstance(module, nn.Flatten), module))
    return found


def norms(network: nn.Sequential) -> tuple[LayerNorms, ...]:
    """L2 norms of the gradients, as the last step left them, and of the weights. Waits for the device, twice."""
    layers = [(row, list(module.parameters())) for row, module in rows(network) if next(module.parameters(), None) is not None]
    values = torch.stack([_norm([parameter.detach() for parameter in own]) for _, own in layers]).tolist()
    slopes: list[float | None] = [None] * len(layers)
    if all(parameter.grad is not None for _, own in layers for parameter in own):
        slopes = torch.stack([_norm([parameter.grad for parameter in own]) for _, own in layers]).tolist()
    return tuple(LayerNorms(row, _short(slope), _short(value))
                 for (row, _), slope, value in zip(layers, slopes, values, strict=True))  # fmt: skip


def _norm(tensors: Sequence[Any]) -> Tensor:
    """float32 (): of all values of the tensors together."""
    own = torch.stack([torch.linalg.vector_norm(tensor, dtype=torch.float32) for tensor in tensors])
    whole: Tensor = torch.linalg.vector_norm(own)
    return whole


@contextmanager
def unit_watch(network: nn.Sequential) -> Iterator[list[tuple[int, Tensor]]]:
    """While it is open it notes which units answer anything: of each activation (row, how much each unit answered, (C,))."""
    noted: list[tuple[int, Tensor]] = []
    hooks = []
    for row, module in rows(network):
        if isinstance(module, ACTIVATIONS):
            total = torch.zeros((), device=next(network.parameters()).device)
            noted.append((row, total))
            hooks.append(module.register_forward_hook(_noting(noted, len(noted) - 1)))
    try:
        yield noted
    finally:
        for hook in hooks:
            hook.remove()


def dead_units(noted: Sequence[tuple[int, Tensor]]) -> tuple[DeadUnits, ...]:
    """The share of units that answered nothing, of each activation. Waits for the device, twice."""
    shares = torch.stack([(total == 0).float().mean() for _, total in noted]).tolist() if noted else []
    return tuple(DeadUnits(row, _short(share) or 0.0) for (row, _), share in zip(noted, shares, strict=True))


def _noting(noted: list[tuple[int, Tensor]], place: int) -> Any:
    """Adds up what each unit answers: a sum is far quicker than a maximum or a comparison in bfloat16."""

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        size = output.abs() if isinstance(module, SIGNED) else output
        row, total = noted[place]
        noted[place] = row, total + size.sum([0, *range(2, size.dim())])

    return note


def _short(value: float | None) -> float | None:
    """With DIGITS digits; None for what is no finite number, which JSON does not know."""
    return float(f"{value:.{DIGITS}g}") if value is not None and np.isfinite(value) else None
