"""Tables of the training of study 1: losses, runs, recipe, what was inferred, the network's layers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.studies import resolution_findings
from core.studies.published import published, report_score
from core.studies.resolution import FILTER, FULL, plan
from core.vocabulary.recipe import FIELDS, Recipe, our_choice
from core.vocabulary.sources import source_of
from demo.charts import export, plots
from demo.charts.figure import CLASS_COLOURS
from demo.charts.plots import Axis
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards, listed
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, times, whole
from demo.ui.tables import Column

say = speaker("resolution")
field_name = speaker("train")
RUN = Column(tables.common("run"), "run")
ALIKE = {"cifar10": ("cifar10-32", "cifar10-fast"), "mnist": ("mnist-28",)}
"""For each recipe of a data set one run that has it."""


# --- the runs -----------------------------------------------------------------------------------------------------


def _there(cards: Cards, dataset: str) -> list[str]:
    return [name for name in plan() if name.startswith(dataset) and name in cards]


def losses(cards: Cards) -> None:
    """One figure for each number of epochs, so that every curve fills its axis."""
    names = _there(cards, shared.dataset_of_tables())
    lengths = sorted({cards[name].recipe.epochs for name in names}, reverse=True)
    for column, epochs in zip(st.columns(len(lengths)), lengths, strict=True):
        same = [name for name in names if cards[name].recipe.epochs == epochs]
        rows = [{"epoch": epoch.epoch, "loss": epoch.train_loss, "network": name}
                for name in same for epoch in cards[name].epochs if epoch.train_loss is not None]  # fmt: skip
        colours = {name: CLASS_COLOURS[place] for place, name in enumerate(same)}
        title = say("figure_loss", epochs=epochs)
        x, y = Axis("epoch", say("epoch_axis"), "d", (0, epochs)), Axis("loss", say("loss_axis"))
        with column:
            export.show(plots.lines(title, rows, x, y, "network", colours, dots=False), key=f"resolution.loss.{epochs}")
            tables.runs_behind(same)


def runs(cards: Cards) -> None:
    """Every run, how long it took and how well it did."""
    names = _there(cards, shared.dataset_of_tables())
    st.caption(say("runs_text"))
    rows = [_run(cards, name) for name in names]
    columns = {
        "run": RUN, "preset": Column(say("column_recipe"), help=say("recipe_help")), "side": Column(say("trained_at")),
        "seed": Column(say("seed"), "count"), "epochs": Column(say("epoch_axis"), "count"),
        "minutes": Column(say("minutes"), "count", say("minutes_help")), "loss": Column(say("last_loss"), "number"),
        "accuracy": Column(say("short_accuracy"), "percent", say("own_side")),
    }  # fmt: skip
    tables.table(rows, columns, key="resolution.runs", alt=say("runs"), csv=True)


def _run(cards: Cards, name: str) -> dict[str, Any]:
    card = cards[name]
    recipe = card.recipe
    side = say("every_side") if "mixed" in recipe.augment else str(recipe.resolution or card.facts.shape[-1])
    return {
        "run": name, "preset": recipe.preset, "side": side, "seed": recipe.seed, "epochs": recipe.epochs,
        "minutes": resolution_findings.minutes(card), "loss": card.epochs[-1].train_loss, "accuracy": card.result.test_accuracy,
    }  # fmt: skip


# --- the recipe ---------------------------------------------------------------------------------------------------


def recipe(_: Cards) -> None:
    """Every field, and who chose its value."""
    dataset = shared.dataset_of_tables()
    st.markdown(say(f"recipe_text_{dataset}"))
    recipes = [plan()[name].recipe for name in ALIKE[dataset]]
    own = our_choice(recipes[0])
    rows: list[dict[str, Any]] = []
    for field in FIELDS:
        if field != "preset":
            values = {f"value_{recipe.preset}": _written(recipe.as_dict()[field]) for recipe in recipes}
            chosen = say("our_choice" if field in own or not own else "stated")
            rows.append({"field": field_name(field), **values, "who": chosen})
    columns = {"field": Column(say("column_field"))}
    columns |= {f"value_{recipe.preset}": Column(say("recipe_named", name=recipe.preset)) for recipe in recipes}
    tables.table(rows, {**columns, "who": Column(say("who"), help=say("who_help"))}, key=f"resolution.{dataset}.recipe", alt=say("recipe"), csv=True)


def _written(value: Any) -> str | None:
    if isinstance(value, bool):
        return say("yes" if value else "no")
    return None if value is None else str(value)


def inferred(cards: Cards) -> None:
    """Batch size and filter are not stated: how they were found, and what that rests on."""
    st.markdown(say("inferred_batch", sizes=listed(resolution_findings.fitting_batches()), ours=_report_recipe().batch_size))
    rows = resolution_findings.filter_fit(cards)
    if not rows:
        shared.wait_for(cards, resolution_findings.REPORT[:1])
        return
    by_accuracy, by_class = resolution_findings.nearest(rows, "off"), resolution_findings.nearest(rows, "class_off")
    numbers = {"by_accuracy": by_accuracy, "by_class": by_class, "ours": FILTER, "seeds": rows[0].seeds}
    agreed = {by_accuracy, by_class}
    verdict = "agree" if agreed == {FILTER} else "part" if FILTER in agreed else "differ"
    st.markdown(f"{say('inferred_filter', **numbers)} {say(f'inferred_{verdict}', **numbers)}")
    columns = {"filter": Column(say("column_filter"))}
    for side in FULL[1:]:
        columns[f"accuracy_{side}"] = Column(say("accuracy_at", side=side), "percent")
        columns[f"report_{side}"] = Column(say("by_report", score=say("accuracy_at", side=side)), "percent", say("report_help"))
    columns |= {"off": Column(say("off"), "percent", say("off_help")), "class_off": Column(say("class_off"), "percent", say("class_off_help"))}
    printed = {f"report_{side}": report_score("totv", "accuracy", side) for side in FULL[1:]}
    shown = [
        {"filter": row.filter, "off": row.off, "class_off": row.class_off, **printed,
         **{f"accuracy_{side}": accuracy for side, accuracy in row.accuracy.items()}}
        for row in rows
    ]  # fmt: skip
    tables.table(shown, columns, key="resolution.fit", alt=say("inferred"), csv=True)
    tables.runs_behind([name for name in resolution_findings.REPORT if name in cards])
    found = resolution_findings.of_seeds(cards, resolution_findings.REPORT, FULL[0])
    if found:
        st.markdown(say("inferred_length", epochs=_report_recipe().epochs, side=FULL[0], mean=percent(found.mean), low=percent(found.low),
                        high=percent(found.high), seeds=found.count, report=percent(report_score("totv", "accuracy", FULL[0]))))  # fmt: skip


def _report_recipe() -> Recipe:
    return plan()[resolution_findings.REPORT[0]].recipe


# --- the network --------------------------------------------------------------------------------------------------


def layers(_: Cards) -> None:
    """Each layer, its output and parameters; for the report's network its own rows beside ours."""
    from core.vocabulary import networks

    dataset = shared.dataset_of_tables()
    source = source_of(dataset)
    found = networks.layer_table(source.network, source.shape, len(source.classes))
    printed = published()["report"]["resolution"]["network"] if dataset == "cifar10" else [(None, None, None)] * len(found)
    rows = []
    for place, (layer, (name, shape, parameters)) in enumerate(zip(found, printed, strict=True), start=1):
        same = (list(layer.output_shape), layer.parameters) == (shape, parameters)
        rows.append({
            "place": place, "layer": f"{layer.name}, {layer.activation}" if layer.activation else layer.name,
            "shape": times(layer.output_shape), "parameters": layer.parameters, "report_layer": name,
            "report_shape": times(shape) if shape else None, "report_parameters": parameters, "same": say("yes" if same else "no"),
        })  # fmt: skip
    columns = {
        "place": Column(say("column_place"), "count"), "layer": Column(say("column_layer")), "shape": Column(say("column_shape")),
        "parameters": Column(say("column_parameters"), "count"),
    }  # fmt: skip
    if dataset == "cifar10":
        columns |= {
            "report_layer": Column(say("by_report", score=say("column_layer"))),
            "report_shape": Column(say("by_report", score=say("column_shape"))),
            "report_parameters": Column(say("by_report", score=say("column_parameters")), "count"), "same": Column(say("same")),
        }  # fmt: skip
    tables.table(rows, columns, key=f"resolution.{dataset}.layers", alt=say("layers"), csv=True)
    different = [row["place"] for row in rows if row["same"] == say("no")]
    total = whole(networks.total_parameters(found))
    if dataset == "cifar10":
        st.markdown(say("layers_differ", rows=listed(different), total=total) if different else say("layers_same", total=total))
    else:
        st.markdown(say("layers_total", total=total))
