"""What each lesson opens with, chosen by what it shows. tests/demo/ui/test_defaults.py checks each effect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Default:
    """What one lesson shows first."""

    picture: str
    """An origin of demo/ui/image_picker.py; of a study the data set of its runs."""
    number: int
    """Which of its pictures, from 1."""
    setting: str
    """A kernel, a kind of pooling, a network."""
    reason: str
    """Why this one."""


DEFAULTS = {
    "convolution": Default(
        "mnist", 1, "sobel_x", "A 7 has one long slanted stroke: the window can follow an edge, and Sobel x answers to it from end to end."
    ),
    "pooling": Default(
        "mnist", 4, "max", "A 0 of 28 x 28 pixels: 65 pooled numbers to count, and twice the share of them stays that stays of the pixels."
    ),
    "network": Default(
        "mnist-4-or-9", 1, "mnist-28", "A 9 that is nearly a 4: two scores lie close together, so that softmax and the maps for and against say something."
    ),
    "network/looked": Default(
        "cifar10", 5, "cifar10-32", "A photograph fills its frame with things to look at; a digit stands on nothing, and the map would light empty black."
    ),
    "learning": Default(
        "warmup", 1, "0.1", "Its score has the wrong sign: the first step is long enough to be seen, ten of them nearly reach the target, and a rate of 2 overshoots."
    ),
    "dropout": Default(
        "fashion-mnist", 1, "arc2", "It learns few pictures by heart, so that there is a gap to close; arc1, which learns from all, has next to none."
    ),
    "seeing": Default(
        "cifar10", 1, "all", "Round 1 opens with a ship: the network that saw blurred pictures knows it at once, the other far later."
    ),
}
"""Lesson -> its default."""
