"""A recipe as the query parameters of a link, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from core.system.machine import check_threads
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, RANGES, Recipe, preset


def spell(chosen: Recipe) -> dict[str, str]:
    """The recipe as query parameters: preset (where it has one), data set, and what differs from the preset."""
    base = base_of(chosen.preset, chosen.dataset)
    named = {"preset": chosen.preset, "dataset": chosen.dataset}
    rest = {name: getattr(chosen, name) for name in FIELDS if name not in named}
    words = {**named, **{name: value for name, value in rest.items() if value != getattr(base, name)}}
    return {name: _word(value) for name, value in words.items() if value != ""}


def parse(values: Mapping[str, str]) -> Recipe:
    """The recipe of query parameters as `spell` writes them. Raises LabError with one line for a bad one."""
    unknown = [name for name in values if name not in FIELDS]
    if unknown:
        raise LabError(
            f"the address has an unknown value {unknown[0]!r}; expected some of {', '.join(FIELDS)}"
        )
    base = base_of(values.get("preset", ""), values.get("dataset") or "digits")
    chosen = dataclasses.replace(base, **{name: _value(name, word) for name, word in values.items()})
    check_threads(chosen.threads)
    return chosen


def base_of(name: str, dataset: str) -> Recipe:
    """What an address leaves out: the preset's values; without a preset those of `quick`."""
    return preset(name, dataset) if name else dataclasses.replace(preset("quick", dataset), preset="")


def with_unresolved_device(ran: Recipe) -> Recipe:
    """A run's recipe as it is chosen again: device, precision and threads, resolved for that run, open as before."""
    base = preset(ran.preset, ran.dataset) if ran.preset else Recipe()
    return dataclasses.replace(ran, device=base.device, precision=base.precision, threads=base.threads)


def _word(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(name: str, word: str) -> Any:
    kind = str(FIELDS[name].type)
    if word == "none" and kind.endswith("None"):
        return None
    readers: dict[str, Callable[[str], Any]] = {
        "int": int, "float": float, "str": str, "bool": {"true": True, "false": False}.__getitem__,
    }  # fmt: skip
    try:
        return readers[kind.removesuffix(" | None")](word)
    except (ValueError, KeyError) as error:
        wanted = RANGES[name][2] if name in RANGES else "true or false" if kind == "bool" else "a word"
        raise LabError(f"the address says {name}={word}; expected {wanted}") from error
