"""The reports of a run and of a comparison: their numbers are the run's, and what they show is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pypdfium2
import pytest

from core.export.report import comparison_report, files, pdf, run_report
from core.export.report.document import Document, Figure, Paragraph, Table
from core.export.report.published_rows import published_accuracies
from core.pretrained.cards import FOLDER
from core.runs.comparison import test_answers as answers_of
from core.runs.snapshot import Snapshot, look_up
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from tests.core.export.conftest import made_up
from tests.core.export.report.test_documents import outside, overlaps, words


@pytest.fixture
def digits(tmp_path: Path) -> Snapshot:
    """The run that comes with the app and needs no data set that is fetched."""
    return look_up("digits", open_store(tmp_path / "runs"), FOLDER)


def captions(document: Document) -> list[str]:
    return [block.caption for section in document.sections for block in section.blocks if isinstance(block, Table | Figure)]


def test_a_run_s_report_has_its_parts_and_its_numbers(digits: Snapshot, tmp_path: Path) -> None:
    document = run_report.run_report(digits, tmp_path)
    assert [section.heading for section in document.sections] == ["Question", "Recipe", "Training", "Test", "The most confident mistakes", "What follows from it"]
    blob = pdf.to_pdf(document)
    text = words(blob)
    assert digits.result is not None
    assert f"{100 * digits.result.test_accuracy:.2f}%" in text and "Wilson" in text
    assert not outside(blob) and not overlaps(blob)


def test_the_mistakes_are_those_that_the_run_was_surest_of(digits: Snapshot, tmp_path: Path) -> None:
    answers = answers_of(digits, tmp_path)
    assert answers is not None and digits.result is not None
    wrong = int((answers.guesses != answers.labels).sum())
    assert wrong == round((1 - digits.result.test_accuracy) * len(answers.labels))
    document = run_report.run_report(digits, tmp_path)
    caption = next(caption for caption in captions(document) if "surest" in caption)
    assert caption.startswith(f"The {min(10, wrong)} wrong answers")


def test_without_kept_answers_the_report_says_so(digits: Snapshot, tmp_path: Path) -> None:
    document = run_report.run_report(dataclasses.replace(digits, history=None), tmp_path)
    assert any(isinstance(block, Paragraph) and "not shown as images" in block.text for section in document.sections for block in section.blocks)


def test_answers_that_are_not_those_of_the_test_are_not_used(digits: Snapshot, tmp_path: Path) -> None:
    assert digits.result is not None
    matrix = [list(row) for row in digits.result.confusion]
    matrix[0][0], matrix[0][1] = matrix[0][0] - 1, matrix[0][1] + 1
    other = dataclasses.replace(digits, record=dataclasses.replace(digits.record, result=dataclasses.replace(digits.result, confusion=matrix)))
    assert answers_of(other, tmp_path) is None


def test_ours_stands_beside_the_published() -> None:
    report = preset("report", "cifar10").changed(filter="bilinear")
    assert published_accuracies(report.changed(resolution=16, seed=7))[0] == ("the course report", 0.7)
    assert published_accuracies(preset("quick", "digits")) == []
    adam = preset("report", "fashion-mnist").changed(network="arc3-report", optimizer="adam")
    assert published_accuracies(adam) == [("the course report (best test accuracy)", 0.9018)]


def test_a_comparison_has_its_parts(digits: Snapshot, tmp_path: Path) -> None:
    other = made_up(preset("quick", "digits").changed(epochs=2, seed=1))
    document = comparison_report.comparison_report([other, dataclasses.replace(other, run="xyz")], tmp_path)
    headings = [section.heading for section in document.sections]
    assert headings[:4] == ["Question", "What differs", "Training", "Test"] and "From abc234 to xyz" in headings
    assert "Runs that differ by their seed alone, together." in captions(document)
    text = words(pdf.to_pdf(document))
    assert "The recipes are the same." in text and "abc234 and xyz have the same accuracy" in text.replace("xyz and abc234", "abc234 and xyz")


@pytest.mark.parametrize("count", [1, 7])
def test_too_few_or_too_many_are_refused(count: int, tmp_path: Path) -> None:
    runs = [dataclasses.replace(made_up(preset("quick", "digits").changed(epochs=1)), run=f"run{number}") for number in range(count)]
    with pytest.raises(LabError, match="needs 2 to 6 different runs"):
        comparison_report.comparison_report(runs, tmp_path)


def test_the_same_run_twice_and_an_unfinished_one_are_refused(digits: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="different runs, not digits, digits"):
        files.comparison_files([digits, digits], tmp_path)
    with pytest.raises(LabError, match="is running; only finished runs"):
        files.comparison_files([digits, dataclasses.replace(digits, run="b", status="running")], tmp_path)


def test_the_file_is_a_pdf_of_a_few_pages(digits: Snapshot, tmp_path: Path) -> None:
    found = files.report_files(run_report.run_report(digits, tmp_path))
    assert list(found) == list(files.ABOUT) and 2 <= len(pypdfium2.PdfDocument(found["report.pdf"])) <= 6
