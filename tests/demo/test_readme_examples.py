"""The examples of README.md for programs, run as they stand there: Python and curl say the same, about every endpoint."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from tests.demo.served_classifier import serving
from tests.networks_for_tests import png, seven
from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://localhost:8501/classify"
ENDPOINTS = {"networks", "classify", "look", "strip", "gradcam", "sample"}


def example(language: str, word: str) -> str:
    """The one block in this language that says the word, cut out of the README."""
    [found] = [block for block in re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S) if word in block]
    return str(found)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(ModelRegistry(FOLDER, data=tmp_path_factory.mktemp("data"))) as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader is: a folder with seven.png."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "seven.png").write_bytes(png(seven()))
    return folder


def in_python(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each line that asks answers, by endpoint."""
    monkeypatch.chdir(folder)
    text, names, told = example("python", "gradio_client").replace(ADDRESS, address), {}, {}  # type: ignore[var-annotated]
    for line in ast.parse(text).body:
        code = ast.unparse(line)
        if isinstance(line, ast.Expr):
            told[code.partition("api_name='/")[2].rstrip("')")] = eval(code, names)
        else:
            exec(code, names)
    return told


def with_curl(address: str, folder: Path) -> dict[str, Any]:
    text = example("sh", "curl").replace(ADDRESS, address)
    names = re.findall(r"^ask (\w+) ", text, re.M)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = re.findall(r"^event: complete\ndata: (.+)$", done.stdout, re.M)
    assert len(answers) == len(names), done.stdout[:2000]
    return {name: json.loads(answer)[0] for name, answer in zip(names, answers, strict=True)}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_both_say_the_same_about_every_endpoint(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = in_python(address, folder, monkeypatch)
    assert said.keys() == ENDPOINTS
    assert said["classify"]["top"][0]["label"] == "7" and len(said["classify"]["top"]) == 3
    assert said["classify"]["resolution"] == 14 and said["look"]["resolution"] == 7
    assert len(said["strip"]) == 12 and said["gradcam"]["label"] == "7" and said["sample"]["truth"].isdigit()
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine; the examples in Python were run")
    assert with_curl(address, folder) == said


def test_the_table_names_every_endpoint() -> None:
    table = README.partition("| endpoint | takes | answers |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == ENDPOINTS
