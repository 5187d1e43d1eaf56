"""All files of a run, or a sentence and nothing."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors

from core.datasets.own.store import OwnStore
from core.export import bundle
from core.export.errors import NotExportable
from core.inference import library
from core.pretrained.cards import FOLDER
from core.runs.snapshot import Snapshot, look_up_epoch
from core.runs.store import open_store
from core.training.models import networks
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from tests.core.datasets.own.conftest import collected
from tests.core.export.conftest import made_up
from tests.core.export.program.test_notebook import executed
from tests.core.export.program.test_script import printed

FETCHED = [name for kind in bundle.KINDS.values() for name in kind.files if not name.startswith("data/")]
"""All files of a run on a data set that its script fetches."""


@pytest.fixture
def run(tmp_path: Path) -> Snapshot:
    """A finished run of the store with its weights."""
    found = made_up(preset("quick", "digits").changed(epochs=2))
    blob = save_tensors(networks.build("digits-cnn", (1, 8, 8)).state_dict())
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(blob)
    result = dataclasses.replace(found.record.result or pytest.fail(), sha256=hashlib.sha256(blob).hexdigest())
    return dataclasses.replace(found, weights=weights, pretrained=False, record=dataclasses.replace(found.record, result=result))


def test_everything_is_written_and_named(run: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "home"
    found = bundle.export(run, folder, None)
    assert not found.left_out and list(found.files) == FETCHED
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert there == found.files and all(there.values())
    assert there["model.safetensors"] == run.weights.read_bytes() if run.weights else False
    assert list(folder.parent.iterdir()) == [folder]


def test_one_kind_is_written_alone(run: Snapshot, tmp_path: Path) -> None:
    assert list(bundle.export(run, tmp_path / "home", ["records"]).files) == ["epochs.csv", "run.json"]


def test_an_existing_folder_is_left_as_it_is(run: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(LabError, match=r"home is already there; name a folder that is not"):
        bundle.export(run, tmp_path / "home", None)
    assert not list((tmp_path / "home").iterdir())


def nothing(run: Snapshot, tmp_path: Path, reason: str, what: list[str] | None = None) -> None:
    """Exporting is refused in one line, and leaves nothing behind."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LabError, match=reason) as refused:
        bundle.export(run, tmp_path / "home", what)
    assert "\n" not in str(refused.value) and sorted(tmp_path.rglob("*")) == before


def test_damaged_weights_are_said_and_nothing_is_written(run: Snapshot, tmp_path: Path) -> None:
    assert run.weights is not None
    blob = bytearray(run.weights.read_bytes())
    blob[-1] ^= 1
    run.weights.write_bytes(blob)
    nothing(run, tmp_path, "are damaged .its hash is not the stored one|their hash is not the stored one")
    run.weights.unlink()
    nothing(run, tmp_path, "cannot be read .No such file or directory")


def test_weights_that_are_no_weights_are_said(run: Snapshot, tmp_path: Path) -> None:
    assert run.weights is not None
    run.weights.write_bytes(b"weights")
    nothing(dataclasses.replace(run, pretrained=True), tmp_path, "the weights .* are damaged")


def test_an_unfinished_run_is_refused(run: Snapshot, tmp_path: Path) -> None:
    nothing(dataclasses.replace(run, status="stopped"), tmp_path, "is stopped; only a finished run can be taken home")


def test_an_unknown_kind_is_refused_with_the_known(run: Snapshot, tmp_path: Path) -> None:
    nothing(run, tmp_path, "cannot export 'pdf'; choose some of script, notebook, weights", ["script", "pdf"])


def test_a_run_without_weights_gives_the_rest(run: Snapshot, tmp_path: Path) -> None:
    bare = dataclasses.replace(run, weights=None)
    found = bundle.export(bare, tmp_path / "home", None)
    assert set(found.left_out) == {"weights", "onnx"} and "comes without its weights" in found.left_out["onnx"]
    assert {"train.py", "README.md", "run.json"} <= set(found.files)
    with pytest.raises(NotExportable):
        bundle.export(bare, tmp_path / "other", ["weights"])
    assert not (tmp_path / "other").exists()


