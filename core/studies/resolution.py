"""Study 1: what the resolution of the images does, by three protocols (Kannojia and Jaiswal 2018, and ours).

TOTV: one network trained on original images, tested at each resolution. TVTV: one network for each resolution.
mixed (neither source has it): one network, each image of each step at a resolution drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun, sweep
from core.studies.rows import Row, once_for_cards
from core.vocabulary import metrics
from core.vocabulary.metrics import Scores
from core.vocabulary.recipe import FILTERS, Recipe, preset
from core.vocabulary.records import Matrix

PROTOCOLS = ("totv", "tvtv", "mixed")
SIDES = {"cifar10": (32, 24, 16, 8), "mnist": (28, 21, 14, 7)}
FULL = (32, 16, 8)
"""The resolutions of the report: these networks are trained at its full length."""
FILTER = "bilinear"
"""Not stated by the report; inferred: at its own length this filter comes nearest to its TOTV, at both sides and class by
class. `area` lies inside the expected ranges too, but draws the predictions to 'truck' where the report's go to 'cat'."""
RIDDLE = ("cifar10-32", "cifar10-32-seed1", "cifar10-32-seed2", "cifar10-fast", "cifar10-fast-seed1", "cifar10-fast-seed2")
"""The networks that were trained on full images: the report's recipe and the fast one, with three seeds each."""

FAST = {32: "cifar10-fast", 24: "cifar10-24", 16: "cifar10-fast-16", 8: "cifar10-fast-8"}
"""side -> the network of TVTV by the `fast` recipe, that of `mixed`; the report's own are `cifar10-SIDE`."""

RECIPES = {"cifar10": ("fast", "report"), "mnist": ("fast",)}
"""The recipes of a data set. By the first all three protocols were trained, so by it they are compared; the last is
what the published numbers stand beside."""


@cache
def plan() -> Plan:
    """Name -> planned run, the longest last. One thread: two runs share a machine best."""
    report, fast, mnist = (preset(*names).changed(filter=FILTER) for names in (("report",), ("fast", "cifar10"), ("fast", "mnist")))
    own_sides = dict.fromkeys(FILTERS, SIDES["cifar10"])
    runs = {"mnist-28": PlannedRun(mnist, weights=True, evaluate_at=sweep("mnist"))}
    runs |= {f"mnist-{side}": _at(mnist, side) for side in SIDES["mnist"][1:]}
    runs["mnist-mixed"] = PlannedRun(mnist.changed(augment="mixed"), weights=True, evaluate_at=sweep("mnist"))
    runs["cifar10-fast"] = PlannedRun(fast, evaluate_at=own_sides)
    runs |= {f"cifar10-fast-seed{seed}": PlannedRun(fast.changed(seed=seed), evaluate_at=own_sides) for seed in (1, 2)}
    runs |= {name: _at(fast, side, kept=side not in FULL) for side, name in FAST.items() if side != SIDES["cifar10"][0]}
    runs["cifar10-mixed"] = PlannedRun(fast.changed(augment="flip+mixed"), weights=True, evaluate_at=sweep("cifar10"))
    runs["cifar10-32"] = PlannedRun(report, weights=True, evaluate_at=sweep("cifar10"), keep_outputs_at=SIDES["cifar10"])
    runs |= {f"cifar10-{side}": _at(report, side) for side in FULL[1:]}
    runs |= {f"cifar10-32-seed{seed}": PlannedRun(report.changed(seed=seed), evaluate_at=own_sides) for seed in (1, 2)}
    return {name: _on_one_thread(planned) for name, planned in runs.items()}


def _at(recipe: Recipe, side: int, kept: bool = True) -> PlannedRun:
    """A network of TVTV: it is tested at the resolution that it was trained on. `kept`: with weights and answers."""
    outputs = (side,) if kept and side in FULL and recipe.dataset == "cifar10" else ()
    return PlannedRun(recipe.changed(resolution=side), weights=kept, evaluate_at={FILTER: (side,)}, keep_outputs_at=outputs)


