"""A run's numbers for other programs: a line for each epoch as CSV, everything as JSON."""

from __future__ import annotations

import csv
import io
import json

from core.runs.snapshot import Snapshot
from core.vocabulary.metrics import class_table
from core.vocabulary.records import as_dict, required

COLUMNS = (
    "epoch", "train_loss", "running_accuracy", "train_accuracy", "validation_loss", "validation_accuracy",
    "learning_rate", "seconds", "images_per_second", "best_epoch",
)  # fmt: skip


def csv_of(run: Snapshot) -> str:
    """The epochs, 0 (untrained) first, with a line of names above; an empty field where nothing was measured."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(epoch, name) for name in COLUMNS] for epoch in run.epochs)
    return stream.getvalue()


def json_of(run: Snapshot) -> str:
    """Recipe, facts, every epoch, the test with its confusion matrix and the scores of each class."""
    result = required(run.result)
    return json.dumps({
        "run": run.run, "recipe": run.recipe.as_dict(), "facts": run.facts.as_dict(), "epochs": list(map(as_dict, run.epochs)),
        "result": as_dict(result), "classes": class_table(result.confusion, run.facts.classes),
    }, indent=1) + "\n"  # fmt: skip


def recipe_json(run: Snapshot) -> str:
    """What stands beside the weights: the recipe, the classes in the order of the outputs, the shape of an image."""
    return json.dumps({"run": run.run, **({} if run.epoch is None else {"epoch": run.epoch}), "recipe": run.recipe.as_dict(), "classes": list(run.facts.classes),
                       "shape": list(run.facts.shape)}, indent=1) + "\n"  # fmt: skip
