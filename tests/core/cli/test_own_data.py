"""`python -m core data` with sets of one's own, and `--dataset own:NAME` wherever a data set is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.runs.store import open_store


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """A folder of two classes, lying and standing bars, which any network tells apart."""
    draw = np.random.default_rng(0)
    for number in range(60):
        image = draw.integers(0, 60, (16, 16)).astype(np.uint8)
        place = draw.integers(2, 12)
        image[place : place + 3] = 230
        for label, turned in (("lying", image), ("standing", image.T)):
            (tmp_path / "bars" / label).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.ascontiguousarray(turned)).save(tmp_path / "bars" / label / f"visitor{number % 4}_{number}.png")
    return tmp_path / "bars"


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line


@pytest.mark.slow
def test_from_a_folder_to_a_trained_network_and_back_to_a_folder(bars: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = ask(capsys, "data", "--import", str(bars), "--name", "Bars", "--authors")
    assert (made["imported"], made["shape"], made["train"], made["test"]) == ("own:bars", [1, 16, 16], 96, 24)
    assert made["report"]["counts"] == {"lying": {"": 60}, "standing": {"": 60}} and made["folder"] == str(tmp_path / "runs" / "own")
    listed = ask(capsys, "data")
    assert list(listed)[-1] == "own:bars" and listed["own:bars"]["present"] and listed["own:bars"]["classes"] == ["lying", "standing"]
    assert main(["data", "own:bars"]) == 0 and "own:bars" in capsys.readouterr().out
    run = ask(capsys, "train", "--dataset", "own:bars", "--epochs", "15", "--device", "cpu")
    assert run["test_accuracy"] > 0.85 and run["status"] == "finished"
    answer = ask(capsys, "classify", str(next((bars / "lying").iterdir())), "--network", "own:bars")
    assert answer["top"][0]["label"] == "lying" and answer["dataset"] == "own:bars" and answer["known"] in (True, False)
    by_author = ask(capsys, "train", "--dataset", "own:bars:author", "--epochs", "1", "--device", "cpu")
    assert by_author["status"] == "finished"
    data = {its.run: its.facts.provenance for its in
            map(open_store(tmp_path / "runs").get, (run["run"], by_author["run"]))}  # fmt: skip
    assert len({json.dumps(value, sort_keys=True) for value in data.values()}) == 2, "another split, another hash"
    out = ask(capsys, "data", "--export", "bars", "--to", str(tmp_path / "out"))
    assert out["images"] == 120 and len(list((tmp_path / "out").rglob("*.png"))) == 120
    again = ask(capsys, "data", "--import", str(tmp_path / "out"), "--name", "Again", "--authors", "--split", "author")
    assert again["shape"] == [1, 16, 16] and (again["train"], again["test"]) == (90, 30)
    assert ask(capsys, "data", "--delete", "bars")["images"] == 120
    assert main(["runs", run["run"]]) != 0
    assert "it was deleted, or made on another machine" in capsys.readouterr().err
    assert "own:again" in ask(capsys, "data")


def test_a_person_reads_what_was_found(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bars / "lying" / "broken.png").write_bytes(b"no image")
    (bars / "standing" / "again.png").write_bytes(next((bars / "lying").glob("visitor*")).read_bytes())
    line = refused(capsys, "data", "--import", str(bars))
    assert "1 of 122 pictures cannot be used (lying/broken.png" in line and "keep the rest" in line
    assert main(["data", "--import", str(bars), "--keep-rest"]) == 0
    said = capsys.readouterr().out
    assert "own:bars: 121 pictures" in said and "left out: lying/broken.png" in said and "in two classes" in said
    assert "python -m core train --dataset own:bars" in said
    assert main(["data", "--delete", "own:bars"]) == 0 and "121 pictures forgotten" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--name", "x"), "--name goes with --import"),
        (("--to", "x"), "--export NAME and --to DIR go together"),
        (("--export", "x"), "--export NAME and --to DIR go together"),
        (("--delete", "x", "mnist"), "expected one of --import"),
        (("--delete", "nothing"), "there is no data set 'own:nothing'"),
        (("--export", "../x", "--to", "y"), "names no data set of one's own"),
        (("--import", "nowhere"), "nowhere is not there"),
        (("own:nothing",), "it was deleted, or made on another machine"),
        (("nothing",), "unknown dataset 'nothing'"),
    ],
)
def test_what_does_not_go_is_one_line(words: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert line in refused(capsys, "data", *words)
