"""The networks, one row each: a network is a short tuple of steps; the layer table (here) and the module both come from it.

A row is data alone: core/training/models/networks.py makes the module with torch. A new network is one row in NETWORKS. Wherever
a network is named, a list of layers may stand as well (core/vocabulary/layer_lists/spelling.py).

In the rows nothing is padded, a convolution moves on by one pixel, a pooling by its own size. The last step, a dense
layer with one output per class, is the same for all networks and is added when one is built.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.vocabulary.errors import LabError
from core.vocabulary.layer_lists import refusals, spelling
from core.vocabulary.layers import Conv, Dense, Drop, GlobalPool, Layer, Pool, Shape, Step

MOST_PARAMETERS, MOST_MULTIPLICATIONS = 4_000_000, 1_000_000_000
"""Of a list of layers; the multiplications are of one image in a forward pass."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A network before it has met an image: the steps up to the last hidden one."""

    name: str
    dataset: str
    """The data set whose images it was made for."""
    about: str
    source: str
    steps: tuple[Step, ...]


_KANNOJIA = "Kannojia and Jaiswal 2018, IJCSE 6(9)"
_KADAM = "Kadam 2020, Journal of Scientific Research 64(2)"
_REPORT = "the course report"

# A starred line is one block of layers.
_BLUEPRINTS = (
    Blueprint(
        "report",
        "cifar10",
        "Two blocks of three convolutions; the report's network for CIFAR-10.",
        f"{_REPORT}, study 1, after {_KANNOJIA}; the dropout rates are the paper's",
        (
            *(Conv(32, 3), Conv(32, 3), Conv(32, 3), Pool(2), Drop(0.25)),
            *(Conv(64, 3), Conv(64, 3), Conv(64, 3), Pool(2), Drop(0.25)),
            *(Dense(512), Drop(0.5)),
        ),
    ),
    Blueprint(
        "mnist-cnn",
        "mnist",
        "Two blocks of two convolutions; the paper's network for MNIST.",
        _KANNOJIA,
        (
            *(Conv(32, 3), Conv(32, 3), Pool(2)),
            *(Conv(64, 3), Conv(64, 3), Pool(2)),
            *(Dense(512), Drop(0.2)),
        ),
    ),
    Blueprint(
        "arc1",
        "fashion-mnist",
        "No convolution at all: one hidden layer of 128 sigmoids.",
        f"{_KADAM}, Arc1; where its dropout stands is our reading",
        (Dense(128, "Sigmoid"), Drop(0.1)),
    ),
    Blueprint(
        "arc2",
        "fashion-mnist",
        "Two convolutions, one pooling: the most parameters of the five, nearly all in one dense layer.",
        f"{_KADAM}, Arc2",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc3",
        "fashion-mnist",
        "Three convolutions, two poolings: deeper than arc2 with a fifth of its parameters.",
        f"{_KADAM}, Arc3",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc4",
        "fashion-mnist",
        "Four convolutions, three poolings: the deepest of the five and the smallest.",
        f"{_KADAM}, Arc4",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc5",
        "fashion-mnist",
        "Two blocks of two 3x3 convolutions and a wide dense layer.",
        f"{_KADAM}, Arc5",
        (
            *(Conv(32, 3), Conv(32, 3), Pool(2), Drop(0.25)),
            *(Conv(64, 3), Conv(64, 3), Pool(2), Drop(0.25)),
            *(Dense(512), Drop(0.5)),
        ),
    ),
    Blueprint(
        "arc2-report",
        "fashion-mnist",
        "The report's Arc2: as arc2, without the dropout behind the dense layer.",
        f"{_REPORT}, study 2",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            Dense(64),
        ),
    ),
    Blueprint(
        "arc3-report",
        "fashion-mnist",
        "The report's Arc3: its second pooling stands behind the third convolution.",
        f"{_REPORT}, study 2; the place of the second pooling is our reading of its table",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Conv(64, 2), Pool(2), Drop(0.25)),
            Dense(64),
        ),
    ),
    Blueprint(
        "digits-cnn",
        "digits",
        "Two convolutions that fit pictures of 8x8: trains in seconds.",
        "this project",
        (*(Conv(32, 3), Conv(64, 3), Pool(2), Drop(0.25)), *(Dense(64), Drop(0.25))),
    ),
)

NETWORKS: dict[str, Blueprint] = {row.name: row for row in _BLUEPRINTS}
"""Whoever needs a list of the networks derives it here when it is asked for, never at import."""


@functools.lru_cache(maxsize=512)
def blueprint(network: str) -> Blueprint:
    """The row of a registered network, also where its layers are listed, or that of another list of layers.

    LabError for what is neither.
    """
    if network in NETWORKS:
        return NETWORKS[network]
    if re.fullmatch(r"[\w-]+", network) and network.lower() not in spelling.GRAMMAR:
        raise LabError(f"unknown network {network!r}; choose one of {', '.join(NETWORKS)}, or list layers, as 'conv 32 3, maxpool 2'")
    steps = spelling.parse(network)
    text = spelling.spell(steps)
    own = Blueprint(text, "", f"A network of one's own: {text}.", "", steps)
    return next((row for row in _BLUEPRINTS if row.steps == steps), own)


def canonical(network: str) -> str:
    """The one spelling of a network: the name of the row that has its steps, else its layers. LabError as `blueprint`.

    >>> canonical("Conv 32 3, conv 64 3, maxpool 2, dropout .25, dense 64, dropout .25"), canonical("conv 8  3 RELU")
    ('digits-cnn', 'conv 8 3')
    """
    return blueprint(network).name


def is_own(network: str) -> bool:
    """Whether a network, in its canonical spelling, is a list of layers."""
    return network not in NETWORKS