def _on_one_thread(planned: PlannedRun) -> PlannedRun:
    return PlannedRun(planned.recipe.changed(threads=1), planned.weights, planned.evaluate_at, planned.keep_outputs_at)


def name_of(dataset: str, protocol: str, side: int) -> str:
    """The planned run whose network answers for a protocol at a side."""
    return {"totv": f"{dataset}-{SIDES[dataset][0]}", "tvtv": f"{dataset}-{side}", "mixed": f"{dataset}-mixed"}[protocol]


def variants(dataset: str, protocol: str, side: int) -> tuple[str, ...]:
    """Every planned run that answers for a cell, `name_of` first: for CIFAR-10 also those by the `fast` recipe."""
    also = {"totv": FAST[32], "tvtv": FAST[side]}.get(protocol) if dataset == "cifar10" else None
    return tuple(dict.fromkeys(filter(None, (name_of(dataset, protocol, side), also))))


def planned_runs(dataset: str, protocols: Iterable[str]) -> list[str]:
    """The first planned run of every cell of some protocols, each once."""
    return list(dict.fromkeys(name_of(dataset, protocol, side) for protocol in protocols for side in SIDES[dataset]))


# --- the table of cells -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A planned run that answers for a data set, a protocol and a resolution, and how it did on the test set there."""

    dataset: str
    protocol: str
    side: int
    """Pixels of the test images, reduced by FILTER."""
    run: str
    """The planned name."""
    preset: str
    """Of its recipe."""
    card: Card | None
    """None: the run is not there yet."""
    matrix: Matrix | None
    """(C, C) counts; None: not there, or not evaluated at this side."""
    scores: Scores | None
    """Of `matrix`."""

    @property
    def accuracy(self) -> float | None:
        """Of `matrix`, 0 to 1."""
        return self.scores.accuracy if self.scores else None


@dataclass(frozen=True, slots=True)
class Cells:
    """Every cell with every run that is planned for it, in the order of protocols, data sets, sides and `variants`."""

    every: tuple[Cell, ...]
    by_place: Mapping[tuple[str, str, int], tuple[Cell, ...]]
    """(data set, protocol, side) -> its runs."""

    def variants(self, dataset: str, protocol: str, side: int) -> tuple[Cell, ...]:
        """Every planned run of a cell. KeyError for a side that the study does not have."""
        return self.by_place[dataset, protocol, side]

    def answering(self, dataset: str, protocol: str, side: int) -> Cell:
        """The run that answers for a cell: the first that is there, else the first that is planned."""
        planned = self.variants(dataset, protocol, side)
        return next((cell for cell in planned if cell.card), planned[0])

    def by_recipe(self, preset: str, dataset: str, protocol: str, side: int) -> Cell | None:
        """The run of a cell by the recipe of this name; None where none is planned."""
        return next((cell for cell in self.variants(dataset, protocol, side) if cell.preset == preset), None)

    def nearest_recipe(self, preset: str, dataset: str, protocol: str, side: int) -> Cell:
        """The run by this recipe where it is there, else the one that answers for the cell."""
        own = self.by_recipe(preset, dataset, protocol, side)
        return own if own and own.card else self.answering(dataset, protocol, side)

    def tested(self, dataset: str) -> list[Cell]:
        """Of each cell of a data set the run that answers, where it was evaluated at the cell's side."""
        found = [self.answering(*place) for place in self.by_place if place[0] == dataset]
        return [cell for cell in found if cell.matrix]


@once_for_cards
def cells(cards: Mapping[str, Card]) -> Cells:
    """The table for these cards; worked out once for the same cards."""
    presets = {name: planned.recipe.preset for name, planned in plan().items()}
    places = {
        (dataset, protocol, side): tuple(_cell(dataset, protocol, side, name, presets[name], cards.get(name))
                                         for name in variants(dataset, protocol, side))
        for protocol in PROTOCOLS for dataset, sides in SIDES.items() for side in sides
    }  # fmt: skip
    return Cells(tuple(cell for found in places.values() for cell in found), places)


