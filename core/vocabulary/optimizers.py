"""The optimizers, one row each: what a recipe may say of them. core/training/optimizers.py makes them, with torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptimizerRow:
    """What a recipe needs to know of an optimizer."""

    name: str
    learning_rate: float
    """What it starts with when nobody names one."""
    momentum: float = 0.0
    """What it starts with when nobody names one."""
    has_momentum: bool = False
    has_nesterov: bool = False
    recordable: bool = False
    """PyTorch can record its whole step as a CUDA graph."""


OPTIMIZERS: dict[str, OptimizerRow] = {
    row.name: row
    for row in (
        OptimizerRow("sgd", 0.05, momentum=0.9, has_momentum=True, has_nesterov=True, recordable=True),
        OptimizerRow("adam", 0.001, recordable=True),
        OptimizerRow("rmsprop", 0.001, has_momentum=True),
        OptimizerRow("adagrad", 0.01),
    )
}
