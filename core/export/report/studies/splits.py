"""Sections of the report of study 4: ways to hold images out."""

from __future__ import annotations

from collections.abc import Mapping

from core.export.report.document import Block, Paragraph, Section, Table
from core.export.report.words import number, p_value, percent
from core.pretrained.cards import Card
from core.studies.splits import compare, results


def sections(cards: Mapping[str, Card]) -> list[Section]:
    """All of study 4. `cards`: planned name -> card."""
    found = results(cards)
    methods = [(row.split, str(row.draws), str(row.trainings), percent(row.validation_accuracy, 2), percent(row.validation_accuracy_spread, 2),
                percent(row.test_accuracy, 2), number(row.tested), f"{row.rarest_least:g}–{row.rarest_most:g}") for row in found.methods]  # fmt: skip
    classes = [(row.label, number(row.images), percent(row.held_out_recall), percent(row.test_recall)) for row in found.classes]
    tests: list[Block] = []
    for one, other in (("random", "stratified"), ("random", "k-fold"), ("stratified", "k-fold")):
        compared = compare(found.methods, one, other)
        if compared:
            real = "is real" if compared.difference.real else "may be chance"
            tests.append(Paragraph(f"The estimates by {one} splits spread by {percent(compared.one, 2)}, those by {other} by {percent(compared.other, 2)}. "
                                   f"By the z-test of two standard deviations ({p_value(compared.difference.p)}) the difference {real}."))  # fmt: skip
    return [
        Section("Results", [
            Table("Each method over its draws: mean and standard deviation of the held-out accuracy, beside the accuracy on the test set; images that a draw holds out, "
                  "and those of its rarest class.", ("method", "draws", "trainings", "held out", "spread", "test", "images", "rarest class"), methods)]),
        Section("Class by class", [Table("Recall over the k-fold draws, which hold each image out once, and on the test set.",
                                         ("class", "images", "held out", "test"), classes)]),
        Section("What was decided by which test", tests or [Paragraph("Two methods with two draws each are needed; they are not there yet.")]),
    ]  # fmt: skip
