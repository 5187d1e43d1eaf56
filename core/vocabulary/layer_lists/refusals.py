"""Why a layer cannot take its input, each in one sentence: the layer, what it gets, and a way out."""

from __future__ import annotations

from collections.abc import Sequence

from core.vocabulary.layer_lists.spelling import spell_step
from core.vocabulary.layers import Conv, Dense, GlobalPool, Pool, Shape, Step


def unfit(steps: Sequence[Step], index: int, shape: Shape) -> str:
    """Of a convolution or pooling that gets maps too small for it, or no maps at all.

    `steps`: all, with the last dense layer; `shape`: what the layer gets, (C, H, W) or (features,).
    """
    step = steps[index]
    if len(shape) == 1:
        dense = next(place for place, before in enumerate(steps) if isinstance(before, Dense))
        move = f"move it before layer {dense + 1}, {spell_step(steps[dense])}"
        return f"{called(steps, index)}, gets a row of {shape[0]:,} numbers, not maps: {move}, or take it out."
    _, height, width = shape
    gets = f"{called(steps, index)}, gets {height} × {width}"
    ways = ["take it out"]
    if isinstance(step, Conv):
        span = step.window.span
        gets += f" and needs at least {span - 2 * step.padding} × {span - 2 * step.padding}"
        ways.append(f"give it padding {-(-(span - min(height, width)) // 2)}")
    elif isinstance(step, Pool) and step.size > 2:
        ways.append("make it smaller")
    return f"{gets}: {_either([*ways, *_larger_maps(steps[:index])])}."


def excess(steps: Sequence[Step], index: int, much: str, most: str) -> str:
    """Of a layer with which the network has more than it may: `much` and `most` in words, as "5,000,000 parameters"."""
    step = steps[index]
    ways = ["pool more before it"]
    if isinstance(step, Conv):
        ways = ["give it fewer filters", *ways]
    elif isinstance(step, Dense) and index < len(steps) - 1:
        ways = ["give it fewer outputs", *ways]
    return f"{called(steps, index)}, brings the network to {much}; {most} are the most: {_either(ways)}."


def called(steps: Sequence[Step], index: int) -> str:
    """A layer by its number and its text; the last one, which no list names, by that."""
    text = spell_step(steps[index]).removesuffix(" none")
    return f"The last layer, {text}" if index == len(steps) - 1 else f"Layer {index + 1}, {spell_step(steps[index])}"


def _larger_maps(before: Sequence[Step]) -> list[str]:
    """How the maps that a layer gets become larger, by the layers before it."""
    if any(isinstance(step, Pool | GlobalPool) for step in before):
        return ["pool less before it"]
    if any(isinstance(step, Conv) and step.stride > 1 for step in before):
        return ["give the convolutions before it a smaller stride"]
    return ["give the convolutions before it padding"] if any(isinstance(step, Conv) for step in before) else []


def _either(ways: Sequence[str]) -> str:
    return ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])}, or {ways[-1]}"
