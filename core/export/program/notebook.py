"""A finished run as a Jupyter notebook: the steps of the script, a text and a code cell each, with curves and confusion matrix.

The format (nbformat 4.5) is JSON: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from typing import Any

from core.export.program import curves
from core.export.program.part import import_lines
from core.export.program.script import heading, parts_of
from core.runs.snapshot import Snapshot
from core.vocabulary.datasets import Layout

Cell = dict[str, Any]


def notebook_of(run: Snapshot, layout: Layout | None) -> str:
    """The notebook of a finished run, as JSON. LabError as `script_of`."""
    *steps, test = parts_of(run, layout, in_notebook=True)
    drawn = [curves.curves(run.facts)] if run.epoch != 0 else []
    parts = [*steps, *drawn, test, curves.confusion_matrix()]
    title, *rest = heading(run, in_notebook=True).split("\n")
    cells = [_text(0, f"# {title}\n\n{' '.join(rest).strip()}"), _code(1, "\n".join(import_lines(parts)))]
    for part in parts:
        cells += [_text(len(cells), f"## {part.title}\n\n{part.text}"), _code(len(cells) + 1, part.code)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    values = {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _text(number: int, source: str) -> Cell:
    return {"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(number: int, source: str) -> Cell:
    return {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None, "outputs": [],
            "source": source.splitlines(keepends=True)}  # fmt: skip