def test_without_an_optional_package_the_rest_is_written(run: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    found = bundle.export(run, tmp_path / "home", None)
    assert found.left_out == {"onnx": "the package onnx is not installed, which writes this file: pip install onnx"}
    assert "train.py" in found.files and "model.onnx" not in found.files


@pytest.mark.parametrize("number", [0, 4])
def test_a_full_disk_leaves_nothing(run: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    real, calls = os.fsync, iter(range(100))

    def full(stream: int) -> None:
        if next(calls) >= number:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(stream)

    monkeypatch.setattr("core.system.atomic.os.fsync", full)
    nothing(run, tmp_path, "home: No space left on device; nothing was written")


@pytest.mark.slow
def test_a_zip_of_everything_is_packed_by_a_process_of_its_own(tmp_path: Path) -> None:
    found = bundle.packed("digits", tmp_path / "runs", tmp_path / "data")
    with zipfile.ZipFile(io.BytesIO(found.zip)) as archive:
        assert archive.testzip() is None
        assert {info.filename: info.file_size for info in archive.infolist()} == {f"digits/{name}": size for name, size, _ in found.files}
        assert archive.read("digits/model.safetensors") == (FOLDER / "digits.safetensors").read_bytes()
    assert not found.left_out and [name for name, _, _ in found.files] == FETCHED
    with pytest.raises(LabError, match="there is no run 'nobody'"):
        bundle.packed("nobody", tmp_path / "runs", tmp_path / "data")


def test_the_kinds_do_not_write_to_the_same_file() -> None:
    names = [name for kind in bundle.KINDS.values() for name in kind.files]
    assert len(names) == len(set(names))




# --- one epoch of a run -----------------------------------------------------------------------------------------------


def test_an_epoch_gives_what_it_has_and_says_what_it_has_not(tmp_path: Path) -> None:
    """fashion-arc4 comes with the weights of each of its eleven states."""
    store = open_store(tmp_path / "runs")
    run = look_up_epoch("fashion-arc4@3", store, FOLDER)
    found = bundle.export(run, tmp_path / "home", None)
    assert set(found.left_out) == {"card", "report", "records", "tensorboard"} and "not of one epoch" in found.left_out["card"]
    assert set(found.files) == {"train.py", "train.ipynb", "model.safetensors", "recipe.json", "model.onnx"}
    kept = load_tensors(found.files["model.safetensors"])
    assert {name: tuple(tensor.shape) for name, tensor in kept.items()} == {
        name: tuple(tensor.shape) for name, tensor in networks.build("arc4", (1, 28, 28)).state_dict().items()
    }
    assert not all(torch.equal(kept[name], tensor) for name, tensor in load_file(FOLDER / "fashion-arc4.safetensors").items())
    assert json.loads(found.files["recipe.json"])["epoch"] == 3
    assert "EPOCHS, BATCH = 0, 3, " in found.files["train.py"].decode() and "in the lab" not in found.files["train.py"].decode()
    with pytest.raises(NotExportable, match="export fashion-arc4 for it"):
        bundle.export(run, tmp_path / "other", ["card"])


def test_the_untrained_network_is_a_program_too(tmp_path: Path) -> None:
    run = look_up_epoch("fashion-arc4@0", open_store(tmp_path / "runs"), FOLDER)
    found = bundle.contents(run, ["script", "notebook"]).files
    assert "EPOCHS, BATCH = 0, 0, " in found["train.py"].decode() and b"zip(*history)" not in found["train.ipynb"]


@pytest.mark.parametrize(("name", "reason"), [
    ("fashion-arc4@99", "were not kept; kept are 0, 1, 2"), ("fashion-arc4@x", "expected RUN@EPOCH"), ("nobody@1", "there is no run 'nobody'"),
])  # fmt: skip
def test_an_epoch_that_is_not_there_is_one_line(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(LabError, match=reason) as refused:
        look_up_epoch(name, open_store(tmp_path / "runs"), FOLDER)
    assert "\n" not in str(refused.value)


def test_damaged_weights_of_an_epoch_are_said_and_nothing_is_written(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    shutil.copytree(FOLDER / "history" / "fashion-arc4", cards / "history" / "fashion-arc4")
    shutil.copy(FOLDER / "fashion-arc4.json", cards)
    run = look_up_epoch("fashion-arc4@3", open_store(tmp_path / "runs"), cards)
    assert run.weights is not None
    blob = bytearray(run.weights.read_bytes())
    blob[-1] ^= 1
    run.weights.write_bytes(blob)
    nothing(run, tmp_path, "is damaged .its checksum is another")


def test_the_folders_are_named_from_where_the_caller_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that packs works elsewhere: a relative folder must not become another one there."""
    told: dict[str, str] = {}

    def run(words: list[str], **options: Any) -> SimpleNamespace:
        told.update(options["env"])
        return SimpleNamespace(returncode=2, stderr="there is no run", stdout="")

    monkeypatch.setattr("core.export.bundle.subprocess.run", run)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LabError, match="there is no run"):
        bundle.packed("abc234", Path("runs"), Path("data"))
    assert (told["LAB_RUNS"], told["LAB_DATA"]) == (str(tmp_path / "runs"), str(tmp_path / "data"))


# --- a set of one's own -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_network_of_one_s_own_on_images_of_one_s_own_goes_home_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The images go along; script and notebook print the run's numbers to the last digit, somewhere else."""
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    own = OwnStore()
    name = collected(own, each=8)
    own.close(name)
    run = library.train(dataset=name, network="conv 4 3 leaky, maxpool 2, batchnorm, dense 16", epochs=2, batch_size=16, threads=1, device="cpu",
                        precision="float32", progress=False)
    home = tmp_path / "home"
    found = bundle.export(run, home, None)
    assert not found.left_out and {"data/images.npy", "data/labels.npy", "data/order.npy"} <= set(found.files)
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "nowhere"))
    done = subprocess.run([sys.executable, str(home / "train.py")], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == printed(run)
    outputs = executed((home / "train.ipynb").read_text(encoding="utf-8"), home)
    text = "".join(output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stdout")
    assert text.splitlines() == printed(run)


def test_other_sets_do_not_go_along(run: Snapshot, tmp_path: Path) -> None:
    nothing(run, tmp_path, "Digits .* is fetched by the script; only a set of one's own goes along", ["data"])
