"""`from core import Recipe, train, load_dataset, classify`: README's example, what is imported when, Ctrl-C, bad input."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import core
from core.inference import library
from core.runs.progress import Progress
from core.runs.snapshot import Snapshot
from core.runs.store import open_store
from core.vocabulary.errors import LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record
from tests.networks_for_tests import png, seven
from tests.places import ROOT

SHORT: dict[str, Any] = {"dataset": "digits", "epochs": 2, "train_limit": 200, "threads": 1, "device": "cpu"}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))


def test_the_names_are_there_and_no_other() -> None:
    assert core.Recipe is Recipe and core.train is library.train and core.classify is library.classify
    assert set(core.__all__) <= set(dir(core))
    with pytest.raises(AttributeError, match="core has no 'trian'; it offers Recipe, classify"):
        _ = core.trian  # type: ignore[attr-defined]


@pytest.mark.slow
def test_torch_is_imported_when_something_is_computed() -> None:
    code = ("import sys; from core import Recipe, train, load_dataset, classify; Recipe(dataset='mnist'); print('torch' in sys.modules);"
            "load_dataset('digits'); print('torch' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.slow
def test_the_readme_s_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"^```python\n(.*?)^```$", readme, re.M | re.S) if "from core import" in block]
    (tmp_path / "seven.png").write_bytes(png(seven()))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(example, names)
    run, (_, of_run, of_mnist) = names["run"], capsys.readouterr().out.splitlines()
    assert run.status == "finished" and run.epochs_done == 3 and run.result.test_accuracy > 0.5
    assert of_run.count("('") == 3 and of_mnist.startswith("[('7', 0.")
    assert names["digits"].images.shape == (1797, 1, 8, 8)
    assert open_store(tmp_path / "runs").get(run.run).result == run.result


@pytest.mark.slow
def test_ctrl_c_keeps_the_finished_epochs_and_the_run_goes_on_to_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show = Progress.show

    def stop(self: Progress, record: Record) -> None:
        show(self, record)
        if isinstance(record, Epoch) and record.epoch == 1:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "show", stop)
    stopped = library.train(**SHORT)
    assert (stopped.status, stopped.epochs_done, stopped.result) == ("stopped", 1, None)
    assert f"go on with train(resume='{stopped.run}')" in capsys.readouterr().err
    monkeypatch.setattr(Progress, "show", show)
    resumed, whole = library.train(resume=stopped), library.train(**SHORT, progress=False)
    assert resumed.run == stopped.run and resumed.status == "finished" and resumed.result and whole.result
    assert resumed.result.confusion == whole.result.confusion and resumed.result.sha256 == whole.result.sha256
    assert library.train(resume=whole.run).result == whole.result, "a finished run is returned as it is"


@pytest.mark.slow
def test_a_run_shows_itself_in_jupyter() -> None:
    run = library.train(**SHORT, progress=False)
    assert isinstance(run, Snapshot) and run.result is not None
    text = run._repr_html_()
    assert text.count("<tr>") == 1 + 3 + 1 + 10 and "digits-cnn on digits, 2 epochs" in text
    assert "background: rgba(255, 169, 14" in run.result._repr_html_() and "<tr>" in run.epochs[1]._repr_html_()


@pytest.mark.parametrize("with_tqdm", [True, False])
def test_the_progress_is_told_with_tqdm_and_without(with_tqdm: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    if with_tqdm:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    library.train(**SHORT)
    told = capsys.readouterr().err
    assert ("2/2" in told or "2.0/2" in told) if with_tqdm else told.startswith("epoch 1: loss ")
    assert "validation accuracy" in told and (with_tqdm or len(told.splitlines()) == 2)


@pytest.mark.parametrize(("call", "told"), [
    (lambda: library.train(dataset="cifar10"), "python -m core data cifar10 --fetch fetches it"),
    (lambda: library.train(epochs=0), "epochs is 0; expected a whole number from 1"),
    (lambda: library.train(epoch=1), "unknown recipe key 'epoch'; expected some of dataset"),
    (lambda: library.train(Recipe(), resume="abc"), "a resumed run keeps its recipe"),
    (lambda: library.train(resume="abc"), "there is no run 'abc'"),
    (lambda: library.load_dataset("mnits"), "unknown dataset 'mnits'"),
    (lambda: library.load_dataset("mnist"), "mnist is not in"),
    (lambda: library.classify(ROOT / "README.md", "digits"), "README.md"),
    (lambda: library.classify(ROOT / "demo/screens/home.png", "nobody"), "there is no network 'nobody'"),
])  # fmt: skip
def test_bad_input_is_one_line_and_makes_no_run(call: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=re.escape(told)) as refused:
        call()
    assert "\n" not in str(refused.value) and not open_store(tmp_path / "runs").names()


@pytest.mark.slow
def test_a_run_that_cannot_go_on_says_why(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="the loss became"):
        library.train(**{**SHORT, "learning_rate": 1e6}, progress=False)
    store = open_store(tmp_path / "runs")
    [name] = store.names()
    with pytest.raises(LabError, match=f"run {name} failed and cannot go on"):
        library.train(resume=name)
