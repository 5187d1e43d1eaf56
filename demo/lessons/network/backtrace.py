"""The page "A whole network": the way back, from a class's score to the maps behind it, to a window, to one product."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.explain import activations
from core.explain.activations import Attributions, Place, Stage
from demo.components import maps, window
from demo.components.window import ImageView, Start
from demo.lessons.network import windows
from demo.lessons.network.choice import Shown
from demo.text import speaker
from demo.ui import images, tables
from demo.ui.formatting import signed, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("network")
PANEL = "network.trail"
"""The key of the place where the way back is drawn."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a class."""

    label: int


@dataclass(frozen=True, slots=True)
class Map:
    """A map of a stage, both counted from 0, and the number in it that is looked at; None: its largest."""

    stage: int
    number: int
    place: Place | None = None


Step = Score | Map


# --- where the visitor is -------------------------------------------------------------------------------------------


def steps(shown: Shown) -> tuple[Step, ...]:
    """The way so far in this network."""
    found: tuple[Step, ...] = session.get_state("network.trails", {}).get(shown.network.name, ())
    return found


def begin(shown: Shown, *way: Step) -> None:
    """From now on this way."""
    session.set_state("network.trails", {**session.get_state("network.trails", {}), shown.network.name: way})


def _on(shown: Shown, step: Step) -> None:
    begin(shown, *steps(shown), step)


def render(shown: Shown) -> None:
    """The last step of the way, and above it the way back."""
    way = steps(shown)
    if not way:
        st.markdown(say("trail_start"))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for place, step in enumerate(way[:-1]):
            label = _title(shown, step)
            st.button(label, key=f"network.back.{place}", icon=":material/arrow_back:", on_click=begin, args=(shown, *way[: place + 1]))
        st.button(say("close"), key="network.close", type="tertiary", on_click=begin, args=(shown,))
    st.markdown(f"#### {_title(shown, way[-1])}")
    if isinstance(way[-1], Score):
        _score(shown, way[-1].label)
    else:
        _map(shown, way[-1])


def _title(shown: Shown, step: Step) -> str:
    if isinstance(step, Score):
        return say("title_score", label=shown.found.classes[step.label])
    stage = shown.found.stages[step.stage]
    return say("title_map", number=step.number + 1, count=len(stage.outputs), layer=step.stage + 1, name=stage.name)


# --- a score --------------------------------------------------------------------------------------------------------


def _score(shown: Shown, label: int) -> None:
    found = shown.found
    shares, bias = shown.shares(label), activations.bias(found, label)
    score = float(found.scores[label])
    values = {"label": found.classes[label], "score": signed(score), "count": whole(len(found.stages[-1].inputs))}
    st.markdown(say("score_sum", **values, products=signed(score - bias), bias=signed(bias)))
    if shares is None:
        st.info(say("no_maps"), icon=":material/info:")
    else:
        _shares(shown, shares, **values)
    with st.expander(say("products", **values), expanded=shares is None):
        _products(shown, label)


def _shares(shown: Shown, shares: Attributions, label: str, score: str, count: str) -> None:
    stage = shown.found.stages[shares.stage]
    brought = shares.maps
    order = np.argsort(-brought, kind="stable").tolist()
    name = say("layer_short", number=shares.stage + 1, name=stage.name)
    curved = any(later.activation in ("Sigmoid", "Tanh") for later in shown.found.stages[shares.stage + 1 :])
    st.markdown(say("shares_curved" if curved else "shares", label=label, score=score, layer=name, maps=signed(shares.total), rest=signed(shares.rest)))
    names = [say("share_name", number=number + 1, share=signed(float(brought[number]))) for number in order]
    captions = [signed(float(brought[number]), 2) for number in order]
    group = maps.tiles(
        say("shares_title", layer=name), say("shares_note"), stage.outputs[order], names,
        numbers=order, captions=captions, side=maps.LARGE,
    )  # fmt: skip

    def chosen(_: int, number: int) -> None:
        _on(shown, Map(shares.stage, number, shares.strongest(number)))

    maps.show([group], "network.shares", chosen, answer=PANEL)


def _products(shown: Shown, label: int) -> None:
    st.markdown(say("products_text"))
    rows = [
        {"unit": term.unit + 1, "value": term.value, "weight": term.weight, "product": term.product}
        for term in activations.products(shown.found, label)
    ]
    columns = {
        "unit": Column(say("column_unit"), "count"), "value": Column(say("column_value"), "number"),
        "weight": Column(say("column_weight"), "number"), "product": Column(say("column_product"), "number"),
    }  # fmt: skip
    tables.table(rows, columns, key="network.products", alt=say("products_text"))


