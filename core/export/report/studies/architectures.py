"""Sections of the report of study 2: the tables and figures of the course report, ours beside the published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.export.report import figures
from core.export.report.document import Block, Figure, Paragraph, Section, Table
from core.export.report.figures import Series, Tile
from core.export.report.parts import over_epochs
from core.export.report.studies.common import layers, recipes, surest_mistakes
from core.export.report.words import decided, number, percent
from core.pretrained.cards import Card
from core.pretrained.outputs import Answers, drawn, read_outputs
from core.pretrained.test_images import tiles
from core.studies.architectures import parameters
from core.studies.architectures_comparison import (
    SIDE,
    TITLES,
    class_rows,
    optimizer_rows,
    pairs,
    paper_rows,
    report_name,
    report_rows,
)
from core.studies.published import published
from core.vocabulary.sources import source_of

Cards = Mapping[str, Card]
DATASET = "fashion-mnist"
DRAWN, SEED = 10, 0


def sections(cards: Cards, folder: Path, data: Path) -> list[Section]:
    """All of study 2. `cards`: planned name -> card; `folder`: where they lie; `data`: the data sets."""
    reported = {title: cards[report_name(name)] for name, title in TITLES.items() if report_name(name) in cards}
    return [
        Section("The images", _images(folder, data, reported)),
        Section("Networks and recipes", _networks(cards, reported)),
        Section("Training", [block for number, network in ((12, "Arc2"), (13, "Arc3")) for block in _curves(number, network, reported)]),
        Section("Results", _results(cards)),
        Section("Class by class", [_classes(name, title, reported[title]) for name, title in TITLES.items() if title in reported]),
        Section("What was decided by which test", _tests(cards, folder)),
        Section("Test images with their answers", [block for number, title in ((14, "Arc2 Adam"), (15, "Arc3 Adam")) if title in reported
                                                  for block in _drawn(number, title, reported[title], folder, data)]),
        Section("Confusion matrices", [Figure(f"{title}: run {card.name}, {percent(card.result.test_accuracy)} right.", figures.confusion(card.result.confusion, card.facts.classes))
                                       for title, card in reported.items()]),
        Section("The most confident mistakes", [block for card in reported.values() for block in surest_mistakes(card, folder, data)]),
    ]  # fmt: skip


def _images(folder: Path, data: Path, reported: Cards) -> list[Block]:
    source, found = source_of(DATASET), tiles(data, folder)
    blocks: list[Block] = []
    if found:
        chosen = [(label, index) for label in range(len(source.classes)) for index in found.examples(label, 1)]
        shown = [Tile(found.image(index), (source.classes[label],)) for label, index in chosen]
        blocks.append(Figure("A test image of each class of Fashion-MNIST (Figure 11 and Table 6 of the course report).",
                             figures.tiles(shown, f"One image each of {', '.join(source.classes)}.", across=5)))  # fmt: skip
    for facts in [card.facts for card in reported.values()][:1]:
        printed = published()["report"]["architectures"]["split"]
        rows = [(part, number(ours), number(theirs)) for part, ours, theirs in zip(("training", "validation", "test"), (facts.train, facts.validation, facts.test), printed, strict=True)]
        blocks.append(Table("The split of Fashion-MNIST, in images (Table 5 of the course report).", ("part", "ours", "report"), rows))
    return blocks or [Paragraph("Neither the images nor a run of the course report is there yet.")]


def _networks(cards: Cards, reported: Cards) -> list[Block]:
    went = [(network, number(count), number(published()["kadam"]["parameters"][network.capitalize()])) for network, count in parameters(cards).items()]
    return [
        *([recipes("Hyper-parameters (Table 7 of the course report).", reported)] if reported else []),
        layers("The structure of arc2 (Table 8 of the course report).", "arc2-report", (1, SIDE, SIDE)),
        layers("The structure of arc3 (Table 8 of the course report).", "arc3-report", (1, SIDE, SIDE)),
        Table("Parameters of the paper's networks.", ("network", "ours", "Kadam 2020"), went),
    ]  # fmt: skip


def _curves(place: int, network: str, reported: Cards) -> list[Block]:
    blocks: list[Block] = []
    for measure, fields in (("accuracy", ("running_accuracy", "validation_accuracy")), ("loss", ("train_loss", "validation_loss"))):
        series = [Series(f"{title}, {part}", points) for title, card in reported.items() if title.startswith(network)
                  for part, field in zip(("training", "validation"), fields, strict=True) if (points := over_epochs(card.epochs, field))]  # fmt: skip
        if series:
            blocks.append(Figure(f"{network}: {measure} on training images, while learning, and on the validation set (Figure {place} of the course report).",
                                 figures.plot(series, "epoch", measure, shares=measure == "accuracy")))  # fmt: skip
    return blocks


def _results(cards: Cards) -> list[Block]:
    headline = [(row.title, percent(row.best_train_accuracy, 2), percent(row.report_train, 2), percent(row.validation_accuracy, 2), percent(row.test_accuracy, 2), percent(row.report_test, 2))
                for row in report_rows(cards)]  # fmt: skip
    paper = [(row.title, source_of(row.dataset).title, str(row.epochs), percent(row.test_accuracy, 2), str(row.paper_epochs), percent(row.paper_test, 2)) for row in paper_rows(cards)]
    optimizers = [(row.optimizer, str(row.seeds or "–"), percent(row.mean, 2), percent(row.spread, 2), percent(row.paper_test, 2)) for row in optimizer_rows(cards)]
    return [
        Table("The four runs of the course report: best training accuracy, validation and test of the kept epoch, and what the report prints.",
              ("run", "training", "report", "validation", "test", "report"), headline),
        Table("The five networks of Kadam 2020, ours after fewer epochs.", ("network", "data set", "epochs", "test", "paper's epochs", "paper's test"), paper, words=2),
        Table("Arc1 on Fashion-MNIST by optimizer: mean and standard deviation of the test accuracy over the seeds.", ("optimizer", "seeds", "ours", "spread", "Kadam 2020"), optimizers),
    ]  # fmt: skip


def _classes(name: str, title: str, card: Card) -> Table:
    rows = [(row.label, percent(row.recall), percent(row.report_recall), f"{row.f1:.2f}", f"{row.report_f1:.2f}", f"{row.precision:.2f}", f"{row.report_precision:.2f}")
            for row in class_rows(name, card)]  # fmt: skip
    return Table(f"{title} (Table 9 of the course report): recall, which it calls accuracy, F1 and precision of each class.",
                 ("class", "recall", "report", "F1", "report", "precision", "report"), rows)  # fmt: skip


def _tests(cards: Cards, folder: Path) -> list[Block]:
    found = pairs(report_rows(cards), folder)
    return [Paragraph(decided(f"{pair.network} with Adam", f"{pair.network} with SGD", pair.difference)) for pair in found] or [
        Paragraph("Both optimizers are needed for a test; a run is missing.")]  # fmt: skip


def _drawn(place: int, title: str, card: Card, folder: Path, data: Path) -> list[Block]:
    found, outputs = tiles(data, folder), read_outputs(card.name, folder)
    if found is None or outputs is None or SIDE not in outputs.logits:
        return [Paragraph(f"Answers of {title} to single images are not there.")]
    answers = Answers.of(outputs, SIDE)
    chosen: Sequence[int] = drawn(SEED, found.drawable, DRAWN)
    classes = card.facts.classes
    shown = [Tile(found.image(index), (f"{classes[answers.guesses[index]]} {'✓' if answers.guesses[index] == answers.labels[index] else '✗'}", f"truth: {classes[answers.labels[index]]}"))
             for index in chosen]  # fmt: skip
    right = sum(int(answers.guesses[index] == answers.labels[index]) for index in chosen)
    return [Figure(f"{title}: {DRAWN} test images drawn at random, its answer and the truth (Figure {place} of the course report).",
                   figures.tiles(shown, f"{right} of {DRAWN} answers are right.", across=5))]  # fmt: skip
