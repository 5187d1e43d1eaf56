"""What people reported, here or of other software, and what happens here instead: every row of reports.json.

A row: `report` says what was reported, `link` where, `try` what is done (tests/attempts.py explains its keys), and
`expect` what must come back:
- `exit`: the exit status, 0 where nothing is said (of a page: how many exceptions it showed)
- `top`: the most probable class of the answer
- `says`: one of the lines, word for word; `says_part`: a part of one of them, where the rest is another's to word
- `only`: true where that line must be the only one
- `answer`: values that the JSON answer must hold
A new report is one row.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.attempts import ACTIONS, NEEDS, Bench, attempt

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "reports.json").read_text(encoding="utf-8"))
EXPECTATIONS = {"exit", "top", "says", "says_part", "only", "answer"}


@pytest.mark.parametrize("row", [
    pytest.param(row, id=row["report"], marks=pytest.mark.slow if "command" in row["try"] else ()) for row in ROWS
])  # fmt: skip
def test_what_was_reported_does_not_happen_here(row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.ExitStack() as ends:
        bench = Bench(tmp_path, monkeypatch, ends)
        came = attempt(row["try"], bench)
    expected = row["expect"]
    assert came.exit == expected.get("exit", 0), came
    if "top" in expected:
        assert came.answer["top"][0]["label"] == expected["top"], came.answer
    if "says" in expected:
        assert bench.filled(expected["says"]) in came.says
    if "says_part" in expected:
        assert any(bench.filled(expected["says_part"]) in line for line in came.says), came.says
    if expected.get("only"):
        assert len(came.says) == 1
    for name, value in expected.get("answer", {}).items():
        assert came.answer[name] == value


def test_each_row_says_what_where_how_and_what_is_expected() -> None:
    assert len(ROWS) >= 40
    assert len({row["report"] for row in ROWS}) == len(ROWS), "a report stands twice"
    for row in ROWS:
        assert row.keys() == {"report", "link", "try", "expect"}, row["report"]
        assert row["link"].startswith("https://"), row["report"]
        assert row["try"].keys() <= ACTIONS.keys() | NEEDS.keys(), row["report"]
        assert row["expect"].keys() <= EXPECTATIONS and row["expect"].keys() - {"exit", "only"}, row["report"]
