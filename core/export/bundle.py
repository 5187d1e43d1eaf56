"""Everything that a finished run can leave the lab as, file by file, written whole into one folder or packed into a ZIP."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.export.errors import NotExportable
from core.runs.snapshot import Snapshot
from core.system.atomic import whole_folder, write_whole
from core.vocabulary.errors import LabError
from core.vocabulary.folders import data_folder
from core.vocabulary.sources import is_own, source_of

Files = dict[str, bytes]
"""Path in the folder -> content."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export: what its files are for, and what makes them. What needs torch imports it when it is called."""

    files: Mapping[str, str]
    """Path in the folder -> what it is for."""
    make: Callable[[Snapshot], Sequence[bytes | str]]
    """The contents, in the order of `files`."""
    applies: Callable[[Snapshot], bool] = lambda run: True
    """Whether it belongs to everything of a run; where not, it is written only if it is named."""
    of_epoch: bool = False
    """Whether one epoch of a run, RUN@EPOCH, has it too; the others tell of the test or of the whole run."""


def _script(run: Snapshot) -> Sequence[str]:
    from core.export.program import script

    return [script.script_of(run, script.layout_at_hand(run.recipe.dataset))]


def _notebook(run: Snapshot) -> Sequence[str]:
    from core.export.program import notebook, script

    return [notebook.notebook_of(run, script.layout_at_hand(run.recipe.dataset))]


def _weights(run: Snapshot) -> Sequence[bytes | str]:
    from core.export import tables, weights

    return [weights.weights_of(run), tables.recipe_json(run)]


def _onnx(run: Snapshot) -> Sequence[bytes]:
    from core.export import onnx_model

    return [onnx_model.onnx_of(run)]


def _card(run: Snapshot) -> Sequence[str]:
    from core.export import model_card

    return [model_card.card_of(run)]


def _records(run: Snapshot) -> Sequence[str]:
    from core.export import tables

    return [tables.csv_of(run), tables.json_of(run)]


def _tensorboard(run: Snapshot) -> Sequence[bytes]:
    from core.export import tensorboard

    return [tensorboard.events_of(run)]


def _data(run: Snapshot) -> Sequence[bytes]:
    source = source_of(run.recipe.dataset)
    if not is_own(run.recipe.dataset):
        raise NotExportable(f"{source.title} is fetched by the script; only a set of one's own goes along")
    [layout] = source.layouts
    return [(Path(layout.folder) / file.name).read_bytes() for file in layout.files]


def _report(run: Snapshot) -> Sequence[bytes | str]:
    try:
        from core.export.report import html, pdf, run_report
    except ModuleNotFoundError as error:
        raise NotExportable("the package fpdf2 is not installed, which writes this file: pip install fpdf2") from error
    document = run_report.run_report(run, data_folder())
    return [html.to_html(document), pdf.to_pdf(document)]


KINDS: dict[str, Kind] = {
    "script": Kind({"train.py": "the run as one PyTorch script: fetches the data, trains, tests"}, _script, of_epoch=True),
    "notebook": Kind({"train.ipynb": "the same for Jupyter and Colab, with curves and confusion matrix"}, _notebook, of_epoch=True),
    "weights": Kind({"model.safetensors": "the tested weights", "recipe.json": "the recipe, classes and shape that belong to them"}, _weights, of_epoch=True),
    "onnx": Kind({"model.onnx": "the network for onnxruntime, Netron and other programs"}, _onnx, of_epoch=True),
    "card": Kind({"README.md": "a model card for the Hub, with a part in plain words"}, _card),
    "report": Kind({"report.html": "the run as a report, one file, with lines to fill in", "report.pdf": "the same on paper"}, _report),
    "records": Kind({"epochs.csv": "a line for each epoch, for a spreadsheet", "run.json": "every number of the run"}, _records),
    "tensorboard": Kind({"tensorboard/events.out.tfevents.0.resolution-lab": "the run in TensorBoard: tensorboard --logdir tensorboard"}, _tensorboard),
    "data": Kind({"data/images.npy": "the images of the data set, which the script reads", "data/labels.npy": "their classes", "data/order.npy": "training part, then test part"},
                 _data, applies=lambda run: is_own(run.recipe.dataset), of_epoch=True),
}
"""Name -> kind, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a run gives: its files, and of the kinds that it cannot give the reason."""

    files: Files
    left_out: dict[str, str]


