"""The network on the page "Train": a menu of the registered ones, and its layers as blocks that are changed in place."""

from __future__ import annotations

import streamlit as st

from core.runs.naming import closest_registered
from core.vocabulary.layer_lists.repairs import repairs
from core.vocabulary.layers import Shape
from core.vocabulary.networks import NETWORKS, Problem, blueprint, examine, is_own
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of
from demo.components import blocks
from demo.text import speaker
from demo.visitor import recipe_choice, session

say = speaker("train")
KEY = "train.blocks"


def menu() -> None:
    """The registered networks to start from; one of one's own stands among them while it is chosen."""
    network = recipe_choice.recipe().network
    options = [*NETWORKS, *([network] if is_own(network) else [])]
    key = session.bind_widget("train.network", network)
    st.selectbox(say("network"), options, key=key, help=say("network_help"), format_func=title, on_change=lambda: recipe_choice.choose(network=session.typed(key)))


def title(network: str) -> str:
    """A registered network's name; of another one, from which it was changed."""
    if not is_own(network):
        return network
    origin = closest_registered(network)
    return say("network_changed", name=origin) if origin else say("network_own")


def render(unfolded: bool) -> None:
    """The blocks. `unfolded`: whether each layer's numbers are shown at first."""
    now = recipe_choice.recipe()
    source = source_of(now.dataset)
    ways = repairs(now.network, *_images(now))
    blocks.show(blueprint(now.network).steps, examine(now.network, *_images(now)), ways, (source.title, source.shape), len(source.classes),
                unfolded, KEY, lambda layers: recipe_choice.choose(network=layers), now.dropout)  # fmt: skip


def problem(recipe: Recipe) -> Problem | None:
    """What keeps the network from taking the images; the blocks say so in its place."""
    return examine(recipe.network, *_images(recipe)).problem


def _images(recipe: Recipe) -> tuple[Shape, int, float | None]:
    """What `examine` needs to know beside the network."""
    source = source_of(recipe.dataset)
    return source.shape, len(source.classes), recipe.dropout
