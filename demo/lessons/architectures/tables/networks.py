"""Tables of study 2: layers, parameters and where they went, what a unit sees, and how everything was trained."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import streamlit as st

from core.datasets.split_sizes import part_sizes
from core.explain import receptive_field
from core.explain.receptive_field import Weights
from core.pretrained import test_images
from core.studies import architectures
from core.studies import architectures_comparison as beside
from core.studies.published import published
from core.vocabulary import networks
from core.vocabulary.recipe import Recipe, our_choice
from core.vocabulary.sources import source_of
from demo.charts import export
from demo.charts.figure import CLASS_COLOURS, Figure
from demo.lessons.architectures.shared import no_images, say
from demo.server import services
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, times, whole
from demo.ui.images import framed
from demo.ui.tables import Column
from demo.visitor import links

field_name = speaker("train")
SHAPE = source_of("fashion-mnist").shape
NETWORKS = ("arc1", "arc2", "arc3", "arc4", "arc5", "arc2-report", "arc3-report")
LADDER = ("arc2", "arc3", "arc4")
DRAWN = ("arc2-report", "arc3-report")
"""Whose receptive fields are drawn."""
KINDS = ("convolutions", "first_dense", "rest")
KIND_COLOURS = (CLASS_COLOURS[0], CLASS_COLOURS[1], CLASS_COLOURS[4])
SETTINGS = (
    "optimizer", "learning_rate", "momentum", "loss", "batch_size", "epochs", "dropout", "validation", "split", "schedule", "weight_decay",
    "augment", "keep", "seed",
)  # fmt: skip


# --- parameters ------------------------------------------------------------------------------------------------------


def went() -> None:
    """Where each network keeps its weights."""
    found = {name: receptive_field.weights(name, SHAPE) for name in NETWORKS}
    export.show(stacked(found), key="architectures.weights")
    rows = [
        {"network": name, "depth": receptive_field.depth(name), "total": its.total, "share": its.first_dense / its.total,
         **_by_kind(its)}
        for name, its in found.items()
    ]  # fmt: skip
    tables.table(rows, {
        "network": Column(say("network")),
        "depth": Column(say("depth"), "count", say("depth_help")),
        "total": Column(say("parameters"), "count", say("parameters_help")),
        **{kind: Column(say(f"kind_{kind}"), "count") for kind in KINDS},
        "share": Column(say("dense_share"), "percent"),
    }, key="architectures.went", alt=say("went"), csv=True)  # fmt: skip
    steps = " → ".join(f"{name.capitalize()} {whole(found[name].total)}" for name in LADDER)
    dense = " → ".join(whole(found[name].first_dense) for name in LADDER)
    shares = ", ".join(percent(found[name].first_dense / found[name].total) for name in LADDER)
    st.markdown(say("went_answer", steps=steps, dense=dense, shares=shares))


def _by_kind(its: Weights) -> dict[str, int]:
    """A network's parameters by the kinds of layers, in the order of KINDS."""
    return dict(zip(KINDS, (its.convolutions, its.first_dense, its.rest), strict=True))


def stacked(found: dict[str, Weights]) -> Figure:
    """A bar a network, one piece for each kind of layer."""
    names = [say(f"kind_{kind}") for kind in KINDS]
    rows = [
        (network, count, name, place)
        for network, its in found.items()
        for place, (count, name) in enumerate(zip(_by_kind(its).values(), names, strict=True))
    ]
    tips = [{"field": "network", "type": "nominal", "title": say("network")}, {"field": "kind", "type": "nominal", "title": say("kind")},
            {"field": "parameters", "type": "quantitative", "title": say("parameters"), "format": ","}]  # fmt: skip
    encoding = {
        "y": {"field": "network", "type": "nominal", "sort": list(found), "title": None, "axis": {"labelOverlap": False}},
        "x": {"field": "parameters", "type": "quantitative", "title": say("parameters_axis"), "axis": {"format": "~s", "tickCount": 6}},
        "color": {
            "field": "kind", "type": "nominal", "scale": {"domain": names, "range": list(KIND_COLOURS)},
            "legend": {"title": None, "orient": "bottom", "columns": 2, "labelLimit": 0},
        },
        "order": {"field": "place", "type": "quantitative"},
        "tooltip": tips,
    }  # fmt: skip
    spec = {"title": say("weights_figure"), "height": 360, "mark": "bar", "encoding": encoding}
    columns = dict(zip(("network", "parameters", "kind", "place"), map(list, zip(*rows, strict=True)), strict=True))
    return Figure(say("weights_figure"), spec, columns)


def structure() -> None:
    """The layers of one network; for the report's two, beside what the report prints."""
    network = st.segmented_control(say("which_network"), NETWORKS, default="arc2-report", key="architectures.network", required=True)
    network = network or "arc2-report"
    layers = networks.layer_table(network, SHAPE)
    st.markdown(networks.NETWORKS[network].about)
    printed = published()["report"]["architectures"]["networks"].get(network.removesuffix("-report").capitalize())
    printed = printed if network.endswith("-report") else [None] * len(layers)
    rows = [
        {"number": place, "layer": layer.name, "shape": times(layer.output_shape), "activation": layer.activation or None,
         "parameters": layer.parameters, "printed": line}
        for place, (layer, line) in enumerate(zip(layers, printed, strict=True), start=1)
    ]  # fmt: skip
    tables.table(rows, {
        "number": Column(say("number"), "count"),
        "layer": Column(say("layer")),
        "shape": Column(say("shape"), "text", say("shape_help")),
        "activation": Column(say("activation")),
        "parameters": Column(say("parameters"), "count", say("parameters_help")),
        **({"printed": Column(say("printed"))} if network.endswith("-report") else {}),
    }, key=f"architectures.layers.{network}", alt=say("structure"), csv=True)  # fmt: skip
    work = networks.multiplications(network, SHAPE)
    st.markdown(say("structure_total", parameters=whole(networks.total_parameters(layers)), multiplications=whole(work)))
    st.caption(say("structure_note"))


