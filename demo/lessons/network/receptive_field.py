"""The page "A whole network", section "What one number sees": the receptive field of any unit, on the image."""

from __future__ import annotations

from dataclasses import astuple

import streamlit as st

from core.explain.activations import Stage, as_grey, seen_by
from demo.lessons.network.choice import Shown
from demo.text import speaker
from demo.ui import images
from demo.ui.formatting import percent, table, times

say = speaker("network")


def render(shown: Shown) -> None:
    """The pixels that one number of a chosen layer depends on."""
    st.markdown(say("field_text"))
    stages = {number: stage for number, stage in enumerate(shown.found.stages) if stage.has_maps}
    if not stages:
        st.info(say("no_maps"), icon=":material/info:")
        return
    controls, drawn = st.columns([1, 2], gap="large")
    with controls:
        number = st.selectbox(
            say("field_layer"), stages, index=len(stages) - 1, key=f"network.field.{shown.found.kind}",
            format_func=lambda number: say("layer_short", number=number + 1, name=stages[number].name),
        )  # fmt: skip
        stage = stages[number]
        unit, (row, column) = _unit(stage, f"network.field.{shown.found.kind}.{number}")
    box = seen_by(shown.found, stage, (row, column))
    with drawn, st.container(horizontal=True):
        image_caption = say("field_picture", height=box.height, width=box.width)
        st.image(images.framed(shown.found.image, astuple(box)), width=280, caption=image_caption, alt=image_caption)
        one, map_caption = (row, column, row + 1, column + 1), say("field_map", number=unit + 1, row=row + 1, column=column + 1)
        st.image(images.framed(as_grey(stage.outputs[unit]), one), width=280, caption=map_caption, alt=map_caption)
    values = {"height": box.height, "width": box.width, "share": percent(box.share(shown.found.image.shape))}
    st.markdown(say("field_words", shape=times(shown.found.image.shape[1:]), **values))
    _table(shown, stages)


def _unit(stage: Stage, key: str) -> tuple[int, tuple[int, int]]:
    """Which map, and which of its numbers; at first the one in the middle."""
    count, height, width = stage.outputs.shape
    unit = st.number_input(say("field_number", count=count), 1, count, key=f"{key}.map") - 1
    row = st.slider(say("row"), 1, height, (height + 1) // 2, key=f"{key}.row") - 1 if height > 1 else 0
    column = st.slider(say("column"), 1, width, (width + 1) // 2, key=f"{key}.column") - 1 if width > 1 else 0
    return unit, (row, column)


def _table(shown: Shown, stages: dict[int, Stage]) -> None:
    """How the field grows from layer to layer."""
    rows = []
    for number, stage in stages.items():
        _, height, width = stage.outputs.shape
        box = seen_by(shown.found, stage, (height // 2, width // 2))  # at the edges padding takes a part of it
        name = say("layer_short", number=number + 1, name=stage.name)
        rows.append([name, times(stage.outputs.shape[1:]), times((box.height, box.width)), percent(box.share(shown.found.image.shape))])
    heads = [say("column_layer"), say("column_map"), say("column_field"), say("column_part")]
    st.markdown(table(heads, rows))
