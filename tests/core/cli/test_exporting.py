"""`python -m core export`, as a person types it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from core.__main__ import main
from tests.places import ROOT


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))


def test_a_line_for_each_file_with_its_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "home"
    assert main(["export", "cifar10-32-seed1", "--to", str(folder), "--what", "card,records"]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"run cifar10-32-seed1 in {folder}"
    assert [line.split()[0] for line in lines] == ["README.md", "epochs.csv", "run.json"]
    sizes = [f"{(folder / line.split()[0]).stat().st_size / 1000:,.1f}" for line in lines]
    assert [line.split()[1] for line in lines] == sizes and lines[1].endswith("a line for each epoch, for a spreadsheet")


def test_refusals_are_one_line_and_exit_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there").mkdir()
    for words, reason in {
        ("digits", "--to", str(tmp_path / "there")): "is already there",
        ("digits", "--to", str(tmp_path / "new"), "--what", "pdf"): "cannot export 'pdf'",
        ("digits", "--to", ""): "--to is ''",
        ("digits",): "--to",
        ("nobody", "--to", str(tmp_path / "new")): "there is no run 'nobody'",
    }.items():
        assert main(["export", *words]) == 2
        said = capsys.readouterr()
        assert not said.out and len(said.err.splitlines()) == 1 and reason in said.err
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_readme_s_command_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Take it home\n")[2].partition("\n## ")[0]
    line = re.findall(r"^\.venv/bin/python -m core (export .+)$", part, re.MULTILINE)[0]
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(line), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    named = set(re.findall(r"^\| `([\w./-]+)`", part, re.MULTILINE))
    listed = {row["file"].split("/")[0] + ("/" if "/" in row["file"] else "") for row in answer["files"]}
    assert named == listed and not answer["left_out"], "the table of files in README.md"
    assert all((Path(answer["to"]) / row["file"]).stat().st_size == row["bytes"] for row in answer["files"])


# --- reports of several runs ------------------------------------------------------------------------------------------


def test_several_runs_give_the_report_of_their_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "fashion-arc2-adam,fashion-arc2-sgd", "--to", str(tmp_path / "home"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in answer["files"]] == ["report.html", "report.pdf"]
    assert all((tmp_path / "home" / row["file"]).stat().st_size == row["bytes"] > 10_000 for row in answer["files"])


def test_a_study_s_report_is_written_beside_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "splits", "--report", str(tmp_path / "home"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["tables"]["methods"]["rows"] and [row["file"] for row in answer["report"]["files"]] == ["report.html", "report.pdf"]
    assert (tmp_path / "home" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_refusals_of_reports_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    new, there = str(tmp_path / "new"), str(tmp_path / "there")

    def refused(*words: str) -> str:
        assert main(list(words)) == 2
        said = capsys.readouterr()
        assert not said.out and len(said.err.splitlines()) == 1 and not (tmp_path / "new").exists() and not list((tmp_path / "there").iterdir())
        return said.err

    assert "is already there" in refused("study", "splits", "--report", there)
    assert "is already there" in refused("export", "digits,cifar10-16", "--to", there)
    assert "leave out --seed" in refused("study", "splits", "--seed", "3", "--report", new)
    assert "--what can be report, not onnx" in refused("export", "digits,cifar10-16", "--to", new, "--what", "onnx")
    assert "there is no run 'nobody'" in refused("export", "digits,nobody", "--to", new)

    def full(stream: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.system.atomic.os.fsync", full)
    assert "No space left on device; nothing was written" in refused("export", "digits,cifar10-16", "--to", new)
    assert "No space left on device; nothing was written" in refused("study", "splits", "--report", new)