def _cell(dataset: str, protocol: str, side: int, run: str, preset: str, card: Card | None) -> Cell:
    matrix = card.matrix(side, FILTER) if card else None
    scores = metrics.scores(matrix) if matrix else None
    return Cell(dataset, protocol, side, run, card.recipe.preset if card else preset, card, matrix, scores)


# --- tables -------------------------------------------------------------------------------------------------------


def tables(cards: Mapping[str, Card]) -> dict[str, Sequence[Row]]:
    """`totv`, `tvtv`, `mixed`: a row for each data set, resolution and recipe whose run is there; `riddle`: see `riddle`."""
    found = {protocol: [row for cell in cells(cards).every if cell.protocol == protocol and (row := score_row(cell))] for protocol in PROTOCOLS}
    return {**found, "riddle": riddle(cards)}


@dataclass(frozen=True, slots=True)
class ScoreRow(Row):
    """Everything that one confusion matrix of the test set says, and whose it is. Scores are from 0 to 1."""

    dataset: str
    resolution: int
    """Pixels of a side."""
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    recall: list[float]
    """By class."""
    precision: list[float]
    predicted: list[int]
    """How often each class was predicted."""
    confusion: Matrix
    preset: str
    run: str


def score_row(cell: Cell) -> ScoreRow | None:
    """The row of a cell; None where it has no test."""
    if cell.card is None or cell.matrix is None or cell.scores is None:
        return None
    scores = cell.scores
    return ScoreRow(
        dataset=cell.dataset,
        resolution=cell.side,
        accuracy=scores.accuracy,
        macro_precision=scores.macro.precision,
        macro_recall=scores.macro.recall,
        macro_f1=scores.macro.f1,
        recall=list(scores.recall),
        precision=list(scores.precision),
        predicted=list(scores.predicted),
        confusion=cell.matrix,
        preset=cell.preset,
        run=cell.card.name,
    )


@dataclass(frozen=True, slots=True)
class RiddleRow(Row):
    """A network trained on full images, at one filter and resolution: which class attracts, and 'cat' alone."""

    run: str
    preset: str
    seed: int
    filter: str
    resolution: int
    """Pixels of a side."""
    accuracy: float
    attractor: str
    """The class that is predicted most."""
    attracted: int
    """How often."""
    attractor_recall: float
    attractor_precision: float
    cat_predicted: int
    cat_recall: float
    cat_precision: float


@once_for_cards
def riddle(cards: Mapping[str, Card]) -> tuple[RiddleRow, ...]:
    """A row for each network trained on full images, filter and resolution that was evaluated."""
    rows = []
    for card in (cards[name] for name in RIDDLE if name in cards):
        cat = card.facts.classes.index("cat")
        for filter in FILTERS:
            for side in SIDES["cifar10"]:
                matrix = card.matrix(side, filter)
                if matrix is None:
                    continue
                scores = metrics.scores(matrix)
                most = max(range(len(scores.predicted)), key=scores.predicted.__getitem__)
                rows.append(RiddleRow(
                    run=card.name, preset=card.recipe.preset, seed=card.recipe.seed, filter=filter,
                    resolution=side, accuracy=scores.accuracy, attractor=card.facts.classes[most],
                    attracted=scores.predicted[most], attractor_recall=scores.recall[most],
                    attractor_precision=scores.precision[most], cat_predicted=scores.predicted[cat],
                    cat_recall=scores.recall[cat], cat_precision=scores.precision[cat],
                ))  # fmt: skip
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A network's accuracy (0 to 1) on test images of some side in pixels."""

    side: int
    accuracy: float


def curve(card: Card, filter: str) -> list[CurvePoint]:
    """One network at every side that it was evaluated at, the smallest first: the sweep."""
    sides = sorted(map(int, card.evaluations.get(filter, {})))
    return [CurvePoint(side, metrics.accuracy(matrix)) for side in sides if (matrix := card.matrix(side, filter))]
