"""Makes what lies under pretrained/: weights, and a JSON card that says where they came from. Run by `pretrain`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.engines import ThreadEngine
from core.recipe import Recipe, preset
from core.records import Epoch, Result, Start, as_dict

FOLDER = Path(__file__).resolve().parent.parent / "pretrained"
PLAN: dict[str, Recipe] = {"digits": preset("fast", "digits")}
"""Name -> recipe."""


def pretrain(folder: Path, data: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Trains what is not in `folder` yet; returns name -> {status, test_accuracy}. Safe to run again."""
    folder.mkdir(parents=True, exist_ok=True)
    answer = {}
    for name, recipe in PLAN.items():
        card_file = folder / f"{name}.json"
        there = card_file.exists() and (folder / f"{name}.safetensors").exists()
        if not there:
            say(f"training {name}")
            _make(name, recipe, folder, data)
        result = json.loads(card_file.read_text())["result"]
        answer[name] = {"status": "there" if there else "made", "test_accuracy": result["test_accuracy"]}
    return answer


def _make(name: str, recipe: Recipe, folder: Path, data: Path) -> None:
    card: dict[str, Any] = {"name": name, "epochs": []}
    weights = b""
    for record in ThreadEngine(data).stream(recipe):
        if isinstance(record, Start):
            card |= {"recipe": record.recipe, "facts": record.facts}
        elif isinstance(record, Epoch):
            card["epochs"].append(as_dict(record))
        elif isinstance(record, Result):
            card["result"], weights = as_dict(record), record.weights
    (folder / f"{name}.safetensors").write_bytes(weights)
    (folder / f"{name}.json").write_text(json.dumps(card, indent=None, separators=(",", ":")) + "\n")