def contents(run: Snapshot, what: Sequence[str] | None) -> Contents:
    """The files of these kinds; None: of all that the run can give.

    LabError for a run that is not finished, a damaged one, an unknown kind, and one that was named and cannot be given.
    """
    if run.epoch is None and (run.status != "finished" or run.result is None):
        raise LabError(f"run {run.run} is {run.status}; only a finished run can be taken home")
    unknown = [name for name in what or () if name not in KINDS]
    if unknown:
        raise LabError(f"cannot export {unknown[0]!r}; choose some of {', '.join(KINDS)}")
    found = Contents({}, {})
    for name in dict.fromkeys(what or (name for name, kind in KINDS.items() if kind.applies(run))):
        try:
            made = _made(name, run)
        except NotExportable as error:
            if what:
                raise
            found.left_out[name] = str(error)
            continue
        blobs = [content.encode() if isinstance(content, str) else content for content in made]
        found.files.update(zip(KINDS[name].files, blobs, strict=True))
    return found


def _made(name: str, run: Snapshot) -> Sequence[bytes | str]:
    if run.epoch is not None and not KINDS[name].of_epoch:
        raise NotExportable(f"{name} tells of the whole run, not of one epoch; export {run.run} for it")
    return KINDS[name].make(run)


def export(run: Snapshot, folder: Path, what: Sequence[str] | None) -> Contents:
    """Writes `contents` into `folder`, which must not be there yet: all of it, or nothing. LabError, also for a full disk."""
    check_new(folder)
    found = contents(run, what)
    write_files(folder, found.files)
    return found


def check_new(folder: Path) -> None:
    """LabError where there is something of this name already."""
    if folder.exists():
        raise LabError(f"{folder} is already there; name a folder that is not")


def write_files(folder: Path, files: Files) -> None:
    """Writes all files into a new folder, or nothing. LabError, also for a full disk."""
    try:
        with whole_folder(folder) as place:
            for name, content in files.items():
                write_whole(place / name, content)
    except OSError as error:
        raise LabError(f"cannot write {folder}: {error.strerror or error}; nothing was written") from error


@dataclass(frozen=True, slots=True)
class Packed:
    """Everything of a run in one ZIP."""

    zip: bytes
    files: tuple[tuple[str, int, str], ...]
    """Of each file: its path, its size in bytes, what it is for."""
    left_out: dict[str, str]
    """Kind -> why the run cannot give it."""


_one_at_a_time = threading.Lock()
"""A process that packs loads torch: thirty at once would take the machine from those who train."""


def packed(run: str, runs: Path, data: Path) -> Packed:
    """Everything of a run, by its id or name, from the run store in `runs`, with the data sets in `data`.

    Made by a process of its own, so that the caller needs no torch; one at a time. LabError, with the sentence of the command
    line, where it cannot be.
    """
    with _one_at_a_time, tempfile.TemporaryDirectory() as place:
        folder = Path(place, run)
        words = [sys.executable, "-m", "core", "export", run, "--to", str(folder), "--json"]
        environ = {**os.environ, "LAB_RUNS": str(runs.resolve()), "LAB_DATA": str(data.resolve())}
        done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"run {run} could not be packed")
        answer = json.loads(done.stdout)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for row in answer["files"]:
                archive.write(folder / row["file"], f"{run}/{row['file']}")
    return Packed(stream.getvalue(), tuple((row["file"], row["bytes"], row["about"]) for row in answer["files"]), answer["left_out"])
