"""The page "A whole network", section "From image to score": the scores, the way back from one, and all layers."""

from __future__ import annotations

import streamlit as st

from core.explain import activations
from core.explain.activations import Stage
from demo.charts.figure import CLASS_COLOURS
from demo.components import maps
from demo.components.maps import Group
from demo.lessons.network import backtrace
from demo.lessons.network.backtrace import Map, Score
from demo.lessons.network.choice import Shown
from demo.text import speaker
from demo.ui import images
from demo.ui.formatting import percent, signed, times

say = speaker("network")


def render(shown: Shown) -> None:
    """The image and its scores, then the way back from one score and the maps of all layers."""
    image, scores = st.columns([1, 3], gap="large")
    with image:
        st.markdown(f"**{say('picture')}**")
        st.image(images.enlarged(shown.found.image), width=220, alt=_caption(shown))
        st.caption(_caption(shown))
    with scores:
        _scores(shown)
    with st.container(border=True, key=backtrace.PANEL):
        backtrace.render(shown)
    st.subheader(say("layers"), anchor=False)
    st.markdown(say("layers_text"))
    also = [kind for kind in ("BatchNorm", "AvgPool", "AdaptiveAvgPool") if any(stage.name.startswith(kind) for stage in shown.found.stages)]
    if also:
        st.markdown(" ".join(say(f"layers_{kind.lower()}") for kind in also))
    _layers(shown)


def _caption(shown: Shown) -> str:
    recipe = shown.network.recipe
    words = [say("truth", truth=shown.truth)] if shown.truth else []
    words.append(say("seen", shape=times(shown.found.image.shape)))
    if recipe.resolution:
        words.append(say("seen_at", side=recipe.resolution))
    if recipe.precision != "float32":
        words.append(say("precision", precision=recipe.precision))
    return " ".join(words)


def _scores(shown: Shown) -> None:
    found = shown.found
    chances = activations.softmax(found.scores).probabilities
    rows = [
        {"label": label, "share": chance, "colour": CLASS_COLOURS[place % len(CLASS_COLOURS)], "score": signed(score), "chance": percent(chance),
         "name": say("score_name", label=label, score=signed(score), chance=percent(chance))}
        for place, (label, score, chance) in enumerate(zip(found.classes, found.scores.tolist(), chances.tolist(), strict=True))
    ]  # fmt: skip
    heads = [say("column_class"), say("column_share"), say("column_score"), say("column_chance")]
    last = backtrace.steps(shown)[:1]
    current = (0, last[0].label) if last and isinstance(last[0], Score) else None
    group = maps.scores(say("scores"), heads, rows, found.best)
    maps.show([group], "network.scores", lambda _, label: backtrace.begin(shown, Score(label)), current, backtrace.PANEL)
    st.caption(say("scores_hint"))


def _layers(shown: Shown) -> None:
    stages = shown.found.stages[:-1]
    last = backtrace.steps(shown)[-1:]
    current = (last[0].stage, last[0].number) if last and isinstance(last[0], Map) else None
    groups = [_group(number, stage) for number, stage in enumerate(stages, start=1)]
    maps.show(groups, "network.layers", lambda stage, number: backtrace.begin(shown, Map(stage, number)), current, backtrace.PANEL)


def _group(number: int, stage: Stage) -> Group:
    title = say("layer", number=number, name=stage.name, shape=times(stage.outputs.shape))
    most = float(stage.outputs.max())
    if not stage.has_maps:
        return maps.strip(title, say(f"scale_{stage.activation}", most=signed(most)), stage.outputs, say("strip_name", count=len(stage.outputs), most=signed(most)))
    count = len(stage.outputs)
    names = [say("map_name", number=place, count=count, most=signed(float(one.max()))) for place, one in enumerate(stage.outputs, start=1)]
    return maps.tiles(title, say(f"scale_{stage.activation}", most=signed(most)), stage.outputs, names)
