"""What differs between two recipes, in words, and the name of a run that nobody has named: made of what differs. No torch."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.runs.snapshot import Snapshot
from core.runs.summaries import RunSummary
from core.vocabulary.layer_lists.spelling import spell_step
from core.vocabulary.layers import BatchNorm, Conv, Dense, Drop, GlobalPool, Pool, Step
from core.vocabulary.networks import NETWORKS, blueprint, is_own
from core.vocabulary.recipe import FIELDS, Recipe
from core.vocabulary.sources import problem_of, source_of

LONGEST = 60
"""Characters of a default name."""
NEIGHBOURS = 12
"""A run is told from so many of its owner's runs before it."""
MOST_PHRASES = 3
"""Of a default name, behind the network."""
ALIKE = 0.5
"""A network of one's own is a changed registered one where at least this share of their layers is equal (difflib's ratio)."""
_MACHINE = {"device": "auto", "precision": "auto", "threads": 0}
"""Fields that a run resolves; a recipe that has not run yet leaves them open and differs by none."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PHRASES: Mapping[str, Callable[[Any], str]] = {
    "dataset": lambda name: name if problem_of(name) else source_of(name).title,
    "resolution": lambda side: "full resolution" if side is None else f"{side} × {side}",
    "optimizer": str, "filter": str, "loss": str, "split": str, "precision": str, "device": str,
    "schedule": lambda name: "constant learning rate" if name == "constant" else name,
    "augment": lambda name: "no augmentation" if name == "none" else name,
    "keep": lambda name: f"{name} epoch kept",
    "epochs": lambda count: f"{count:,} {'epoch' if count == 1 else 'epochs'}",
    "batch_size": lambda size: f"batches of {size:,}",
    "train_limit": lambda count: "all pictures" if count is None else f"{count:,} pictures",
    "validation": lambda share: f"{100 * share:g}% held out",
    "momentum": lambda value: f"momentum {value:g}" if value else "no momentum",
    "weight_decay": lambda value: f"weight decay {value:g}" if value else "no weight decay",
    "nesterov": lambda on: "Nesterov" if on else "no Nesterov",
    "dropout": lambda rate: "each layer's own dropout" if rate is None else f"dropout {rate:g}" if rate else "no dropout",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a recipe, and its value in each of two."""

    field: str
    before: Any
    after: Any


# --- what differs ----------------------------------------------------------------------------------------------------


def differences(a: Recipe, b: Recipe) -> list[Difference]:
    """The fields whose values change something and are not equal, in a recipe's order.

    >>> differences(Recipe(), Recipe(seed=1, preset="quick"))
    [Difference(field='seed', before=0, after=1)]
    """
    found = [Difference(name, getattr(a, name), getattr(b, name)) for name in FIELDS if name != "preset"]
    return [it for it in found if it.before != it.after and not _is_open(it) and not (it.field == "filter" and a.resolution is b.resolution is None)]


def _is_open(it: Difference) -> bool:
    return it.field in _MACHINE and _MACHINE[it.field] in (it.before, it.after)


def layer_changes(before: str, after: str) -> tuple[list[str], list[str]]:
    """The layers, as a layer list spells them, that the first of two networks has alone, and those of the second.

    >>> layer_changes("conv 8 3, dropout 0.2", "conv 16 3")
    (['conv 8 3', 'dropout 0.2'], ['conv 16 3'])
    """
    first, second = _spelled(before), _spelled(after)
    changes = [op for op in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if op[0] != "equal"]
    return [it for _, low, high, _, _ in changes for it in first[low:high]], [it for _, _, _, low, high in changes for it in second[low:high]]


def _spelled(network: str) -> list[str]:
    return [spell_step(step) for step in blueprint(network).steps]


def sentence(a: Recipe, b: Recipe) -> str:
    """What differs, in one line; "" where nothing does.

    >>> sentence(Recipe(), Recipe(learning_rate=0.01, epochs=1))
    'learning rate 0.05 → learning rate 0.01, 10 epochs → 1 epoch'
    """
    return ", ".join(map(in_words, differences(a, b)))


def in_words(it: Difference) -> str:
    """One difference. Of two networks of which at least one is a list of layers, only the layers that differ."""
    if it.field != "network" or not (is_own(it.before) or is_own(it.after)):
        return f"{value_in_words(it.field, it.before)} → {value_in_words(it.field, it.after)}"
    gone, new = layer_changes(it.before, it.after)
    if gone and new:
        return f"{', '.join(gone)} → {', '.join(new)}"
    return f"without {', '.join(gone)}" if gone else f"with {', '.join(new)}"


