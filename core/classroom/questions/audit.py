"""What the printed numbers and our runs answer to the questions of the page "Audit"."""

from __future__ import annotations

from itertools import combinations

from core.classroom.questions.finding import Cards, Finding
from core.studies import audit, audit_last_batch
from core.studies import dropout as study_3
from core.vocabulary import metrics
from core.vocabulary.records import Matrix

BALANCED: Matrix = [[8, 1, 1], [2, 7, 1], [0, 1, 9]]
"""As many images of each class, as in both test sets. Rows are the truth."""
UNBALANCED: Matrix = [[90, 5, 5], [4, 91, 5], [2, 1, 1]]
POINT = 0.01


def mean_of_classes() -> Finding:
    """How the mean of the class accuracies relates to the accuracy, with equally many images of each class."""
    recall = metrics.recall(BALANCED).tolist()
    mean, accuracy = sum(recall) / len(recall), metrics.accuracy(BALANCED)
    right = "equal" if abs(mean - accuracy) < audit.EXACT else "near" if abs(mean - accuracy) < POINT else "free"
    return Finding(right, {"mean": mean, "accuracy": accuracy, "classes": len(recall), "each": sum(BALANCED[0])})


def always_the_accuracy() -> Finding:
    """Which average of the precision equals the accuracy, whatever the matrix; numbers of the unbalanced example."""
    balanced, unbalanced = _precisions(BALANCED), _precisions(UNBALANCED)
    names = ("macro", "weighted", "micro")
    always = [name for name in names if all(abs(row[name] - row["accuracy"]) < audit.EXACT for row in (balanced, unbalanced))]
    return Finding(always[0] if len(always) == 1 else None, unbalanced)


def _precisions(matrix: Matrix) -> dict[str, float]:
    """The three averages of the precision, and the accuracy."""
    _, row, _ = audit.averages(matrix)
    return {"macro": row.macro, "weighted": row.weighted, "micro": row.micro, "accuracy": metrics.accuracy(matrix)}


RARE = 0.01
"""A chance below it is no explanation."""


def sixteenths() -> Finding:
    """Why most of the printed precisions are sixteenths and equal F1: decided by how improbable an accident is, and by a
    batch size whose last batch explains all of them."""
    rows, sizes = audit_last_batch.printed_values(), audit_last_batch.by_size()
    accident = audit_last_batch.by_accident(2)
    best = next((row for row in sizes if row.fit == row.of), None)
    explained = accident < RARE and best is not None and all(row.equal for row in rows)
    return Finding("few" if explained else None, {
        "fit": sum(row.whole for row in rows), "of": len(rows), "accident": accident,
        "size": best.size if best else None, "last": best.last if best else None,
    })  # fmt: skip


def equal_rows(cards: Cards) -> Finding | None:
    """In how many of ten rows two networks agree by accident: all pairs of ours on Fashion-MNIST, to 0.1 percent."""
    same = [card for card in cards.values() if card.recipe.dataset == "fashion-mnist"]
    columns = [[round(100 * share, 1) for share in metrics.recall(card.result.confusion)] for card in same]
    equal = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in combinations(columns, 2)]
    if not equal:
        return None
    mean, rows = sum(equal) / len(equal), len(columns[0])
    right = "often" if mean > rows / 2 else "seldom" if any(equal) else "never"
    return Finding(right, {"pairs": len(equal), "none": equal.count(0), "mean": mean, "most": max(equal), "rows": rows})


def train_below_test(cards: Cards) -> Finding | None:
    """Whether a training accuracy can lie below the test's; `cards`: study 3, counted as most programs do, while learning.

    `yes` as soon as one of our rates shows it; the one that shows it most gives the numbers.
    """
    rates = study_3.rate_rows(cards)
    if not rates:
        return None
    row = min(rates, key=lambda row: row.running_accuracy - row.test_accuracy)
    below = row.running_accuracy < row.test_accuracy
    return Finding("yes" if below else None, {"network": row.network, "rate": row.rate, "train": row.running_accuracy, "test": row.test_accuracy})