# --- a map ----------------------------------------------------------------------------------------------------------


def _map(shown: Shown, step: Map) -> None:
    stage = shown.found.stages[step.stage]
    place = step.place or stage.strongest(step.number)
    if stage.kind == "convolution":
        _convolution(shown, step, stage, place)
    elif stage.kind == "normalisation":
        _normalisation(shown, step, stage, place)
    else:
        _pooling(shown, step, stage, place)


def _convolution(shown: Shown, step: Map, stage: Stage, place: Place) -> None:
    assert stage.weights is not None and stage.biases is not None
    result = stage.step(step.number, place)
    first = step.stage == 0
    st.markdown(say("window_first" if first else "window", **_where(place, result.output), count=len(stage.inputs)))
    _window(step, stage, place)
    field_column, inputs = st.columns([1, 3], gap="large")
    with field_column:
        _field(shown, stage, place)
    with inputs:
        _inputs(shown, step, stage, result.channel_sums, place)


def _window(step: Map, stage: Stage, place: Place) -> None:
    one = windows.of(stage, step.number, place, first=step.stage == 0)
    key = f"network.window.{step.stage}.{step.number}"
    window.convolution(one.image, one.kernel, one.bias, stage.activation, one.slide, key, start=one.start)


def _normalisation(shown: Shown, step: Map, stage: Stage, place: Place) -> None:
    assert stage.weights is not None and stage.biases is not None
    values = {"scale": signed(float(stage.weights[step.number])), "shift": signed(float(stage.biases[step.number]))}
    st.markdown(say("window_normalisation", **_where(place, float(stage.outputs[step.number][place])), **values))
    _window(step, stage, place)
    _field_and_input(shown, step, stage, place)


def _inputs(shown: Shown, step: Map, stage: Stage, sums: np.ndarray, place: Place) -> None:
    """The maps that went in, each with its kernel and what its products add up to at the place."""
    assert stage.weights is not None
    order = np.argsort(-sums, kind="stable").tolist()
    names = [say("input_name", number=number + 1, sum=signed(float(sums[number]))) for number in order]
    clickable = step.stage > 0
    group = maps.tiles(
        say("inputs", count=len(order)), say("inputs_note" if clickable else "inputs_first", **_where(place, 0)), stage.inputs[order], names,
        numbers=order, captions=[signed(float(sums[number]), 2) for number in order], kernels=stage.weights[step.number][order],
        side=maps.LARGE, clickable=clickable,
    )  # fmt: skip
    maps.show([group], "network.inputs", lambda _, number: _on(shown, Map(step.stage - 1, number)), answer=PANEL)


def _pooling(shown: Shown, step: Map, stage: Stage, place: Place) -> None:
    assert stage.window is not None
    where = _where(place, float(stage.outputs[step.number][place]))
    largest = stage.pool == "max"
    st.markdown(say("window_pooling" if largest else "window_average", **where, size=stage.size))
    one = stage.inputs[step.number][None].astype(float)
    key = f"network.pool.{step.stage}.{step.number}"
    window.pooling(ImageView(one, low=-1.0, signed=step.stage > 0), stage.size, stage.pool, stage.window.stride, 0, key, Start(*place))
    _field_and_input(shown, step, stage, place)


def _field_and_input(shown: Shown, step: Map, stage: Stage, place: Place) -> None:
    """What a number of a map that comes of one map alone depends on, and that map."""
    field_column, inputs = st.columns([1, 3], gap="large")
    with field_column:
        _field(shown, stage, place)
    with inputs:
        name = say("input_map", number=step.number + 1)
        group = maps.tiles(say("inputs", count=1), say("inputs_pooling" if step.stage else "inputs_picture"), stage.inputs[[step.number]], [name], numbers=[step.number], side=maps.LARGE, clickable=step.stage > 0)
        maps.show([group], "network.inputs", lambda _, number: _on(shown, Map(step.stage - 1, number)), answer=PANEL)


def _field(shown: Shown, stage: Stage, place: Place) -> None:
    """The pixels of the image that this number depends on."""
    box = activations.seen_by(shown.found, stage, place)
    caption = say("field_here", height=box.height, width=box.width)
    st.image(images.framed(shown.found.image, dataclasses.astuple(box)), width=200, caption=caption, alt=caption)


def _where(place: Place, value: float) -> dict[str, object]:
    return {"row": place[0] + 1, "column": place[1] + 1, "value": signed(value)}
