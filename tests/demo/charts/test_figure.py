"""The figures: valid Vega-Lite, made once, and the numbers of the run in them."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from core.vocabulary.recipe import preset
from demo.charts import curves
from demo.charts.confusion import confusion_matrix
from demo.charts.figure import CLASS_COLOURS, DASH, Figure
from tests import run_records


def run(name: str = "k3f9q2", validation: bool = True, **changes: Any) -> Any:
    """What a figure reads of a snapshot: three epochs, the untrained network as epoch 0."""
    epochs = tuple(
        run_records.epoch(
            epoch,
            train_loss=2.0 / epoch if epoch else None,
            train_accuracy=0.1 + 0.2 * epoch,
            validation_loss=2.5 / (epoch + 1) if validation else None,
            validation_accuracy=0.1 * (epoch + 1) if validation else None,
        )
        for epoch in range(3)
    )
    curve = ((0.5, 2.25, 0.12), (1.0, 1.9, 0.3), (1.5, 1.4, 0.4))
    held_out = {} if validation else {"validation": 0.0}
    recipe = preset("quick", "digits").changed(epochs=4, **held_out, **changes)
    return SimpleNamespace(run=name, recipe=recipe, epochs=epochs, curve=curve)


FIGURES = {
    "loss": lambda: curves.loss(run()),
    "accuracy": lambda: curves.accuracy(run()),
    "compare loss": lambda: curves.compare([run("aaa"), run("bbb")], "loss"),
    "compare accuracy": lambda: curves.compare([run("aaa"), run("bbb")], "accuracy"),
    "confusion": lambda: confusion_matrix([[3, 1], [0, 5]], ["cat", "dog"], "test"),
    "confusion, percent": lambda: confusion_matrix([[3, 1], [0, 5]], ["cat", "dog"], "test", "shares"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_valid_vega_lite_and_draws_columns_that_exist(name: str) -> None:
    import altair

    figure = FIGURES[name]()
    sent = json.loads(json.dumps(figure.spec))  # as the browser gets it: tuples are lists there
    altair.Chart.from_dict({**sent, "data": {"name": "none"}}, validate=True)
    assert figure.title and figure.spec["title"]
    assert len({len(column) for column in figure.columns.values()}) == 1
    assert drawn(figure.spec) <= set(figure.columns)


def drawn(spec: Any) -> set[str]:
    """Every field that a specification reads."""
    if isinstance(spec, dict):
        own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
        return own.union(*map(drawn, spec.values()))
    return set().union(*map(drawn, spec)) if isinstance(spec, list | tuple) else set()


def test_a_refresh_sends_new_data_with_the_same_specification() -> None:
    first, later = run(), run()
    later.curve = (*first.curve, (2.0, 1.0, 0.5))
    assert curves.loss(first).spec is curves.loss(later).spec
    assert len(curves.loss(later).columns["loss"]) == len(curves.loss(first).columns["loss"]) + 1


def test_the_loss_curve_has_the_ticks_and_one_validation_point_an_epoch() -> None:
    columns = curves.loss(run()).columns
    points = list(zip(columns["part"], columns["epoch"], columns["loss"], strict=True))
    assert points[:3] == [("training", 0.5, 2.25), ("training", 1.0, 1.9), ("training", 1.5, 1.4)]
    assert points[3:] == [
        ("validation", 0, 2.5),
        ("validation", 1, 1.25),
        ("validation", 2, pytest.approx(2.5 / 3)),
    ]


def test_accuracy_is_in_percent_and_without_a_validation_part_there_is_no_such_curve() -> None:
    columns = curves.accuracy(run(validation=False)).columns
    assert "validation" not in columns["part"]
    assert columns["accuracy"][:3] == pytest.approx([12.0, 30.0, 40.0])
    assert columns["accuracy"][3:] == pytest.approx([10.0, 30.0, 50.0])


def test_the_legend_names_validation_only_where_a_part_is_held_out_for_it() -> None:
    def named(**changes: Any) -> list[list[str]]:
        snapshot = run(**changes)
        return [list(f.spec["layer"][0]["encoding"]["color"]["legend"]["values"]) for f in (curves.loss(snapshot), curves.accuracy(snapshot))]

    assert all("validation" not in names for names in named(validation=False))
    assert all("validation" in names for names in named())


def test_training_is_solid_and_validation_dashed() -> None:
    for figure in (curves.loss(run()), curves.accuracy(run())):
        scale = figure.spec["layer"][0]["encoding"]["strokeDash"]["scale"]
        dashes = dict(zip(scale["domain"], scale["range"], strict=True))
        assert dashes.pop("validation") == DASH
        assert set(map(tuple, dashes.values())) == {(1, 0)}


def test_the_axis_names_the_unit_of_the_loss_that_was_trained() -> None:
    def axis(figure: Figure) -> str:
        return str(figure.spec["layer"][0]["encoding"]["y"]["title"])

    assert "lower is better" in axis(curves.loss(run()))
    assert "L1" in axis(curves.loss(run(loss="l1")))


def test_the_matrix_shows_counts_or_percent_of_each_row() -> None:
    figure = confusion_matrix([[3, 1], [0, 0]], ["cat", "dog"], "validation, epoch 2", "shares")
    assert figure.columns["count"] == [3, 1, 0, 0]
    assert figure.columns["share"] == [75.0, 25.0, 0.0, 0.0]
    assert figure.columns["truth"] == ["cat", "cat", "dog", "dog"]
    assert "validation, epoch 2" in figure.title
    assert "validation, epoch 2" in figure.spec["title"]["subtitle"]


def test_compare_gives_each_run_its_own_colour() -> None:
    scale = curves.compare([run("aaa"), run("bbb")]).spec["encoding"]["color"]["scale"]
    assert list(scale["domain"]) == ["aaa", "bbb"]
    assert len(set(scale["range"])) == 2


def test_the_data_of_a_figure_as_csv() -> None:
    assert curves.loss(run()).csv().splitlines()[:2] == ["epoch,loss,part", "0.5,2.25,training"]


def test_ten_colours_for_ten_classes() -> None:
    assert len(set(CLASS_COLOURS)) == 10


@pytest.mark.slow
def test_making_figures_needs_neither_altair_nor_pandas_nor_torch() -> None:
    """Altair failed in a thread of the server while another thread was importing pandas."""
    code = (
        "import sys; from demo.charts import confusion, curves; confusion.confusion_matrix([[1]], ['a'], 'x');"
        "print({'altair', 'pandas', 'torch', 'streamlit'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
