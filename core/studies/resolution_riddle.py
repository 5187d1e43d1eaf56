"""The riddle of study 1: under TOTV 'cat' gets more accurate as the images get blurrier. Read from the networks' answers.

Recall counts among the true cats, precision among the images that are called cat. A class that is called more and
more often (the attractor) gains recall without knowing anything more; taking some of its logit away undoes that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pretrained.outputs import Outputs
from core.vocabulary import metrics
from core.vocabulary.recipe import FILTERS
from core.vocabulary.records import Matrix

ENOUGH = 3
"""As many seeds of the report's recipe must agree before the page calls a claim confirmed."""
STEPS = tuple(round(0.1 * step, 1) for step in range(61))
"""By how much the attractor's logit can be lowered."""

Rows = list[dict[str, Any]]


# --- one logit lowered --------------------------------------------------------------------------------------------


def guesses(logits: NDArray[Any], label: int, by: float) -> NDArray[np.int64]:
    """(N, C) -> (N,): the class with the largest logit after `by` was taken from that of the class `label`.

    >>> guesses(np.array([[2.0, 1.0], [2.0, 1.9]]), 0, 0.5).tolist()
    [0, 1]
    """
    shifted = logits.astype(np.float32)
    shifted[:, label] -= by
    return np.asarray(shifted.argmax(axis=1), np.int64)


def lowered(outputs: Outputs, side: int, label: int, by: float) -> Matrix:
    """The confusion matrix of the test set at a side, with `by` taken from one class's logit."""
    logits = outputs.logits[side]
    found: Matrix = metrics.confusion_matrix(outputs.labels, guesses(logits, label, by), logits.shape[1]).tolist()
    return found


def lowering(outputs: Outputs, side: int, label: int, steps: Sequence[float] = STEPS) -> Rows:
    """What happens to the class `label` and to the accuracy as its logit is lowered step by step."""
    rows = []
    for by in steps:
        scores = metrics.scores(lowered(outputs, side, label, by))
        rows.append({
            "by": by, "accuracy": scores.accuracy, "recall": scores.recall[label],
            "precision": scores.precision[label], "predicted": scores.predicted[label],
        })  # fmt: skip
    return rows


def best(rows: Rows) -> dict[str, Any]:
    """The row of `lowering` with the best accuracy; of equal ones the one that changes least."""
    return max(rows, key=lambda row: (row["accuracy"], -row["by"]))


def pull(outputs: Outputs, side: int, label: int) -> float:
    """How far the logit of the class lies above the mean of all classes, for images that are NOT of that class."""
    logits = outputs.logits[side].astype(np.float64)[outputs.labels != label]
    return float((logits[:, label] - logits.mean(axis=1)).mean())


# --- several networks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many networks something is true: of all, and of those trained by the report's recipe."""

    holds: int
    of: int
    report_holds: int
    report_of: int

    @property
    def enough(self) -> bool:
        """Whether there are enough seeds of the report's recipe to say anything."""
        return self.report_of >= ENOUGH

    @property
    def confirmed(self) -> bool:
        """Whether it holds for every network of the report's recipe, and there are enough of them."""
        return self.enough and self.report_holds == self.report_of


def count(rows: Rows, key: str) -> Count:
    """For how many of the rows (one a network) `row[key]` is true."""
    report = [row for row in rows if row["preset"] == "report"]
    return Count(sum(row[key] for row in rows), len(rows), sum(row[key] for row in report), len(report))


def cats(riddle: Rows, filter: str) -> Rows:
    """One row a network, of `resolution.riddle`'s rows: what becomes of 'cat' from the sharpest to the blurriest side.

    `rises`: its recall is higher at some blurrier side than at the sharpest; there its precision is lower (`falls`)
    and it is predicted more often (`grows`).
    """
    found = []
    for run in dict.fromkeys(row["run"] for row in riddle):
        cells = [row for row in riddle if row["run"] == run and row["filter"] == filter]
        if len(cells) < 2:
            continue
        sharp = max(cells, key=lambda cell: cell["resolution"])
        peak = max(cells, key=lambda cell: (cell["cat_recall"], cell["resolution"]))
        found.append({
            "run": run, "preset": sharp["preset"], "seed": sharp["seed"], "peak": peak["resolution"],
            **{f"{score}_{cell['resolution']}": cell[f"cat_{score}"]
               for cell in cells for score in ("recall", "precision", "predicted")},
            "rises": peak["cat_recall"] > sharp["cat_recall"],
            "falls": peak["cat_precision"] < sharp["cat_precision"],
            "grows": peak["cat_predicted"] > sharp["cat_predicted"],
        })  # fmt: skip
    for row in found:
        row["explained"] = row["rises"] and row["falls"] and row["grows"]
    return found


def attractors(riddle: Rows, side: int) -> Rows:
    """One row a filter: the class that most networks predict most at a side, and how many of them do.

    `recall`, `precision` and `attracted` (how often it is predicted) are its means over those networks.
    """
    found = []
    for filter in FILTERS:
        cells = [row for row in riddle if row["filter"] == filter and row["resolution"] == side]
        if not cells:
            continue
        most, _ = Counter(cell["attractor"] for cell in cells).most_common(1)[0]
        drawn = [cell for cell in cells if cell["attractor"] == most]
        agreed = count([{**cell, "agrees": cell["attractor"] == most} for cell in cells], "agrees")
        found.append({
            "filter": filter, "resolution": side, "attractor": most, "agreed": agreed,
            "report": [cell["attractor"] for cell in cells if cell["preset"] == "report"],
            "other": [cell["attractor"] for cell in cells if cell["preset"] != "report"],
            **{score: sum(cell[f"attractor_{score}"] for cell in drawn) / len(drawn) for score in ("recall", "precision")},
            "attracted": sum(cell["attracted"] for cell in drawn) / len(drawn),
            "runs": [cell["run"] for cell in cells],
        })  # fmt: skip
    return found


def decides(rows: Rows) -> str:
    """What decides which class attracts, by the rows of `attractors` at one side.

    `filter`: with each filter all networks agree, and the filters differ. `nothing`: all agree with every filter.
    `both`: filters differ, and so do networks with the same filter. `network`: only the networks differ.
    """
    differ = len({row["attractor"] for row in rows}) > 1
    agree = all(row["agreed"].holds == row["agreed"].of for row in rows)
    return ("filter" if agree else "both") if differ else ("nothing" if agree else "network")
