"""The report of one finished run."""

from __future__ import annotations

from pathlib import Path

from core.export.report.document import Block, Document, Paragraph, Section, Table
from core.export.report.parts import (
    OWN_WORDS,
    accuracy_sentence,
    called,
    class_table,
    confusion_figure,
    curve_figures,
    mistakes,
    question,
    recipe_table,
)
from core.export.report.published_rows import published_accuracies
from core.export.report.words import percent, points
from core.export.titles import title
from core.runs.snapshot import Snapshot
from core.vocabulary.records import required


def run_report(run: Snapshot, data: Path) -> Document:
    """Question, recipe, curves, test, mistakes, and room for one's own words. The run is finished; `data`: the data sets' folder."""
    curves = curve_figures([run])
    return Document(f"Report of {called(run)}", f"{title(run)[0].upper()}{title(run)[1:]}, trained in the Resolution Lab", (
        question(f"One network was trained and tested: {title(run)}."),
        Section("Recipe", (recipe_table(run),)),
        *((Section("Training", curves),) if curves else ()),
        Section("Test", _test(run)),
        Section("The most confident mistakes", mistakes(run, data)),
        OWN_WORDS,
    ))  # fmt: skip


def _test(run: Snapshot) -> list[Block]:
    found: list[Block] = [Paragraph(accuracy_sentence(run))]
    ours = required(run.result).test_accuracy
    printed = published_accuracies(run.recipe)
    if printed:
        rows = [(source, percent(ours, 2), percent(value, 2), points(ours - value)) for source, value in printed]
        found.append(Table("Ours beside the published accuracy, which is shown as printed; the difference in percentage points.",
                           ("source", "ours", "published", "difference"), rows))  # fmt: skip
    return [*found, class_table(run), confusion_figure(run)]
