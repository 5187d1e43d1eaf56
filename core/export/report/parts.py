"""What reports of a run, a comparison and a study have in common: tables and figures of a tested run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.datasets import arrays
from core.datasets.formats import Images
from core.export.report import figures
from core.export.report.document import Blank, Block, Figure, Paragraph, Section, Table
from core.export.report.figures import Series, Tile
from core.export.report.words import number, percent
from core.images import plain_resampling
from core.runs.comparison import test_answers
from core.runs.naming import value_in_words
from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, Recipe
from core.vocabulary.records import Epoch, required
from core.vocabulary.stats import wilson

MISTAKES = 10
"""So many of the mistakes that a run is surest of are shown."""
ON_WHICH = "On the validation set; while learning, of a run that held nothing out."
OWN_WORDS = Section("What follows from it", (
    Blank("What surprised me:", 3), Blank("What I conclude, and why:", 4), Blank("What I would try next:", 3),
))  # fmt: skip


def question(prompt: str) -> Section:
    """The first section: what was to be found out, in the reader's own words."""
    return Section("Question", (Paragraph(prompt), Blank("What I wanted to find out:", 2), Blank("What I expected, before I saw the result:", 2)))


def called(run: Snapshot) -> str:
    """The run's id, with the name that somebody gave it."""
    return f"{run.name} ({run.run})" if run.name else run.run


def field_value(recipe: Recipe, name: str) -> str:
    """The value of a field in words, without the field's own name in front: that stands beside it."""
    return value_in_words(name, getattr(recipe, name)).removeprefix(f"{name.replace('_', ' ')} ")


def recipe_table(run: Snapshot) -> Table:
    """Every value of the recipe."""
    rows = [(name.replace("_", " "), field_value(run.recipe, name)) for name in FIELDS if name != "preset"]
    facts = run.facts
    rows += [("parameters", number(facts.parameters)), ("training images", number(facts.train)), ("validation images", number(facts.validation)),
             ("test images", number(facts.test))]  # fmt: skip
    half = (len(rows) + 1) // 2
    right = [*rows[half:], ("", "")][:half]
    beside = [(*one, *other) for one, other in zip(rows[:half], right, strict=True)]
    return Table("The recipe: with it and the same versions anybody gets the same run.", ("field", "value", "field", "value"), beside, words=4)


def accuracy_sentence(run: Snapshot) -> str:
    """The test accuracy with Wilson's interval."""
    result = required(run.result)
    counts = np.asarray(result.confusion)
    right, tested = int(np.trace(counts)), int(counts.sum())
    low, high = wilson(right, tested)
    return (f"{called(run)} names {number(right)} of {number(tested)} test images rightly: {percent(result.test_accuracy, 2)}. "
            f"The test set is a sample: by Wilson's method the accuracy on all such images lies between {percent(low)} and {percent(high)} (95%).")  # fmt: skip


def class_table(run: Snapshot) -> Table:
    """Recall, precision and F1 of each class, and their means."""
    confusion = required(run.result).confusion
    rows = [(str(row["class"]), number(row["support"]), percent(row["recall"]), percent(row["precision"]), f"{row['f1']:.3f}")
            for row in metrics.class_table(confusion, run.facts.classes)]  # fmt: skip
    macro = metrics.macro(confusion)
    rows.append(("mean over classes", number(int(np.asarray(confusion).sum())), percent(macro.recall), percent(macro.precision), f"{macro.f1:.3f}"))
    return Table(f"The test of {called(run)}, class by class.", ("class", "test images", "recall", "precision", "F1"), rows)


def confusion_figure(run: Snapshot) -> Figure:
    """The confusion matrix of the test."""
    return Figure(f"Confusion matrix of {called(run)} on the test set; the darker a cell, the larger its share of its row.",
                  figures.confusion(required(run.result).confusion, run.facts.classes))  # fmt: skip


def curve_figures(runs: Sequence[Snapshot]) -> list[Block]:
    """Loss and accuracy over the epochs: of one run on training and validation set, of several on the validation set."""
    found: list[Block] = []
    for measure, y in (("loss", "loss"), ("accuracy", "accuracy")):
        series = [line for run in runs for line in _lines(run, measure, alone=len(runs) == 1)]
        if series:
            drawing = figures.plot(series, "epoch", y, shares=measure == "accuracy")
            which = "Training is counted while learning, with dropout where there is some." if len(runs) == 1 else ON_WHICH
            found.append(Figure(f"{y.capitalize()} over the epochs. {which}", drawing))
    return found


def _lines(run: Snapshot, measure: str, alone: bool) -> list[Series]:
    fields = {"training": "train_loss" if measure == "loss" else "running_accuracy", "validation": f"validation_{measure}"}
    found = [Series(part if alone else f"{run.name or run.run}: {part}", points) for part, field in fields.items() if (points := over_epochs(run.epochs, field))]
    return found if alone else found[-1:]


def over_epochs(epochs: Sequence[Epoch], field: str) -> list[tuple[float, float]]:
    """(epoch, value) of a field where it was measured, from epoch 1 on."""
    return [(float(epoch.epoch), float(getattr(epoch, field))) for epoch in epochs if epoch.epoch > 0 and getattr(epoch, field) is not None]


def mistakes(run: Snapshot, data: Path) -> list[Block]:
    """The wrong answers that the run was surest of, as images; a sentence where they cannot be shown."""
    try:
        answers = test_answers(run, data)
    except LabError as damaged:
        return [Paragraph(f"The mistakes are not shown as images: {damaged}.")]
    if answers is None:
        return [Paragraph("The mistakes are not shown as images: the run kept no answer to each test image, or its data set is not on this machine.")]
    chosen = answers.mistakes(MISTAKES)
    if not chosen:
        return [Paragraph("There is no mistake to show: every test image was named rightly.")]
    whole, classes = arrays.read(run.recipe.dataset, data), run.facts.classes
    images = whole.images[whole.train_size :][chosen]
    side = run.recipe.resolution
    if side not in (None, images.shape[-1]):
        images = plain_resampling.at_resolution(images, required(side), run.recipe.filter)
    shown = [Tile(_upright(image), (f"{classes[answers.guesses[index]]} {percent(answers.confidence[index], 0)} ✗", f"truth: {classes[answers.labels[index]]}"))
             for image, index in zip(images, chosen, strict=True)]  # fmt: skip
    alt = "; ".join(f"{classes[answers.labels[index]]} taken for {classes[answers.guesses[index]]}" for index in chosen)
    return [Figure(f"The {len(chosen)} wrong answers that {called(run)} was surest of: its answer with its confidence, and the truth.",
                   figures.tiles(shown, f"Mistakes: {alt}.", across=5))]  # fmt: skip


def _upright(image: Images) -> Images:
    """uint8 (C, H, W) -> (H, W) or (H, W, 3)."""
    return image[0] if len(image) == 1 else image.transpose(1, 2, 0)