def value_in_words(field: str, value: Any) -> str:
    """A recipe's value so that it is understood by itself.

    >>> value_in_words("train_limit", 5000)
    '5,000 pictures'
    """
    if field == "network":
        return str(value)
    if field in _PHRASES:
        return _PHRASES[field](value)
    return f"{field.replace('_', ' ')} {value:g}" if isinstance(value, float) else f"{field.replace('_', ' ')} {value}"


# --- names -----------------------------------------------------------------------------------------------------------


def neighbours(run: RunSummary | Snapshot, runs: Iterable[RunSummary]) -> tuple[Recipe, ...]:
    """What a run's default name is told from: the NEIGHBOURS newest of its owner's runs before it, so that later runs leave
    the name as it is. `runs`: the newest first."""
    before = (other.recipe for other in runs if other.owner == run.owner and other.created < run.created)
    return tuple(itertools.islice(before, NEIGHBOURS))


def default_name(recipe: Recipe, among: Iterable[Recipe]) -> str:
    """The network, and what differs from the nearest of `among` (of equally near ones the first).

    >>> default_name(Recipe(network="conv 32 3, conv 64 3, maxpool 2, dense 64", epochs=3), [Recipe(epochs=3)])
    'two convs, no dropout'
    """
    same = [other for other in among if other.dataset == recipe.dataset]
    nearest = min(same, key=lambda other: _distance(other, recipe), default=None)
    other = nearest.network if nearest else source_of(recipe.dataset).network
    found = [value_in_words(it.field, it.after) for it in differences(nearest, recipe) if it.field != "network"] if nearest else []
    return _shortened(", ".join([_network_name(recipe.network, other), *found[:MOST_PHRASES]]))


def _distance(a: Recipe, b: Recipe) -> float:
    """How many fields differ; of two networks by how much."""
    alike = 1.0 if a.network == b.network else difflib.SequenceMatcher(None, _spelled(a.network), _spelled(b.network), autojunk=False).ratio()
    return len(differences(a, b)) + 1 - alike


def _network_name(network: str, other: str) -> str:
    """A registered network by its name; another one by its convolutions and by what its neighbour has not, or has alone."""
    if not is_own(network):
        return network
    ours, theirs = blueprint(network).steps, blueprint(other).steps
    words = [_convolutions(ours)]
    traits, known = _traits(ours), _traits(theirs)
    words += [f"no {trait}" for trait in known if trait not in traits] + [trait for trait in traits if trait not in known]
    if network != other and words == [_convolutions(theirs)]:
        gone, new = layer_changes(other, network)
        words += [f"{new[0]} for {gone[0]}" if gone and new else f"with {new[0]}" if new else f"without {gone[0]}"]
    return ", ".join(words[: MOST_PHRASES + 1])


def _convolutions(steps: Sequence[Step]) -> str:
    count = sum(isinstance(step, Conv) for step in steps)
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {'conv' if count == 1 else 'convs'}"


def _traits(steps: Sequence[Step]) -> list[str]:
    """What kinds of layers a network has, each once, in their order."""
    return list(dict.fromkeys(trait for step in steps for trait in _traits_of(step)))


def _traits_of(step: Step) -> list[str]:
    if isinstance(step, Conv):
        return [name for name, on in (("stride", step.stride > 1), ("padding", step.padding), ("dilation", step.dilation > 1)) if on] + _activation(step.activation)
    if isinstance(step, BatchNorm):
        return ["batch norm"]
    if isinstance(step, Dense):
        return ["dense layer", *_activation(step.activation)]
    if isinstance(step, Pool):
        return ["pooling"] if step.kind == "max" else ["average pooling"]
    return ["global pooling"] if isinstance(step, GlobalPool) else ["dropout"] if isinstance(step, Drop) and step.rate else []


def _activation(name: str) -> list[str]:
    return [] if name in ("ReLU", "") else ["leaky ReLU" if name == "LeakyReLU" else name.lower()]


def closest_registered(network: str) -> str:
    """The registered network that a list of layers was most probably changed from; "" where it is like none.

    >>> closest_registered("conv 32 3, conv 64 3, maxpool 2, dense 64")
    'digits-cnn'
    """
    spelled = _spelled(network)
    ratios = {name: difflib.SequenceMatcher(None, _spelled(name), spelled, autojunk=False).ratio() for name in NETWORKS}
    best = max(ratios, key=ratios.__getitem__)
    return best if ratios[best] >= ALIKE else ""


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip(' ,')}…"
