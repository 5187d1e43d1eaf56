"""What the sections of the page "Resolution study" share: choices that outlive a section, and how cells are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.pretrained.cards import Card
from core.studies.resolution import SIDES, name_of
from demo.classroom import asking
from demo.text import speaker
from demo.visitor import session

say = speaker("resolution")
Made = Mapping[str, Card]


def choice(name: str, options: Sequence[Any], label: str, shown: Callable[[Any], str] = str, default: Any = None) -> Any:
    """A row of options; what was chosen is kept when the section is left. Options that are gone fall back to the default."""
    first = options[0] if default not in options else default
    kept = session.get_state(f"resolution.{name}", first)
    key = session.bind_widget(f"resolution.{name}", kept if kept in options else first)
    st.segmented_control(
        label, options, key=key, required=True, format_func=shown,
        on_change=lambda: session.set_state(f"resolution.{name}", session.typed(key)),
    )  # fmt: skip
    return session.typed(key)


def dataset() -> str:
    """The data set that results, sweep and training are shown for."""
    chosen: str = choice("dataset", tuple(SIDES), say("dataset"), lambda name: say(f"dataset_{name}"))
    return chosen


def protocol(name: str, options: Sequence[str]) -> str:
    """One of the protocols that have something to show."""
    chosen: str = choice(name, options, say("column_protocol"), lambda one: say(f"protocol_{one}"))
    return chosen


def network(card: Card) -> str:
    """A network by what it was trained on, for a chooser."""
    recipe = card.recipe
    if recipe.augment == "mixed":
        return say("network_mixed")
    side = recipe.resolution or card.facts["shape"][-1]
    return say("network_of", recipe=recipe.preset, side=side, seed=recipe.seed)


def runs_of(dataset: str, protocols: Iterable[str]) -> list[str]:
    """The planned runs of some protocols, each once."""
    return list(dict.fromkeys(name_of(dataset, protocol, side) for protocol in protocols for side in SIDES[dataset]))


def wait_for(made: Made, names: Sequence[str]) -> None:
    """Says which of these runs are not there yet, and how they are made; nothing where all are."""
    absent = [name for name in names if name not in made]
    if absent:
        asking.missing(f"python -m core pretrain {' '.join(absent)}")


def mixes(made: Made, names: Mapping[int, str]) -> None:
    """Where the runs of a table or a line (by side) have several recipes, says which has which."""
    presets = {side: made[name].recipe.preset for side, name in names.items() if name in made}
    found = dict.fromkeys(presets.values())
    if len(found) > 1:
        sides = {preset: [side for side, own in presets.items() if own == preset] for preset in found}
        st.caption(say("recipes_mix", which="; ".join(f"`{preset}`: {listed(own)}" for preset, own in sides.items())))


def listed(words: Iterable[object]) -> str:
    """Several words in a sentence: each once, in their order."""
    return ", ".join(dict.fromkeys(map(str, words)))


def points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0123)
    '-1.2'
    """
    return f"{100 * share:+.1f}"