def label(network: str) -> str:
    """A network, in its canonical spelling, in a few letters: the registered name, or how many layers its list has.

    >>> label("report"), label("conv 8 3, maxpool 2")
    ('report', 'own (2 layers)')
    """
    count = len(blueprint(network).steps)
    return f"own ({count} layer{'s' if count > 1 else ''})" if is_own(network) else network


# --- the layer table -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a network from taking its images."""

    index: int
    """Of the step, from 0; the number of steps for the last dense layer, which is added to them."""
    sentence: str
    """Names the layer and the reason, and a way out."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a network makes of images of a shape."""

    rows: tuple[Layer, ...]
    """Of each layer, the last dense one included; up to the first that cannot take its input."""
    problem: Problem | None

    @property
    def parameters(self) -> int:
        """Weights and biases of all rows."""
        return total_parameters(self.rows)

    @property
    def multiplications(self) -> int:
        """Of all rows, for one image in a forward pass."""
        return sum(layer.multiplications for layer in self.rows)


def examine(network: str, shape: Shape, classes: int, dropout: float | None = None) -> Examined:
    """What a network makes of images (C, H, W), by arithmetic alone, and what stands in its way if something does.

    LabError for an unknown name, text that is no list of layers, and impossible `shape`, `classes` or `dropout`.

    >>> examine("maxpool 2, maxpool 8", (1, 8, 8), 10).problem
    Problem(index=1, sentence='Layer 2, maxpool 8, gets 4 × 4: take it out, make it smaller, or pool less before it.')
    """
    _check(shape, classes, dropout)
    row = blueprint(network)
    steps = tuple(_steps(row, classes, dropout))
    reached: Shape = tuple(shape)
    field, jump = 1, 1  # pixels that an output depends on, and between the middles of two neighbours
    rows: list[Layer] = []
    for index, step in enumerate(steps):
        if not _takes(step, reached):
            return Examined(tuple(rows), Problem(index, refusals.unfit(steps, index, reached)))
        if isinstance(step, Conv | Pool):
            field, jump = field + (step.window.span - 1) * jump, jump * step.window.stride
        elif isinstance(step, Dense | GlobalPool):
            field = max(shape[1:])
        rows.append(replace(step.layer(reached), receptive_field=min(field, max(shape[1:]))))
        if is_own(row.name) and (sentence := _excess(steps, rows)):
            return Examined(tuple(rows[:-1]), Problem(index, sentence))
        reached = rows[-1].output_shape
    return Examined(tuple(rows), None)


def _takes(step: Step, shape: Shape) -> bool:
    if isinstance(step, Conv | Pool):
        return len(shape) == 3 and min(step.window.over(shape)) >= 1
    return len(shape) == 3 or not isinstance(step, GlobalPool)


def _excess(steps: Sequence[Step], rows: Sequence[Layer]) -> str:
    """The sentence about a network that has grown too large with the last of its rows; "" where it has not."""
    for name, most in (("parameters", MOST_PARAMETERS), ("multiplications", MOST_MULTIPLICATIONS)):
        total = sum(getattr(layer, name) for layer in rows)
        if total > most:
            return refusals.excess(steps, len(rows) - 1, f"{total:,} {name}", f"{most:,}")
    return ""


def layer_table(name: str, shape: Shape, classes: int = 10, dropout: float | None = None) -> list[Layer]:
    """The rows of a network, by arithmetic alone: no weights are made. Takes and raises as core.training.models.networks.build.

    Convolution, normalisation, pooling, dropout and dense layers have rows; activations and the flattening have none.

    >>> layer_table("arc1", (1, 28, 28))[0].name
    'Linear 784->128'
    """
    found = examine(name, shape, classes, dropout)
    if found.problem:
        prefix = "" if is_own(canonical(name)) else f"network {canonical(name)!r} cannot take {_times(shape)} pictures. "
        raise LabError(f"{prefix}{found.problem.sentence}")
    return list(found.rows)


def multiplications(name: str, shape: Shape) -> int:
    """How many multiplications one image (C, H, W) costs in a forward pass: each weight once for each place."""
    return sum(layer.multiplications for layer in layer_table(name, shape))


def total_parameters(table: Sequence[Layer]) -> int:
    """The number of weights and biases of all rows together."""
    return sum(layer.parameters for layer in table)


def walk(name: str, shape: Shape, classes: int, dropout: float | None) -> list[tuple[Step, Shape]]:
    """Each step with the shape that it gets; raises as core.training.models.networks.build."""
    table = layer_table(name, shape, classes, dropout)
    shapes = [tuple(shape), *(layer.output_shape for layer in table)]
    return list(zip(_steps(blueprint(name), classes, dropout), shapes, strict=False))


def _steps(row: Blueprint, classes: int, dropout: float | None) -> Iterator[Step]:
    for step in row.steps:
        yield Drop(dropout) if isinstance(step, Drop) and dropout is not None else step
    yield Dense(classes, activation="")


def _check(shape: Shape, classes: int, dropout: float | None) -> None:
    if len(shape) != 3 or not all(isinstance(side, int) and side >= 1 for side in shape):
        raise LabError(f"a picture's shape is three whole numbers from 1, (C, H, W), not {tuple(shape)}")
    if not isinstance(classes, int) or classes < 2:
        raise LabError(f"classes must be a whole number from 2, not {classes!r}")
    if dropout is not None and not (isinstance(dropout, int | float) and 0 <= dropout < 1):
        raise LabError(f"dropout must be at least 0 and below 1, not {dropout!r}")


def _times(shape: Shape) -> str:
    return " × ".join(str(side) for side in shape)
