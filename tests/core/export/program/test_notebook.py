"""The notebook of a run: valid, executed by a real Jupyter kernel, with both figures and the run's numbers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.export.program.notebook import notebook_of
from core.export.program.script import layout_at_hand
from core.runs.snapshot import Snapshot
from tests.core.export.program.test_script import printed


def executed(text: str, folder: Path) -> list[dict[str, Any]]:
    """The outputs of all cells, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of asyncio and zmq, on their way out
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        NotebookClient(notebook, timeout=170, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits", pytest.param("cifar10-16", marks=pytest.mark.data), pytest.param("arc3", marks=pytest.mark.data)])
def test_it_runs_in_jupyter_and_says_what_the_run_said(
    name: str, trained: Callable[[str], Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)  # Gradio sets it for its own process; Jupyter draws where there is none
    run = trained(name)
    outputs = executed(notebook_of(run, layout_at_hand(run.recipe.dataset)), tmp_path)
    text = "".join(output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stdout")
    assert text.splitlines() == printed(run)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2


@pytest.mark.slow
def test_it_never_reads_the_words_of_a_command_line(trained: Callable[[str], Snapshot]) -> None:
    run = trained("digits")
    cells = json.loads(notebook_of(run, None))["cells"]
    assert "sys.argv" not in json.dumps(cells) and cells[0]["source"][0].startswith("# Run digits of Resolution Lab")
    assert [cell["cell_type"] for cell in cells[2::2]] == ["markdown"] * len(cells[2::2])
