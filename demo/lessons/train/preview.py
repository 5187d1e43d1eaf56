"""What is chosen on the page "Train", made visible: the layers of the network, and the images as it sees them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.datasets import files as dataset_files
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of
from demo.text import plain, speaker
from demo.ui import images
from demo.ui.formatting import table, times, whole
from demo.visitor import recipe_choice, session

say = speaker("train")


def layer_table(recipe: Recipe) -> None:
    """Each layer with its output shape and parameters; or which layer cannot take the images, and why."""
    from core.vocabulary import networks

    source = source_of(recipe.dataset)
    try:
        layers = networks.layer_table(recipe.network, source.shape, len(source.classes), recipe.dropout)
    except LabError as refusal:
        st.error(plain(refusal))
        return
    rows = [(_name(layer), times(layer.output_shape), whole(layer.parameters)) for layer in layers]
    total = (f"**{say('layers_total')}**", "", f"**{whole(networks.total_parameters(layers))}**")
    st.markdown(networks.blueprint(recipe.network).about)
    st.markdown(table([say(f"layers_{name}") for name in ("layer", "shape", "parameters")], [*rows, total]))
    st.caption(say("layers_note"))


def _name(layer: Any) -> str:
    return f"{layer.name}, {layer.activation}" if layer.activation else layer.name


def samples(large: bool) -> None:
    """Some images as they are, and as the network will see them."""
    now = recipe_choice.recipe()
    side = source_of(now.dataset).side
    if not dataset_files.state(now.dataset, session.manager().data).present:
        st.caption(say("sample_missing"))
        return
    where = session.manager().data
    count = 4 if large else 3
    _sample(images.sample_row(now.dataset, where, None, now.filter, count), say("sample_original", side=side), large)
    if now.resolution is not None:
        reduced = images.sample_row(now.dataset, where, now.resolution, now.filter, count)
        _sample(reduced, say("sample_reduced", side=side, resolution=now.resolution), large)


def _sample(row: bytes, caption: str, large: bool) -> None:
    """One row of images and what it shows."""
    st.image(row, width=640 if large else "stretch", alt=caption)
    st.caption(caption)
