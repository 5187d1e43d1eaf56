"""What `from core import ...` offers beside the recipe: data sets, training and classification as functions.

They do what the command line does, with its folders ($LAB_DATA, $LAB_RUNS): a run that is trained here is on the page
My runs, and `python -m core export` takes it home. torch is imported when something is computed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.datasets import files as dataset_files
from core.engines import base
from core.engines.thread import ThreadEngine
from core.images.decoding import open_image
from core.pretrained.cards import FOLDER
from core.runs.foreground import train_to_the_end
from core.runs.progress import Progress
from core.runs.snapshot import Snapshot, look_up
from core.runs.store import open_store
from core.vocabulary.errors import LabError, RunFailed
from core.vocabulary.folders import data_folder, runs_folder
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record
from core.vocabulary.sources import source_of

if TYPE_CHECKING:
    from core.datasets.loading import DataSet
    from core.inference.classifier import Answer
    from core.inference.model_registry import ModelRegistry

OWNER = "library"
_registry: list[ModelRegistry] = []
"""One for this process, so that a network is loaded once."""


def load_dataset(name: str = "digits", fetch: bool = False) -> DataSet:
    """A data set as tensors: `images` uint8 (N, C, H, W), 0 to 255, and `labels` int64 (N,); the first `train_size` are the
    official training part, the rest the test set. Shared by everybody in the process: read them, never write them.

    `fetch` downloads what is missing. LabError for an unknown name, a set that is not here, and a damaged file.
    """
    from core.datasets import loading

    source_of(name)
    if fetch:
        dataset_files.fetch(name, data_folder(), lambda _: None, mirror=dataset_files.mirror_of())
    return loading.load(name, data_folder())


def train(recipe: Recipe | None = None, *, resume: Snapshot | str | None = None, progress: bool = True, **values: Any) -> Snapshot:
    """Trains one network, tests it once, and returns the run: its `recipe`, `facts`, `epochs`, `result`, `status`.

    `values` change the recipe (None: `Recipe()`), as in `train(dataset="mnist", epochs=2)`. `resume` goes on with a run
    that was stopped, to the same bits as if it never had been. The run is kept in the run store. Ctrl-C, or *interrupt* in a
    notebook, stops it: the run that is returned is `stopped` and has every finished epoch. LabError for what cannot be
    trained here, RunFailed where the loss stops being a number.
    """
    store = open_store(runs_folder())
    if resume is not None:
        if recipe is not None or values:
            raise LabError("a resumed run keeps its recipe; leave out the recipe and its values")
        name = resume if isinstance(resume, str) else resume.run
        known = look_up(name, store, FOLDER)
        if known.status == "finished":
            return known
        if known.status == "failed":
            raise LabError(f"run {name} failed and cannot go on: {known.message}")
        base.check(known.recipe, data_folder(), thoroughly=True)
    else:
        chosen = (recipe or Recipe()).changed(**values)
        base.check(chosen, data_folder(), thoroughly=True)
        name = store.create(chosen, OWNER)
    return _trained(name, progress)


def _trained(run: str, progress: bool) -> Snapshot:
    """Trains a run of the store, here and now."""
    store, engine, bar = open_store(runs_folder()), ThreadEngine(data_folder()), Progress()

    def show(record: Record) -> None:
        if progress:
            bar.show(record)

    try:
        ending, why = train_to_the_end(store, run, engine, lambda _: None, show)
    finally:
        bar.close()
        engine.close()
    if ending == "failed":
        raise RunFailed(why)
    found = look_up(run, store, FOLDER)
    if ending == "stopped":
        print(f"stopped after epoch {found.epochs_done}; go on with train(resume={run!r})", file=sys.stderr)
    elif ending == "interrupted":
        raise LabError(f"run {run} broke off after epoch {found.epochs_done}: {why}")
    return found


def classify(image: Any, network: Snapshot | str = "digits", *, resolution: int | None = None, filter: str | None = None,
             top: int | None = None) -> Answer:  # fmt: skip
    """What a network says about an image: `top` of the answer is a list of (label, probability 0 to 1), the surest first.

    `image` is a file's path, a PIL image, or uint8 (H, W), (H, W, C) as an array; `network` a run, its id, RUN@EPOCH, or the
    name of a network or data set that comes with the app. `resolution` is a side in pixels (None: all), `top` how many
    classes (None: all). LabError for what is none of these.
    """
    from core.inference.model_registry import ModelRegistry

    if not _registry or (_registry[0].data, _registry[0].runs) != (data_folder(), runs_folder()):
        _registry[:] = [ModelRegistry(FOLDER, data=data_folder(), runs=runs_folder())]
    name = network if isinstance(network, str) else network.run
    opened = open_image(Path(image)) if isinstance(image, str | Path) else image
    return _registry[0].get(name).classify(opened, resolution, filter, top)
