"""What differs between two recipes, and the names that are made of it."""

from __future__ import annotations

import dataclasses

import pytest

from core.runs import naming
from core.runs.naming import Difference, default_name, differences, sentence
from core.runs.summaries import RunSummary
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import FIELDS, Recipe, preset

BASE = preset("quick", "digits")
PLAIN = Recipe(optimizer="sgd", momentum=0.0, schedule="one-cycle")
OTHER = {"dataset": "mnist", "split": "random", "network": "conv 8 3", "optimizer": "adam", "schedule": "constant", "loss": "l1", "augment": "flip", "keep": "best"}


def test_equal_recipes_differ_in_nothing() -> None:
    assert differences(BASE, dataclasses.replace(BASE, preset="")) == [] and sentence(BASE, BASE) == ""


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - {"preset", "fold", "folds", "device", "precision", "threads", "filter", "nesterov"}))
def test_every_field_that_differs_is_told_in_words(field: str) -> None:
    now = getattr(PLAIN, field)
    value = OTHER.get(field) or (4 if field == "resolution" else 500 if now is None and field != "dropout" else 0.3 if now is None or (isinstance(now, float) and now < 1) else now + 1)
    other = dataclasses.replace(PLAIN, **{field: value})
    assert differences(PLAIN, other) == [Difference(field, now, value)]
    words = sentence(PLAIN, other)
    assert words and words != sentence(other, PLAIN)


def test_what_a_run_resolves_is_no_difference_to_a_recipe_that_has_not_run() -> None:
    ran = dataclasses.replace(PLAIN, device="cpu", precision="float32", threads=2)
    assert differences(PLAIN, ran) == []
    assert [it.field for it in differences(ran, dataclasses.replace(ran, threads=1))] == ["threads"]


def test_resampling_differs_only_where_something_is_resampled() -> None:
    nearest = dataclasses.replace(BASE, filter="nearest")
    assert differences(BASE, nearest) == []
    assert [it.field for it in differences(dataclasses.replace(BASE, resolution=4), dataclasses.replace(nearest, resolution=4))] == ["filter"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("report", "arc1", "report → arc1"),
        ("conv 8 3, dense 16", "conv 8 3", "without dense 16"),
        ("conv 8 3", "conv 8 3, maxpool 2", "with maxpool 2"),
        ("conv 8 3, dense 16", "conv 12 5, dense 16", "conv 8 3 → conv 12 5"),
        ("digits-cnn", "conv 32 3, conv 64 3, maxpool 2, dense 64, dropout 0.25", "without dropout 0.25"),
    ],
)
def test_two_networks_differ_in_layers(before: str, after: str, words: str) -> None:
    assert sentence(dataclasses.replace(BASE, network=before), dataclasses.replace(BASE, network=after)) == words


@pytest.mark.parametrize(
    ("network", "neighbour", "name"),
    [
        ("digits-cnn", "digits-cnn", "digits-cnn"),
        ("conv 32 3, conv 64 3, conv 64 3, dense 64", "conv 32 3, dropout 0.5, dense 64", "three convs, no dropout"),
        ("conv 32 3, batchnorm relu, maxpool 2", "conv 32 3, maxpool 2", "one conv, batch norm"),
        ("conv 16 3, dense 64", "conv 8 3, dense 64", "one conv, dense layer, conv 16 3 for conv 8 3"),
        ("dense 64 tanh", "dense 64", "no convs, tanh"),
    ],
)
def test_a_network_is_named_by_what_its_neighbour_lacks_or_has(network: str, neighbour: str, name: str) -> None:
    found = default_name(dataclasses.replace(BASE, network=network), [dataclasses.replace(BASE, network=neighbour)])
    assert found == name.replace("dense layer, ", "")


def test_the_nearest_neighbour_counts_and_the_others_do_not() -> None:
    far = dataclasses.replace(BASE, epochs=99, seed=5, batch_size=32)
    near = dataclasses.replace(BASE, learning_rate=0.5)
    assert default_name(BASE, [far, near]) == f"digits-cnn, learning rate {BASE.learning_rate:g}"
    assert default_name(BASE, []) == default_name(BASE, [preset("quick", "mnist")]) == "digits-cnn"


def test_a_name_is_not_longer_than_it_may_be() -> None:
    other = dataclasses.replace(BASE, augment="flip+mixed", schedule="constant", weight_decay=0.125, learning_rate=0.123456, epochs=10_000, network="conv 8 3 tanh, avgpool 2, dense 4 sigmoid")
    assert 40 < len(default_name(other, [BASE])) <= naming.LONGEST


def summary(run: str, created: float, recipe: Recipe, owner: str = "me") -> RunSummary:
    return RunSummary(run=run, status="finished", recipe=recipe, owner=owner, created=created, message="", epochs_done=1, seconds=1.0, test_accuracy=None, macro_f1=None)


def test_later_runs_and_other_people_s_leave_a_name_as_it_is() -> None:
    first, second = summary("a", 1, BASE), summary("b", 2, dataclasses.replace(BASE, seed=3))
    def named(*runs: RunSummary) -> dict[str, str]:
        return {run.run: naming.default_name(run.recipe, naming.neighbours(run, runs)) for run in (first, second)}

    assert named(second, first) == {"a": "digits-cnn", "b": "digits-cnn, seed 3"}
    more = [summary("c", 3, dataclasses.replace(BASE, seed=4)), summary("d", 0.5, dataclasses.replace(BASE, seed=3), owner="other")]
    assert named(*more, second, first) == named(second, first)


def test_a_changed_network_is_traced_to_the_one_it_was() -> None:
    for name, row in NETWORKS.items():
        assert naming.closest_registered(name) == name, row
    assert naming.closest_registered("globalpool") == ""
