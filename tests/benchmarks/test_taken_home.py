"""Whole runs, taken home: each is trained in full, its script and its executed notebook must print its numbers to the last digit.

    python -m pytest -s tests/benchmarks/test_taken_home.py [-k digits]

Long: the report's runs are 50 epochs and more, each three times. Needs the data sets (LAB_DATA).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from core.export import bundle
from core.inference import library
from core.vocabulary.recipe import Recipe, preset
from tests.core.export.program.test_script import printed

WHOLE: dict[str, Recipe] = {
    "digits": preset("quick", "digits"),
    "own-layers": preset("quick", "digits").changed(network="conv 16 3 padding 1, batchnorm, maxpool 2, dense 32, dropout 0.2"),
    "arc3-report": preset("report", "fashion-mnist").changed(network="arc3-report", optimizer="adam"),
    "cifar10-16": preset("report", "cifar10").changed(resolution=16),
}


@pytest.mark.parametrize("name", WHOLE)
def test_the_script_and_the_notebook_of_a_whole_run_print_its_numbers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    run = library.train(WHOLE[name].changed(device="cpu", threads=1), progress=False)
    home = tmp_path / "home"
    bundle.export(run, home, ["script", "notebook"])
    done = subprocess.run([sys.executable, str(home / "train.py")], cwd=home, capture_output=True, text=True, check=False)
    assert run.result is not None and done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == printed(run)
    notebook = nbformat.read(home / "train.ipynb", as_version=4)
    NotebookClient(notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(home)}}).execute()
    told = "".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", []) if output.get("name") == "stdout")
    assert told.splitlines() == printed(run)
    print(f"\n{name}: {run.epochs_done} epochs, test accuracy {run.result.test_accuracy!r}, script and notebook the same")
