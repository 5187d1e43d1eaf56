"""How an export calls a run and its network, in comments and headings."""

from __future__ import annotations

import re

from core.runs.snapshot import Snapshot
from core.vocabulary.networks import is_own
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of


def network_title(recipe: Recipe) -> str:
    """The network's name; of a list of layers, that it is one's own."""
    return "a network of one's own" if is_own(recipe.network) else f"the network {recipe.network}"


def title(run: Snapshot) -> str:
    """What was trained on what, in one line."""
    recipe, source = run.recipe, source_of(run.recipe.dataset)
    at = f" at {recipe.resolution} x {recipe.resolution} pixels" if recipe.resolution not in (None, source.side) else ""
    return f"{network_title(recipe)} on {source.title}{at}"


def label(run: Snapshot) -> str:
    """The run's id and what somebody called it, safe inside a docstring: letters, digits and a few signs.

    A name is anybody's text, and a script is executed.
    """
    name = re.sub(r"[^\w .,;:()+×=%-]", "", run.name).strip()
    known = run.run if run.epoch is None else f"{run.run}@{run.epoch}"
    return f"{known} ({name})" if name else known
