"""The report of several finished runs, the first of which the others are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.export.report import figures
from core.export.report.document import Block, Document, Figure, Paragraph, Section, Table
from core.export.report.parts import OWN_WORDS, called, confusion_figure, curve_figures, mistakes, question
from core.export.report.words import decided, percent, points
from core.export.titles import title
from core.runs.comparison import Pair, by_recipe, compare_groups, compare_two
from core.runs.naming import differences, value_in_words
from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.records import required

MOST_RUNS = 6
"""More columns and lines could not be read."""


def comparison_report(runs: Sequence[Snapshot], data: Path) -> Document:
    """What differs, the curves, the tests, what changed by class. LabError for fewer than 2 or more than MOST_RUNS runs."""
    if not 2 <= len(runs) <= MOST_RUNS or len({run.run for run in runs}) < len(runs):
        raise LabError(f"a comparison needs 2 to {MOST_RUNS} different runs, not {', '.join(run.run for run in runs) or 'none'}")
    pairs = [pair for other in runs[1:] if (pair := compare_two(runs[0], other, data))]
    curves = curve_figures(runs)
    return Document(f"{called(runs[0])} compared with {', '.join(map(called, runs[1:]))}", "A comparison of runs of the Resolution Lab", (
        question(f"{len(runs)} runs are compared: {'; '.join(f'{called(run)}, {title(run)}' for run in runs)}."),
        Section("What differs", (_differences(runs),)),
        *((Section("Training", curves),) if curves else ()),
        Section("Test", [_scores(runs), *_seeds(runs), *(Paragraph(sentence(pair)) for pair in pairs)]),
        *(Section(f"From {called(pair.first)} to {called(pair.second)}", _changes(pair)) for pair in pairs),
        Section("The most confident mistakes", [block for run in runs for block in mistakes(run, data)]),
        OWN_WORDS,
    ))  # fmt: skip


def sentence(pair: Pair) -> str:
    """What the test says about two runs, in words."""
    return decided(called(pair.second), called(pair.first), pair.difference)


def _differences(runs: Sequence[Snapshot]) -> Block:
    fields = dict.fromkeys(it.field for other in runs[1:] for it in differences(runs[0].recipe, other.recipe))
    if not fields:
        return Paragraph("The recipes are the same.")
    rows = [(field.replace("_", " "), *(value_in_words(field, getattr(run.recipe, field)) for run in runs)) for field in fields]
    return Table("The recipes; what is equal in all is left out.", ("value", *map(called, runs)), rows, words=len(runs) + 1)


def _scores(runs: Sequence[Snapshot]) -> Table:
    rows = []
    for run in runs:
        confusion = required(run.result).confusion
        macro = metrics.macro(confusion)
        rows.append((called(run), percent(metrics.accuracy(confusion), 2), percent(macro.precision), percent(macro.recall), f"{macro.f1:.3f}"))
    return Table("The tests.", ("run", "accuracy", "precision", "recall", "F1"), rows)


def _seeds(runs: Sequence[Snapshot]) -> list[Block]:
    """The runs of one recipe together, where some recipe has several seeds."""
    groups = by_recipe(runs)
    if all(len(group.runs) < 2 for group in groups):
        return []
    names = [", ".join(map(called, group.runs)) for group in groups]
    rows = [(name, str(group.spread.count), percent(group.spread.mean, 2), percent(group.spread.low, 2), percent(group.spread.high, 2))
            for name, group in zip(names, groups, strict=True)]  # fmt: skip
    found: list[Block] = [Table("Runs that differ by their seed alone, together.", ("runs", "seeds", "mean accuracy", "least", "greatest"), rows)]
    tests = [(name, test) for name, group in zip(names[1:], groups[1:], strict=True) if (test := compare_groups(groups[0], group))]
    return found + [Paragraph(decided(name, names[0], test)) for name, test in tests]


def _changes(pair: Pair) -> list[Block]:
    first, second = required(pair.first.result).confusion, required(pair.second.result).confusion
    names = pair.first.facts.classes
    rows = [(name, percent(before), percent(after), points(change)) for name, before, after, change in
            zip(names, metrics.recall(first), metrics.recall(second), pair.recall_change, strict=True)]  # fmt: skip
    return [
        Table("Recall of each class; the change in percentage points.", ("class", called(pair.first), called(pair.second), "change"), rows),
        confusion_figure(pair.first),
        confusion_figure(pair.second),
        Figure(f"Confusion matrix of {called(pair.second)} less that of {called(pair.first)}: ✓ better, ✗ worse.",
               figures.difference(np.asarray(first), np.asarray(second), names)),
    ]  # fmt: skip
