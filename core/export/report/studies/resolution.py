"""Sections of the report of study 1: the tables and figures of the course report, ours beside the published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.export.report import figures
from core.export.report.document import Block, Figure, Paragraph, Section, Table
from core.export.report.figures import Series, Tile
from core.export.report.studies.common import curves, layers, recipes, surest_mistakes
from core.export.report.words import decided, number, percent, points
from core.images import plain_resampling
from core.pretrained.cards import Card
from core.pretrained.outputs import Answers, read_outputs
from core.pretrained.test_images import first_image
from core.studies.published import report_recall
from core.studies.resolution import FILTER, FULL, PROTOCOLS, RECIPES, SIDES, Cell, cells, riddle
from core.studies.resolution_findings import (
    SCORES,
    BesidePublished,
    Score,
    beside_published,
    filter_fit,
    mixed_against_tvtv,
)
from core.studies.resolution_riddle import cats
from core.vocabulary.sources import source_of
from core.vocabulary.stats import Difference, mcnemar_test, two_proportion_test

Cards = Mapping[str, Card]
IMAGES = 10
NAMES = {"totv": "TOTV", "tvtv": "TVTV", "mixed": "mixed"}
SETS = {"cifar10": "CIFAR-10", "mnist": "MNIST"}
SCORE_NAMES: dict[Score, str] = {"accuracy": "accuracy", "precision": "precision", "f1": "F1"}
NUMBERS: dict[Score, int] = {"accuracy": 8, "precision": 9, "f1": 10}
"""Score -> the number of its figure in the course report."""


def sections(cards: Cards, folder: Path, data: Path) -> list[Section]:
    """All of study 1. `cards`: planned name -> card; `folder`: where they lie; `data`: the data sets."""
    return [
        Section("Method", _method(cards)),
        Section("The images", _images(folder)),
        Section("Training", curves(
            "Training loss of the networks for 32, 16 and 8 pixels, counted while learning (Figures 5, 6 and 7 of the course report).",
            {f"trained at {side} × {side}": cards[f"cifar10-{side}"] for side in FULL if f"cifar10-{side}" in cards}, "train_loss", "loss")),
        *(Section(f"Results on {SETS[dataset]}", _results(cards, dataset)) for dataset in SIDES),
        Section("Class by class", [table for protocol in ("totv", "tvtv") for table in _recall(cards, protocol)]),
        Section("The riddle of the cat", _riddle(cards)),
        Section("Which filter?", _filters(cards)),
        Section("One network for every resolution", _mixed(cards)),
        Section("What was decided by which test", _tests(cards, folder)),
        Section("Confusion matrices", _matrices(cards)),
        Section("The most confident mistakes", [block for side in FULL if f"cifar10-{side}" in cards
                                                for block in surest_mistakes(cards[f"cifar10-{side}"], folder, data)]),
    ]  # fmt: skip


def _method(cards: Cards) -> list[Block]:
    trained = {f"{side} × {side}": cards[f"cifar10-{side}"] for side in FULL if f"cifar10-{side}" in cards}
    return [
        Paragraph("Images are reduced to a smaller side and brought back to their own, so that one network takes all of them. TOTV: one network, "
                  "trained on original images, is tested at each resolution. TVTV: a network for each resolution, trained and tested there. "
                  "Mixed, which is ours: one network, each step of whose training sees images at a resolution drawn at random."),
        layers("The network for CIFAR-10 (the layer table of the course report).", "report", (3, 32, 32)),
        *([recipes("How the networks for each resolution were trained.", trained)] if trained else []),
    ]  # fmt: skip


def _images(folder: Path) -> list[Block]:
    found = [image for number in range(IMAGES) if (image := first_image("cifar10", number, folder))]
    if not found:
        return [Paragraph("The first test images are not on this machine.")]
    classes, blocks = source_of("cifar10").classes, list[Block]()
    for side, place in zip(FULL, (2, 3, 4), strict=True):
        shown = [Tile(plain_resampling.at_resolution(image.transpose(2, 0, 1)[None], side, FILTER)[0].transpose(1, 2, 0), (classes[label],)) for image, label in found]
        blocks.append(Figure(f"The first {len(found)} test images of CIFAR-10 at {side} × {side} pixels (Figure {place} of the course report).",
                             figures.tiles(shown, f"Test images at {side} × {side}: {', '.join(classes[label] for _, label in found)}.", across=10)))  # fmt: skip
    return blocks


# --- scores --------------------------------------------------------------------------------------------------------


def _results(cards: Cards, dataset: str) -> list[Block]:
    rows = beside_published(cards, dataset, RECIPES[dataset][-1])
    tables: list[Block] = []
    for protocol in PROTOCOLS:
        own = [row for row in rows if row.cell.protocol == protocol]
        place = {"totv": " (Table 1 of the course report)", "tvtv": " (Table 3 of the course report)"}.get(protocol, "") if dataset == "cifar10" else ""
        sources = ("report", "paper") if place else ("paper",) if protocol != "mixed" else ()
        head = ["pixels", *(name for score in SCORES for name in (SCORE_NAMES[score], *sources))]
        found = [[f"{row.cell.side} × {row.cell.side}", *(percent(getattr(row, whose)[score]) for score in SCORES for whose in ("ours", *sources))] for row in own]
        name = NAMES[protocol][0].upper() + NAMES[protocol][1:]
        beside = f", each beside that of the {' and the '.join(sources)}" if sources else ""
        tables.append(Table(f"{name} on {SETS[dataset]}{place}: our accuracy, mean precision and mean F1 of the classes{beside}.{_other_recipe(own)}", head, found))
    return [*tables, *(_score_figure(rows, dataset, score) for score in SCORES)]


def _other_recipe(rows: Sequence[BesidePublished]) -> str:
    other = [str(row.cell.side) for row in rows if row.stands_in]
    return f" At {', '.join(other)} pixels ours was trained by the recipe “fast”." if other else ""


def _score_figure(rows: Sequence[BesidePublished], dataset: str, score: Score) -> Figure:
    series = []
    for whose in ("ours", "report", "paper"):
        for protocol in PROTOCOLS:
            found = [(float(row.cell.side), value) for row in rows if row.cell.protocol == protocol and (value := getattr(row, whose)[score]) is not None]
            if found:
                series.append(Series(f"{NAMES[protocol]}, {whose}", sorted(found)))
    place = f" (Figure {NUMBERS[score]} of the course report)" if dataset == "cifar10" else ""
    return Figure(f"{SCORE_NAMES[score].capitalize()} of the protocols on {SETS[dataset]} at each resolution{place}.",
                  figures.plot(series, "pixels of a side", SCORE_NAMES[score], shares=True, ticks=SIDES[dataset][::-1]))  # fmt: skip


def _recall(cards: Cards, protocol: str) -> list[Block]:
    found = {side: _answering(cards, protocol, side) for side in FULL}
    classes = source_of("cifar10").classes
    head = ["class"] + [f"{whose} {side}" for side in FULL for whose in ("ours", "report")]
    rows = []
    for place, name in enumerate(classes):
        row = [name]
        for side in FULL:
            scores, printed = found[side].scores, list((report_recall(protocol, side) or {}).values())
            row += [percent(scores.recall[place] if scores else None), percent(printed[place] if printed else None)]
        rows.append(row)
    number_of = {"totv": 2, "tvtv": 4}[protocol]
    return [Table(f"{NAMES[protocol]}: recall of each class at 32, 16 and 8 pixels, which the course report calls accuracy per class (its Table {number_of}).", head, rows)]


def _answering(cards: Cards, protocol: str, side: int) -> Cell:
    return cells(cards).nearest_recipe("report", "cifar10", protocol, side)


# --- what was found --------------------------------------------------------------------------------------------------


def _riddle(cards: Cards) -> list[Block]:
    found = cats(riddle(cards), FILTER)
    rows = [(row.run, f"{side} × {side}", percent(row.recall[side]), percent(row.precision[side]), number(row.predicted[side]))
            for row in found for side in sorted(row.recall, reverse=True)]  # fmt: skip
    if not rows:
        return [Paragraph("No network trained on full images is there yet.")]
    explained = sum(row.explained for row in found)
    return [
        Paragraph("In the course report the recall of “cat” rises under TOTV while the images lose their detail. Recall alone cannot tell whether a network "
                  f"finds more cats or only says “cat” more often. In {explained} of our {len(found)} networks recall rises at some smaller side, while precision "
                  "falls and “cat” is predicted more often: there the network does not see cats better, it calls more of everything a cat."),
        Table("Cat in each network that was trained on full images, there being 1,000 cats in the test set.", ("run", "pixels", "recall", "precision", "predicted"), rows, words=2),
    ]  # fmt: skip


def _filters(cards: Cards) -> list[Block]:
    rows = [(row.filter, str(row.seeds), *(percent(row.accuracy[side]) for side in FULL[1:]), points(row.off).lstrip("+"), points(row.class_off).lstrip("+"))
            for row in filter_fit(cards)]  # fmt: skip
    text = Paragraph("The course report does not say how it reduced its images. Here is TOTV with each filter, and how far it lies from the report's numbers on average, "
                     "in percentage points.")  # fmt: skip
    return [text, Table("TOTV by the report's recipe, mean over the seeds.", ("filter", "seeds", "16 × 16", "8 × 8", "distance", "distance of classes"), rows)] if rows else [
        Paragraph("No network was evaluated with several filters yet.")]  # fmt: skip


def _mixed(cards: Cards) -> list[Block]:
    blocks: list[Block] = []
    for dataset in SIDES:
        found = mixed_against_tvtv(cards, dataset)
        rows = [(f"{row.resolution} × {row.resolution}", percent(row.mixed), percent(row.tvtv), percent(row.totv), points(row.difference),
                 "real" if row.chance.real else "may be chance") for row in found]  # fmt: skip
        if rows:
            blocks.append(Table(f"{SETS[dataset]}: one network for all resolutions against one for each, and TOTV by the same recipe (mean of its seeds). "
                                "The difference, mixed less TVTV, in percentage points, by the test of two proportions.",
                                ("pixels", "mixed", "TVTV", "TOTV", "difference", "verdict"), rows))  # fmt: skip
    return blocks or [Paragraph("The network for all resolutions is not there yet.")]


def _tests(cards: Cards, folder: Path) -> list[Block]:
    sentences = []
    for side in FULL[1:]:
        found = _tvtv_lead(cards, folder, side)
        if found:
            sentences.append(Paragraph(f"At {side} × {side} pixels: {decided('TVTV', 'TOTV', found)}"))
    return [*sentences] or [Paragraph("Both protocols are needed for a test; a network is missing.")]


def _tvtv_lead(cards: Cards, folder: Path, side: int) -> Difference | None:
    """TVTV's lead over TOTV at a side, image by image where both kept their answers."""
    first, second = _answering(cards, "tvtv", side), _answering(cards, "totv", side)
    if first.card is None or second.card is None or first.accuracy is None or second.accuracy is None or first.matrix is None:
        return None
    right = []
    for cell in (first, second):
        assert cell.card is not None
        outputs = read_outputs(cell.card.name, folder)
        if outputs is None or side not in outputs.logits:
            return two_proportion_test(first.accuracy, second.accuracy, sum(map(sum, first.matrix)))
        answers = Answers.of(outputs, side)
        right.append((answers.guesses == answers.labels).tolist())
    return mcnemar_test(right[0], right[1])


def _matrices(cards: Cards) -> list[Block]:
    places = [("totv", side) for side in FULL] + [("tvtv", side) for side in FULL[1:]]
    return [Figure(f"{NAMES[protocol]} at {side} × {side}: run {cell.run}, {percent(cell.accuracy)} right.", figures.confusion(cell.matrix, cell.card.facts.classes))
            for protocol, side in places if (cell := _answering(cards, protocol, side)).card and cell.matrix]  # fmt: skip
