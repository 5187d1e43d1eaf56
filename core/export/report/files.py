"""The reports of a comparison and of a study as files, written whole into one new folder or kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.export.report import html, pdf
from core.export.report.comparison_report import comparison_report
from core.export.report.document import Document
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError

ABOUT = {"report.html": "the report, one file, with lines to fill in", "report.pdf": "the same on paper"}
"""File -> what it is for."""


def report_files(document: Document) -> dict[str, bytes]:
    """File -> content, in the order of ABOUT."""
    return dict(zip(ABOUT, (html.to_html(document).encode(), pdf.to_pdf(document)), strict=True))


def comparison_files(runs: Sequence[Snapshot], data: Path) -> dict[str, bytes]:
    """The report of a comparison. LabError for a run that is not finished, and for too few or too many."""
    for run in runs:
        if run.status != "finished" or run.result is None:
            raise LabError(f"run {run.run} is {run.status}; only finished runs can be compared in a report")
    return report_files(comparison_report(runs, data))
