"""Cards: what lies under pretrained/ beside the weights, one JSON file a run. They are read without torch.

A card tells everything that a table or a figure needs: the recipe, the records, the test result, the confusion
matrices at other resolutions, and where the run came from. Nobody can delete or change one from the app.
NAME.json lies beside NAME.safetensors; a run without kept weights has its card in cards/. Where a page needs the
network's answers to single test images, they are in NAME.outputs.safetensors.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.system.atomic import write_whole
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, Recipe
from core.vocabulary.records import Epoch, Facts, HasRunRecord, Matrix, Result, RunRecord, as_dict

CARDS = "cards"
"""The folder of the cards without weights."""
FOLDER = Path(__file__).resolve().parents[2] / "pretrained"
"""What comes with the app. The command line and the server say that they mean it; nothing else assumes it."""
_NOT_THE_RUN = ("device", "precision", "threads", "preset")
"""Fields that say where a recipe ran and where it came from, not what it trains."""


@dataclass(frozen=True, slots=True)
class Card(HasRunRecord):
    """One finished run of the project's own."""

    name: str
    record: RunRecord
    evaluations: dict[str, dict[str, Matrix]] = field(default_factory=dict, repr=False)
    """filter -> side in pixels (as text) -> confusion matrix of the test set seen at that resolution."""

    def matrix(self, side: int, filter: str) -> Matrix | None:
        """The test set's confusion matrix at a resolution; None where it was not evaluated."""
        return self.evaluations.get(filter, {}).get(str(side))

    def epoch(self, number: int) -> Epoch:
        """The record of an epoch; 0 is the untrained network. StopIteration where there is none."""
        return self.record.epoch(number)

    @property
    def result(self) -> Result:
        """The test at the end; a card has one."""
        assert self.record.result is not None
        return self.record.result


def identity(recipe: Recipe) -> tuple[object, ...]:
    """What two runs must share to be the same experiment: every field but where it ran.

    The filter counts only where images are reduced for the training.
    """
    unused = {"filter"} if recipe.resolution is None and "mixed" not in recipe.augment else set()
    return tuple(getattr(recipe, name) for name in FIELDS if name not in _NOT_THE_RUN and name not in unused)


def read_card(path: Path) -> Card:
    """The card in a file. LabError when it is missing or no card."""
    try:
        values: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not {"classes", "shape"} <= values["facts"].keys():
            raise KeyError("classes, shape")
        return Card(
            name=path.stem,
            record=RunRecord(
                recipe=Recipe.from_dict(values["recipe"]),
                facts=Facts.from_dict(values["facts"]),
                epochs=tuple(map(Epoch.from_dict, values["epochs"])),
                result=Result.from_dict(values["result"]),
            ),
            evaluations=values.get("evaluations", {}),
        )
    except FileNotFoundError:
        raise LabError(f"there is no {path}; python -m core pretrain makes it") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabError(f"{path} is no card of a pretrained network ({error!r}); python -m core pretrain makes it") from error


def read_cards(folder: Path) -> Mapping[str, Card]:
    """Every card in the folder, by name; the same object as before while no file has changed."""
    files, _ = _listed(folder)
    kept = _read.get(folder)
    if kept is None or kept[0] != files:
        cards = MappingProxyType({name: _read_once(*files[name]) for name in sorted(files)})
        kept = _read[folder] = files, cards
        while len(_read) > _FOLDERS:
            _read.pop(next(iter(_read)), None)
    return kept[1]


def with_weights(folder: Path) -> dict[str, Card]:
    """The cards whose weights are there too, by name; a damaged one is left out, for it must not hide the others."""
    files, weights = _listed(folder)
    found = {}
    for name in sorted(weights & files.keys()):
        with contextlib.suppress(LabError):
            found[name] = _read_once(*files[name])
    return found


def read_named(name: str, folder: Path) -> Card | None:
    """The card of this name; None where there is none. Whatever the name, nothing outside the folder is read."""
    found = _listed(folder)[0].get(name)
    return _read_once(*found) if found else None


_Files = dict[str, tuple[str, int]]
_read: dict[Path, tuple[_Files, Mapping[str, Card]]] = {}
_FOLDERS = 8
"""So many folders of cards are remembered."""


def _listed(folder: Path) -> tuple[_Files, set[str]]:
    """Name -> path of each card and when it was changed (ns), of two of one name the one in cards/; the names with weights."""
    files: _Files = {}
    weights = set()
    for place in (folder, folder / CARDS):
        if not place.is_dir():
            continue
        with os.scandir(place) as entries:
            for entry in entries:
                name, _, end = entry.name.rpartition(".")
                if end == "json":
                    with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                        files[name] = entry.path, entry.stat().st_mtime_ns
                elif end == "safetensors" and place is folder:
                    weights.add(name)
    return files, weights


@lru_cache(maxsize=1024)
def _read_once(path: str, changed: int) -> Card:
    return read_card(Path(path))


def write_card(card: Card, folder: Path) -> None:
    """Writes NAME.json; only the last epoch keeps its confusion matrices, for the others would fill the folder."""
    kept = {card.epochs_done, card.result.epoch}
    epochs = [e if e.epoch in kept else replace(e, train_confusion=None, validation_confusion=None) for e in card.epochs]
    values = {"name": card.name, "recipe": card.recipe.as_dict(), "facts": card.facts.as_dict(), "epochs": list(map(as_dict, epochs)),
              "result": as_dict(card.result), "evaluations": card.evaluations}  # fmt: skip
    write_whole(folder / f"{card.name}.json", json.dumps(values, separators=(",", ":")) + "\n")


def card_of(recipe: Recipe, cards: Iterable[Card]) -> Card | None:
    """The card of this experiment, if there is one."""
    wanted = identity(recipe)
    return next((card for card in cards if identity(card.recipe) == wanted), None)