# --- what a unit sees --------------------------------------------------------------------------------------------------


def field() -> None:
    """What one unit of a last convolution can see."""
    st.markdown(say("field_text"))
    last = {network: receptive_field.last_convolution(network) for network in NETWORKS}
    fields = {
        network: (layer, receptive_field.receptive_field(network, layer, (0, 0), SHAPE)) for network, layer in last.items() if layer is not None
    }
    _show_fields({network: layer for network, (layer, _) in fields.items() if network in DRAWN})
    pixels = {network: box.pixels for network, (_, box) in fields.items()}
    key = "field_right" if pixels["arc3-report"] > pixels["arc2-report"] else "field_wrong"
    widest = max(pixels, key=pixels.__getitem__)
    st.markdown(say(key, arc2=pixels["arc2-report"], arc3=pixels["arc3-report"], widest=widest.capitalize(), most=pixels[widest]))
    rows = [
        {"network": network, "layer": layer + 1, "side": box.height, "pixels": box.pixels, "share": box.share(SHAPE)}
        for network, (layer, box) in fields.items()
    ]
    tables.table(rows, {
        "network": Column(say("network")),
        "layer": Column(say("field_layer"), "count"),
        "side": Column(say("field_side"), "count"),
        "pixels": Column(say("field_pixels"), "count"),
        "share": Column(say("field_share"), "percent"),
    }, key="architectures.fields", alt=say("field"), csv=True)  # fmt: skip


@links.fragment
def _show_fields(layers: dict[str, int]) -> None:
    """The same place in both networks' last convolution, and the pixels that each unit depends on."""
    images = test_images.tiles(services.data_folder(), services.pretrained_folder())
    if images is None:
        no_images()
        return
    sides = [networks.layer_table(network, SHAPE)[layer].output_shape[1:] for network, layer in layers.items()]
    height, width = (min(side[axis] for side in sides) for axis in (0, 1))
    which, across = st.columns([1, 2], gap="large")
    number = which.number_input(say("which_picture"), 0, images.drawable - 1, 0, key="architectures.picture")
    row = across.slider(say("unit_row"), 1, height, (height + 1) // 2, key="architectures.row") - 1
    column = across.slider(say("unit_column"), 1, width, (width + 1) // 2, key="architectures.column") - 1
    index = images.indices[number]
    for place, (network, layer) in zip(st.columns(len(layers)), layers.items(), strict=True):
        box = receptive_field.receptive_field(network, layer, (row, column), SHAPE)
        numbers = {"network": network.removesuffix("-report").capitalize(), "height": box.height, "width": box.width,
                   "pixels": box.pixels, "layer": layer + 1}  # fmt: skip
        words = say("field_caption", **numbers)
        place.image(framed(images.image(index)[None], astuple(box)), width=280, caption=words, alt=words)


# --- split, classes, settings ------------------------------------------------------------------------------------------


def _recipes() -> dict[str, Recipe]:
    return {optimizer: architectures.plan()[beside.report_name(f"arc2-{optimizer}")].recipe for optimizer in ("adam", "sgd")}


def split() -> None:
    """Table 5: how many pictures each set has."""
    report = published()["report"]["architectures"]
    parts = zip(("training", "validation", "test"), part_sizes(_recipes()["adam"]), report["split"], strict=True)
    rows = [{"part": say(part), "ours": ours, "report": printed} for part, ours, printed in parts]
    columns = {"part": Column(say("part")), "ours": Column(say("ours"), "count"), "report": Column(say("theirs"), "count")}
    tables.table(rows, columns, key="architectures.split", alt=say("split"), csv=True)
    st.caption(say("split_note"))


def class_names() -> None:
    """Table 6: the classes."""
    source, report = source_of("fashion-mnist"), published()["report"]["architectures"]
    rows = [
        {"number": place, "class": name, "report": printed, "pictures": images}
        for place, (name, printed, images) in enumerate(zip(source.classes, report["classes"], source.train_counts, strict=True))
    ]
    tables.table(rows, {
        "number": Column(say("number"), "count"), "class": Column(say("class")), "report": Column(say("theirs")),
        "pictures": Column(say("official"), "count", say("official_help")),
    }, key="architectures.class_names", alt=say("class_names"), csv=True)  # fmt: skip


def settings() -> None:
    """Table 7: what was set before training, and who says so."""
    st.markdown(say("settings_text"))
    recipes = _recipes()
    tables.table([_setting(name, recipes) for name in SETTINGS], {
        "setting": Column(say("setting")), "adam": Column("Adam"), "sgd": Column("SGD"), "whose": Column(say("whose")),
    }, key="architectures.settings", alt=say("settings"), csv=True)  # fmt: skip


def _setting(name: str, recipes: dict[str, Recipe]) -> dict[str, Any]:
    """One field of the recipe, and who chose it."""
    values = {optimizer: _word(recipe.as_dict()[name]) for optimizer, recipe in recipes.items()}
    ours = any(name in our_choice(recipe) for recipe in recipes.values())
    return {"setting": field_name(name), **values, "whose": say("our_choice" if ours else "stated")}


def _word(value: object) -> str:
    return say("as_the_network") if value is None else f"{value:g}" if isinstance(value, float) else str(value)
