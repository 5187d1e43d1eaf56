"""The habits that machines can check: ruff everywhere, mypy --strict where it computes, files of a readable length."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

LONGEST_FILE, LONGEST_FUNCTION = 400, 50

pytestmark = pytest.mark.quality


def says(*words: str) -> str:
    """What a tool finds; "" when it is content."""
    answer = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if answer.returncode == 0 else answer.stdout + answer.stderr


def test_ruff() -> None:
    assert not (found := says("ruff", "check", "--output-format", "concise", ".")), found


@pytest.mark.slow
def test_mypy() -> None:
    """pyproject.toml says: strict, on core/ and the server's own parts of demo/."""
    assert not (found := says("mypy")), found


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted(ROOT.glob("core/**/*.py")), *sorted(ROOT.glob("demo/**/*.py"))]


def test_nothing_is_too_long_to_read() -> None:
    files, functions = [], []
    for file in sources():
        text, name = file.read_text(encoding="utf-8"), file.relative_to(ROOT)
        if (lines := text.count("\n")) > LONGEST_FILE:
            files.append(f"{name} has {lines} lines; split it by concept")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    functions.append(f"{name}: {node.name} has {lines} lines")
    assert not files, "\n".join(files)
    assert not functions, "\n".join(functions)
