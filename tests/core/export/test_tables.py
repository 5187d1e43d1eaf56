"""CSV and JSON of a run."""

from __future__ import annotations

import csv
import io
import json

from core.export.tables import COLUMNS, csv_of, json_of, recipe_json
from core.vocabulary.recipe import Recipe, preset
from tests.core.export.conftest import made_up


def test_a_line_for_each_epoch_with_every_digit() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(made_up(preset("quick", "digits").changed(epochs=3))))))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3"] and tuple(rows[0]) == COLUMNS
    assert rows[0]["train_loss"] == "" and float(rows[3]["train_loss"]) == 1 / 3


def test_json_holds_recipe_epochs_and_scores() -> None:
    run = made_up(preset("quick", "digits").changed(epochs=2))
    found = json.loads(json_of(run))
    assert Recipe.from_dict(found["recipe"]) == run.recipe and len(found["epochs"]) == 3
    assert found["result"]["test_accuracy"] == 0.9 and found["classes"][3]["class"] == "3"
    beside = json.loads(recipe_json(run))
    assert beside["shape"] == [1, 8, 8] and beside["classes"] == list("0123456789")
