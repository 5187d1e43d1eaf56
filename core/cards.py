"""Cards: what lies under pretrained/ beside the weights, one JSON file a run. They are read without torch.

A card tells everything that a table or a figure needs: the recipe, the records, the test result, the confusion
matrices at other resolutions, and where the run came from. Nobody can delete or change one from the app.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import LabError
from core.recipe import FIELDS, Recipe
from core.records import Matrix

FOLDER = Path(__file__).resolve().parent.parent / "pretrained"
_NOT_THE_RUN = ("device", "precision", "threads", "preset")
"""Fields that say where a recipe ran and where it came from, not what it trains."""


@dataclass(frozen=True, slots=True)
class Card:
    """One finished run of the project's own."""

    name: str
    recipe: Recipe
    facts: dict[str, Any]
    epochs: tuple[dict[str, Any], ...] = field(repr=False)
    result: dict[str, Any] = field(repr=False)
    evaluations: dict[str, dict[str, Matrix]] = field(default_factory=dict, repr=False)
    """filter -> side in pixels (as text) -> confusion matrix of the test set seen at that resolution."""

    def matrix(self, side: int, filter: str) -> Matrix | None:
        """The test set's confusion matrix at a resolution; None where it was not evaluated."""
        return self.evaluations.get(filter, {}).get(str(side))


def identity(recipe: Recipe) -> tuple[object, ...]:
    """What two runs must share to be the same experiment: every field but where it ran."""
    return tuple(getattr(recipe, name) for name in FIELDS if name not in _NOT_THE_RUN)


def read_card(path: Path) -> Card:
    """The card in a file. LabError when it is missing or no card."""
    try:
        values: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not {"classes", "shape"} <= values["facts"].keys():
            raise KeyError("classes, shape")
        return Card(
            name=path.stem,
            recipe=Recipe.from_dict(values["recipe"]),
            facts=values["facts"],
            epochs=tuple(values["epochs"]),
            result=values["result"],
            evaluations=values.get("evaluations", {}),
        )
    except FileNotFoundError:
        raise LabError(f"there is no {path}; python -m core pretrain makes it") from None
    except LabError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabError(f"{path} is no card of a pretrained network ({error!r}); python -m core pretrain makes it") from error


def read_cards(folder: Path = FOLDER) -> dict[str, Card]:
    """Every card in the folder, by name."""
    return {path.stem: read_card(path) for path in sorted(folder.glob("*.json"))}


def write_card(card: Card, folder: Path) -> None:
    """Writes NAME.json; only the last epoch keeps its confusion matrices, for the others would fill the folder."""
    last = card.epochs[-1]["epoch"] if card.epochs else 0
    kept = {last, card.result["epoch"]}
    epochs = [e if e["epoch"] in kept else {**e, "train_confusion": None, "validation_confusion": None} for e in card.epochs]
    values = {"name": card.name, "recipe": card.recipe.as_dict(), "facts": card.facts, "epochs": epochs,
              "result": card.result, "evaluations": card.evaluations}  # fmt: skip
    part = folder / f"{card.name}.json.part"
    part.write_text(json.dumps(values, separators=(",", ":")) + "\n", encoding="utf-8")
    part.replace(folder / f"{card.name}.json")


def find(recipe: Recipe, cards: Iterable[Card]) -> Card | None:
    """The card of this experiment, if there is one."""
    wanted = identity(recipe)
    return next((card for card in cards if identity(card.recipe) == wanted), None)
