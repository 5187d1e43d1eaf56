"""Recipes: what is refused, what a preset holds, and that JSON brings the same recipe back."""

from __future__ import annotations

import json

import pytest

from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, PRESETS, Recipe, our_choice, preset


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dataset", SOURCES)
def test_presets_survive_json(name: str, dataset: str) -> None:
    if name == "report" and dataset in ("digits", "mnist"):
        with pytest.raises(LabError, match="no study on"):
            preset(name, dataset)
        return
    recipe = preset(name, dataset)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"network": "resnet"}, "unknown network 'resnet'; choose one of report"),
        ({"epochs": 0}, "epochs is 0; expected a whole number from 1"),
        ({"epochs": 2.5}, "epochs is 2.5; expected int"),
        ({"epochs": True}, "epochs is True; expected int"),
        ({"learning_rate": -1.0}, "learning rate is -1.0; expected a number above 0"),
        ({"learning_rate": float("nan")}, "learning rate is nan; expected a finite number"),
        ({"validation": 0.9}, "validation is 0.9; expected a fraction"),
        ({"dropout": 1.0}, "dropout is 1.0; expected a rate"),
        ({"resolution": 9}, "resolution is 9; digits has 8x8 pictures"),
        ({"batch_size": -4}, "batch size is -4; expected a whole number"),
        ({"optimizer": "adam", "momentum": 0.9}, "momentum goes with sgd and rmsprop"),
        ({"nesterov": True, "momentum": 0.0}, "Nesterov"),
        ({"fold": 3}, "go with the split k-fold"),
        ({"split": "k-fold", "fold": 5}, "fold is 5; expected 0 to 4"),
        ({"keep": "best", "validation": 0.0}, "needs a validation part"),
        ({"colour": "red"}, "unknown recipe key 'colour'"),
    ],
)
def test_impossible_values_are_refused_in_one_line(changes: dict[str, object], says: str) -> None:
    with pytest.raises(LabError, match=says) as refusal:
        Recipe().changed(**changes)
    assert "\n" not in str(refusal.value)


def test_another_optimizer_brings_its_own_defaults_but_not_over_what_was_asked() -> None:
    adam = preset("fast", "cifar10").changed(optimizer="adam")
    assert (adam.learning_rate, adam.momentum, adam.nesterov) == (0.001, 0.0, False)
    assert preset("fast", "cifar10").changed(optimizer="adam", learning_rate=0.1).learning_rate == 0.1


def test_the_report_preset_holds_what_the_report_states_and_marks_the_rest() -> None:
    recipe = preset("report")
    assert (recipe.epochs, recipe.optimizer, recipe.learning_rate, recipe.momentum) == (150, "sgd", 0.001, 0.9)
    assert (recipe.loss, recipe.network, recipe.validation) == ("cross-entropy", "report", 0.0)
    marked = set(our_choice(recipe))
    assert {"batch_size", "filter", "dropout", "validation", "seed"} <= marked
    assert marked.isdisjoint({"epochs", "optimizer", "learning_rate", "momentum", "loss", "network", "dataset"})
    assert "epochs" in our_choice(recipe.changed(epochs=2)), "a changed value is no longer the report's"
    assert recipe.as_dict()["our_choice"] == list(our_choice(recipe))


def test_the_second_study_states_its_split_and_batch_size() -> None:
    recipe = preset("report", "fashion-mnist").changed(network="arc3-report", optimizer="adam")
    assert round(60_000 * recipe.validation) == 12_000
    assert (recipe.batch_size, recipe.epochs, recipe.learning_rate) == (128, 50, 0.001)
    assert set(our_choice(recipe)).isdisjoint({"batch_size", "validation", "network", "optimizer", "learning_rate"})


def test_every_field_is_checked_for_its_type() -> None:
    for name, field in FIELDS.items():
        wrong = 3 if str(field.type).startswith("str") else "three"
        with pytest.raises(LabError):
            Recipe(**{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [None, [], "digits", 7])
def test_what_is_no_recipe_at_all_is_one_line(values: object) -> None:
    with pytest.raises(LabError, match="expected the recipe as keys and values"):
        Recipe.from_dict(values)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"optimizer": []}, {"optimizer": {}}, {"dataset": []}, {"split": []}, {"momentum": None}, {"preset": []}])
def test_a_value_of_another_kind_is_one_line(changes: dict[str, object]) -> None:
    with pytest.raises(LabError, match=f"{next(iter(changes))} is "):
        Recipe().changed(**changes)
