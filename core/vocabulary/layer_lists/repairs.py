"""Ways out for a layer that cannot take its input, each tried: a changed network in which that layer is no problem any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.vocabulary.errors import LabError
from core.vocabulary.layer_lists.spelling import spell
from core.vocabulary.layers import RANGES, Conv, Dense, Pool, Shape, Step
from core.vocabulary.networks import blueprint, canonical, examine


@dataclass(frozen=True, slots=True)
class Repair:
    """A way out: `kind` is "remove", "padding", "fewer", "smaller" or "move"; `value` the new number, or place, else 0."""

    kind: str
    value: int
    steps: tuple[Step, ...]
    """The changed network."""

    @property
    def network(self) -> str:
        """It in its canonical spelling."""
        return canonical(spell(self.steps))


def repairs(network: str, shape: Shape, classes: int, dropout: float | None = None) -> tuple[Repair, ...]:
    """What mends the first layer that cannot take its input, by changing or moving that layer alone. () where nothing is wrong.

    >>> [(it.kind, it.network) for it in repairs("conv 8 3, maxpool 2, conv 8 5", (1, 8, 8), 10)]
    [('remove', 'conv 8 3, maxpool 2'), ('padding', 'conv 8 3, maxpool 2, conv 8 5 padding 1')]
    """
    problem = examine(network, shape, classes, dropout).problem
    steps = blueprint(network).steps
    if problem is None or problem.index >= len(steps):
        return ()
    found: dict[str, Repair] = {}
    for kind, value, changed in _ways(steps, problem.index):
        if kind in found:
            continue
        after = _problem_of(changed, shape, classes, dropout)
        if after is not None and (kind == "remove" or after > problem.index):
            found[kind] = Repair(kind, value, tuple(changed))
    return tuple(found.values())


def _problem_of(steps: Sequence[Step], shape: Shape, classes: int, dropout: float | None) -> int | None:
    """The place of the first layer that cannot take its input, past the end where all can; None for what is no network."""
    try:
        problem = examine(canonical(spell(steps)), shape, classes, dropout).problem
    except LabError:
        return None
    return len(steps) + 1 if problem is None else problem.index


def _ways(steps: Sequence[Step], index: int) -> Iterator[tuple[str, int, list[Step]]]:
    """Kind, value and steps of what may help; of one kind the least change first."""
    step, before, after = steps[index], list(steps[:index]), list(steps[index + 1 :])
    yield "remove", 0, [*before, *after]
    if isinstance(step, Conv):
        for padding in range(step.padding + 1, min(step.window.span, RANGES["padding"][1] + 1)):
            yield "padding", padding, [*before, replace(step, padding=padding), *after]
        for filters in _halves(step.filters):
            yield "fewer", filters, [*before, replace(step, filters=filters), *after]
    if isinstance(step, Pool):
        for size in range(step.size - 1, RANGES["pool size"][0] - 1, -1):
            yield "smaller", size, [*before, replace(step, size=size, stride=None), *after]
    if isinstance(step, Dense):
        for outputs in _halves(step.outputs):
            yield "fewer", outputs, [*before, replace(step, outputs=outputs), *after]
    dense = next((place for place, other in enumerate(before) if isinstance(other, Dense)), None)
    if dense is not None and not isinstance(step, Dense):
        yield "move", dense, [*before[:dense], step, *before[dense:], *after]


def _halves(count: int) -> Iterator[int]:
    while count > 1:
        count //= 2
        yield count
