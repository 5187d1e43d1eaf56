"""The computers and Pythons that cannot run the lab: each is told why in one line, before anything else fails."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from packaging.requirements import Requirement

from core.__main__ import main
from core.system import supported
from core.system.supported import Machine
from tests.places import ROOT


def machine(**facts: object) -> Machine:
    """One on which the lab runs, but for these facts; `lacks`: packages and libraries that it does not have."""
    made = Machine()
    lacks = facts.pop("lacks", ())
    for name, value in {"python": (3, 11, 0), "executable": "py", "bits": 64, "system": "Linux", "processor": "x86_64", **facts}.items():
        setattr(made, name, value)
    made.has = made.loads = lambda name: name not in lacks  # type: ignore[method-assign,assignment,operator]
    return made


@pytest.mark.parametrize(("facts", "says"), [
    ({"python": (3, 10, 14)}, "Resolution Lab needs Python 3.11 or newer; this is Python 3.10.14 (py)"),
    ({"python": (3, 9, 6), "lacks": ("torch",)}, "Resolution Lab needs Python 3.11 or newer; this is Python 3.9.6 (py)"),
    ({"bits": 32, "lacks": ("torch",)}, "Resolution Lab needs a 64-bit Python, as PyTorch does; this one has 32 bits (py)"),
    ({"system": "Darwin", "lacks": ("torch",)},
     "PyTorch is not installed for this Python (py): it has not been made for Macs with an Intel processor since 2.2.2, and 2.6 is needed"),
    ({"system": "Windows", "processor": "arm64", "lacks": ("torch",)},
     "PyTorch is not installed for this Python (py): pip finds none for Windows on ARM"),
    ({"system": "Darwin", "processor": "arm64", "lacks": ("torch",)},
     "PyTorch is not installed for this Python (py): the first command of README.md installs it"),
    ({"system": "Windows", "processor": "amd64", "lacks": ("vcruntime140_1.dll",)}, supported.RUNTIME_SENTENCE),
])  # fmt: skip
def test_who_cannot_is_told_why(facts: dict[str, object], says: str) -> None:
    assert supported.problem(machine(**facts)) == says
    assert "\n" not in says


@pytest.mark.parametrize("facts", [
    {}, {"python": (3, 14, 0)}, {"system": "Darwin"}, {"system": "Darwin", "processor": "arm64"},
    {"system": "Windows", "processor": "arm64"}, {"system": "Windows", "processor": "amd64"},
])  # fmt: skip
def test_who_can_is_told_nothing_whoever_built_their_pytorch(facts: dict[str, object]) -> None:
    assert supported.problem(machine(**facts)) == ""


def test_this_computer_can() -> None:
    assert supported.problem(Machine()) == ""


DLL = 'A dynamic link library (DLL) initialization routine failed. Error loading "torch_python.dll" or one of its dependencies.'


@pytest.mark.parametrize("error", [
    OSError(f"[WinError 1114] {DLL}"), OSError("[WinError 126] The specified module could not be found"),
    ImportError("DLL load failed while importing _C: The specified procedure could not be found."),
])  # fmt: skip
def test_a_runtime_that_is_too_old_is_told_at_the_failed_import(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.cli.parser import VERBS
    from core.engines import worker

    def do_runs(_options: object) -> NoReturn:
        raise error

    monkeypatch.setitem(VERBS, "runs", dataclasses.replace(VERBS["runs"], run=do_runs))
    assert main(["runs"]) == 2
    assert capsys.readouterr().err == supported.RUNTIME_SENTENCE + "\n"
    assert worker.one_line(error) == supported.RUNTIME_SENTENCE, "the page shows what the worker says"


def test_other_faults_keep_their_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.cli.parser import VERBS

    def do_runs(_options: object) -> NoReturn:
        raise PermissionError("no")

    monkeypatch.setitem(VERBS, "runs", dataclasses.replace(VERBS["runs"], run=do_runs))
    with pytest.raises(PermissionError, match="no"):
        main(["runs"])


@pytest.mark.parametrize("file", ["core/system/supported.py", "core/__main__.py", "app.py", "demo/space.py"])
def test_an_older_python_reads_as_far_as_the_refusal(file: str) -> None:
    """The file has no syntax that Python 3.8 lacks, and nothing but the standard library is imported before it refuses."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 8))
    refusal = next((place for place, node in enumerate(tree.body) if "supported.refuses()" in ast.unparse(node)), len(tree.body))
    before = [node for node in tree.body[:refusal] if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in before if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in before if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} - {"core"} <= sys.stdlib_module_names | {"__future__"}
    ast.parse((ROOT / "core" / "__init__.py").read_text(encoding="utf-8"), feature_version=(3, 8))  # it imports nothing of ours by itself


def test_pip_gets_as_far_as_the_refusal_on_an_intel_mac() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needs = [Requirement(line) for line in lines if line and not line.startswith("#")]

    def asked_of(system: str, processor: str) -> set[str]:
        facts = {"sys_platform": system, "platform_machine": processor}
        return {need.name for need in needs if need.marker is None or need.marker.evaluate(facts)}

    everything = {need.name for need in needs}
    assert asked_of("darwin", "x86_64") == everything - {"torch", "torchvision"}
    for system, processor in (("darwin", "arm64"), ("linux", "x86_64"), ("win32", "AMD64"), ("linux", "aarch64")):
        assert asked_of(system, processor) == everything


@pytest.mark.slow
@pytest.mark.parametrize("words", [("-m", "core", "networks"), ("demo/space.py",), ("-c", "import app")])
def test_every_way_in_is_refused_with_that_line_alone(words: tuple[str, ...], tmp_path: Path) -> None:
    """Without any package: the Python of a new environment, before README's first command has installed anything."""
    bare = [sys.executable, "-S", "-E", *words]
    done = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = f"PyTorch is not installed for this Python ({sys.executable}): the first command of README.md installs it\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
