"""The reports of the studies: every table and figure of the course report, nothing cut off, nothing on top of another."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from core.export.report import pdf, study_report
from core.export.report.document import Document, Figure, Table
from core.pretrained.cards import FOLDER, read_cards
from core.studies.registry import STUDIES, cards_of
from core.vocabulary.errors import LabError
from core.vocabulary.folders import data_folder
from tests.core.export.report.test_documents import outside, overlaps, words
from tests.places import ROOT


@cache
def report(study: str) -> Document:
    return study_report.study_report(study, cards_of(study, read_cards(FOLDER)), FOLDER, data_folder())


def captions(document: Document) -> str:
    return "\n".join(block.caption for section in document.sections for block in section.blocks if isinstance(block, Table | Figure))


def in_readme(study: str) -> set[str]:
    """The tables and figures of the course report that README's list names for a study's page."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is reproduced, and where")[2]
    pages = {"resolution": ("resolution", "seeing"), "architectures": ("architectures",)}[study]
    return {name for name, page in re.findall(r"^\| ((?:Figure|Table) \d+) \|[^|]+\| `(\w+)", part, re.MULTILINE) if page in pages}


@pytest.mark.parametrize("study", ["resolution", "architectures"])
def test_every_table_and_figure_of_the_course_report_is_there(study: str) -> None:
    wanted = in_readme(study)
    assert len(wanted) >= 10
    text = captions(report(study))
    named = {f"{kind} {number}" for kind, numbers in re.findall(r"(Figure|Table)s? ((?:\d+(?:, | and )?)+)", text) for number in re.findall(r"\d+", numbers)}
    named |= {f"Table {number}" for number in re.findall(r"and Table (\d+)", text)}
    assert wanted <= named, f"missing: {sorted(wanted - named)}"


@pytest.mark.slow
@pytest.mark.parametrize("study", list(STUDIES))
def test_nothing_is_cut_off_and_nothing_overlaps(study: str) -> None:
    document = report(study)
    blob = pdf.to_pdf(document)
    assert not outside(blob) and not overlaps(blob)
    text = re.sub(r"\s", "", words(blob))
    for section in document.sections:
        assert re.sub(r"\s", "", section.heading) in text
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                assert re.sub(r"\s", "", block.caption) in text, block.caption
            if isinstance(block, Table):
                assert all(re.sub(r"\s", "", cell) in text for row in block.rows for cell in row), block.caption


def test_our_numbers_stand_beside_the_printed_ones() -> None:
    table = next(block for section in report("resolution").sections for block in section.blocks if isinstance(block, Table) and block.caption.startswith("TVTV on CIFAR-10"))
    row = dict(zip(table.head[:4], next(row for row in table.rows if row[0] == "16 × 16")[:4], strict=True))
    card = read_cards(FOLDER)["cifar10-16"]
    assert row == {"pixels": "16 × 16", "accuracy": f"{100 * card.result.test_accuracy:.1f}%", "report": "70.0%", "paper": row["paper"]}


@pytest.mark.parametrize("study", list(STUDIES))
def test_with_few_runs_there_is_still_a_report(study: str, tmp_path: Path) -> None:
    cards = cards_of(study, read_cards(FOLDER))
    first = dict([next(iter(cards.items()))])
    assert len(pdf.to_pdf(study_report.study_report(study, first, tmp_path, tmp_path))) > 10_000


def test_without_a_run_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no run of the study resolution is there yet; python -m core pretrain makes them"):
        study_report.study_report("resolution", {}, tmp_path, tmp_path)
