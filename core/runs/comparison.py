"""Finished runs compared: image by image where their answers to the same test images are kept, by their seeds where there are some.

No torch: pages compare too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets import arrays, files
from core.pretrained.cards import identity
from core.pretrained.outputs import Answers
from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.records import required
from core.vocabulary.stats import Difference, Spread, mcnemar_test, spread, t_test, two_proportion_test


def test_answers(run: Snapshot, data: Path) -> Answers | None:
    """What a run answered to each image of its test set; confidence in steps of 1/255.

    None where that was not kept, where it is not what the confusion matrix counts, and where the data set is not in `data`.
    LabError for a data set that is damaged.
    """
    if run.result is None or run.history is None or not files.state(run.recipe.dataset, data).present:
        return None
    chances = run.history.test_probabilities()
    if chances is None:
        return None
    whole = arrays.read(run.recipe.dataset, data)
    labels, guesses = whole.labels[whole.train_size :].astype(np.int64), chances.argmax(axis=1).astype(np.int64)
    if len(labels) != len(guesses) or chances.shape[1] != len(whole.classes):
        return None
    if metrics.confusion_matrix(labels, guesses, len(whole.classes)).tolist() != [list(row) for row in run.result.confusion]:
        return None
    return Answers(labels, guesses, chances.max(axis=1) / 255)


# --- two runs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tested runs on the same data set."""

    first: Snapshot
    second: Snapshot
    difference: Difference
    """The second's lead over the first: McNemar's test where both kept their answers, else two proportions."""
    recall_change: tuple[float, ...]
    """Of each class: the second's recall less the first's."""


def compare_two(first: Snapshot, second: Snapshot, data: Path) -> Pair | None:
    """None where one was not tested, or their test sets are not the same. LabError for a data set that is damaged."""
    if first.result is None or second.result is None or first.recipe.dataset != second.recipe.dataset or first.facts.classes != second.facts.classes:
        return None
    before, after = first.result, second.result
    tested = int(metrics.support(before.confusion).sum())
    if tested != int(metrics.support(after.confusion).sum()):
        return None
    own, other = test_answers(first, data), test_answers(second, data)
    if own is not None and other is not None:
        found = mcnemar_test((other.guesses == other.labels).tolist(), (own.guesses == own.labels).tolist())
    else:
        found = two_proportion_test(metrics.accuracy(after.confusion), metrics.accuracy(before.confusion), tested)
    change = metrics.recall(after.confusion) - metrics.recall(before.confusion)
    return Pair(first, second, found, tuple(np.asarray(change).tolist()))


# --- seeds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """Tested runs whose recipes differ by nothing but the seed."""

    runs: tuple[Snapshot, ...]
    accuracies: tuple[float, ...]
    """Of the test, in the order of the runs."""

    @property
    def spread(self) -> Spread:
        """Mean, least and greatest test accuracy."""
        return required(spread(self.accuracies))


def by_recipe(runs: Sequence[Snapshot]) -> list[Group]:
    """The tested ones of the runs, those that differ by their seed alone together."""
    found: dict[tuple[object, ...], list[Snapshot]] = {}
    for run in runs:
        if run.result is not None:
            found.setdefault(identity(run.recipe.changed(seed=0)), []).append(run)
    return [Group(tuple(group), tuple(required(run.result).test_accuracy for run in group)) for group in found.values()]


def compare_groups(first: Group, second: Group) -> Difference | None:
    """The second recipe's lead over the first, by the seeds. None where no recipe has two seeds, and for two data sets."""
    if first.runs[0].recipe.dataset != second.runs[0].recipe.dataset:
        return None
    return t_test(second.accuracies, first.accuracies)
