"""What pretrained/history/ holds of the networks that come with the app; made by `python -m core pretrain`.

Of each network with weights: its probabilities for every test and validation image, as far as they give the matrices of
its card to the last count. Of a few small ones also the weights of early epochs: these are trained once more, and kept
only if that ends with the same weights to the bit, which depends on the processor.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.pretrained.cards import Card, read_card
from core.runs import history_files
from core.runs.history import FOLDER as HISTORY
from core.runs.history import History
from core.runs.history_files import EPOCH, TEST, VALIDATION
from core.runs.store import RunStore
from core.system.atomic import write_whole
from core.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from core.datasets.loading import DataSet

Say = Callable[[str], None]
Images = Callable[[], "DataSet"]
"""Loads the network's data set; only asked where something is missing."""
Train = Callable[[str, Recipe], str]
"""(name, recipe) -> the id of a finished run of it in the store, trained if need be."""
EPOCHS_MB = {"fashion-arc4": 2.5}
"""Network -> the MB that its epochs may take. `digits`, trained on an older processor, ends elsewhere on a newer one (first
in step 19); the others take minutes to hours."""


def forget(name: str, folder: Path) -> None:
    """Removes what is kept of a network whose weights are about to change."""
    shutil.rmtree(folder / HISTORY / name, ignore_errors=True)


def renew_answers(name: str, folder: Path, load: Images, say: Say) -> None:
    """Writes the probabilities of a network whose card and weights are in the folder, unless they are there."""
    from core.inference import evaluation
    from core.training import loop, observation
    from core.training.subsets import make_subsets

    there, weights = folder / HISTORY / name, folder / f"{name}.safetensors"
    if not weights.exists() or (there / TEST).exists():
        return
    card = read_card(folder / f"{name}.json")
    images = load()
    trained = evaluation.Trained(card.recipe, weights.read_bytes(), images)
    parts = loop.returned(make_subsets(card.recipe, images))
    say(f"{name}: what it answers to the test and the validation pictures")
    test = loop.returned(loop.measure(card.recipe, trained.state, parts.test, "testing", card.result.epoch))
    if test.confusion != card.result.confusion:
        return say(f"{name}: its answers on this machine are not those of its card, and are not kept")
    if part := observation.validation_arrays(parts):
        held_out = loop.returned(loop.measure(card.recipe, trained.state, parts.validation, "checking", card.result.epoch))
        if held_out.confusion == card.epoch(card.result.epoch).validation_confusion:
            kept = {name: tensor.cpu().numpy() for name, tensor in trained.state.network.state_dict().items()}
            history_files.write_part(there, VALIDATION, part)
            history_files.write_arrays(there, card.result.epoch, observation.probability_arrays(held_out.logits), kept)
        else:
            say(f"{name}: its answers to the validation pictures are not those of its card, and are not kept")
    history_files.write_part(there, TEST, observation.probability_arrays(test.logits))


def renew_epochs(name: str, folder: Path, load: Images, store: RunStore, train: Train, say: Say) -> None:
    """Keeps epochs of a network that EPOCHS_MB names and whose card and weights are in the folder, unless they are there."""
    there, weights = folder / HISTORY / name, folder / f"{name}.safetensors"
    if name not in EPOCHS_MB or not weights.exists():
        return
    card = read_card(folder / f"{name}.json")
    if History(there).epochs == tuple(range(card.epochs_done + 1)):
        return
    run = train(name, card.recipe)
    if not _same(card, weights.read_bytes(), store, run, load()):
        return say(f"{name}: trained again on this machine it has other weights, so none of its epochs is kept")
    found = store.history(run)
    if not found.kept:
        return say(f"{name}: run {run} of the store kept no epochs; delete it and it is trained again")
    for file in found.folder.iterdir():
        if EPOCH.fullmatch(file.name) or file.name == VALIDATION:
            write_whole(there / file.name, file.read_bytes())
    history_files.thin(there, round(1e6 * EPOCHS_MB[name]), card.result.epoch)


def _same(card: Card, weights: bytes, store: RunStore, run: str, images: DataSet) -> bool:
    """Whether a run of the store has ended with these weights, rounded as those that come with the app are."""
    from core.inference import evaluation

    file = store.get(run).weights
    return file is not None and evaluation.smallest(card.recipe, file.read_bytes(), images) == weights
