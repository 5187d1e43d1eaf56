"""A trained network as arrays, without torch: for pages that explain what it computes (core/explain/activations.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.inference.kept_epoch import KeptEpoch
from core.pretrained.cards import read_card
from core.runs.store import StoredRun
from core.vocabulary import networks
from core.vocabulary.errors import Damaged, LabError
from core.vocabulary.layers import EPSILON, Dense, Layer, Step
from core.vocabulary.networks import blueprint
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Facts

Floats = npt.NDArray[np.float32]
HEADER = 8
"""Bytes at the beginning of a safetensors file: the length of the JSON that follows."""
COUNTERS = ".num_batches_tracked"
"""Tensors that no forward pass reads: whole numbers that batch normalisation counts."""
LOAD = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


@dataclass(frozen=True, slots=True, eq=False)
class PlainNetwork:
    """What a network is made of. `load` and `of_run` make one."""

    name: str
    recipe: Recipe
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    """(C, H, W) of what the network sees."""
    parameters: tuple[tuple[Floats, Floats], ...] = field(repr=False)
    """Weights and biases of each layer that has them, from the image to the scores. Of a batch normalisation: what each
    map or unit is multiplied by, and what is added then; its running means and variances are worked in."""
    digest: str
    """Of the file: other weights, another digest."""

    @classmethod
    def load(cls, name: str, folder: Path) -> PlainNetwork:
        """The network from NAME.safetensors and its card NAME.json. LabError when either is missing or bad."""
        card = read_card(folder / f"{name}.json")
        return _of_content(name, card.recipe, card.facts, *weights_in(folder / f"{name}.safetensors", "python -m core pretrain makes it"))

    @classmethod
    def of_run(cls, stored: StoredRun) -> PlainNetwork:
        """The tested network of a finished run. LabError for a run that is not finished or whose weights are damaged."""
        if stored.status != "finished" or stored.weights is None:
            raise LabError(f"run {stored.run} is {stored.status}; only a finished run can be looked into")
        made = _of_content(stored.run, stored.recipe, stored.facts, *weights_in(stored.weights, "train the run again"))
        if made.digest != (stored.result and stored.result.sha256):
            raise Damaged(f"{stored.weights} is damaged (its hash is not the stored one); train the run again")
        return made

    @classmethod
    def of_epoch(cls, kept: KeptEpoch) -> PlainNetwork:
        """The network as a run kept it after an epoch. Damaged where the file is."""
        return _of_content(kept.name, kept.record.recipe, kept.record.facts, kept.content(), f"{kept.file} is damaged; choose another epoch")

    @property
    def steps(self) -> tuple[Step, ...]:
        """What it does, one step after the other, the scores included."""
        return (*blueprint(self.recipe.network).steps, Dense(len(self.classes), ""))

    @property
    def table(self) -> list[Layer]:
        """A row for each of `steps`."""
        return networks.layer_table(self.recipe.network, self.shape, len(self.classes))


def weights_in(file: Path, remedy: str) -> tuple[bytes, str]:
    """The content of a weights file, and the sentence for the case that it makes no sense. LabError where it is not there,
    Damaged where it cannot be read."""
    damaged = f"{file} is damaged or does not fit its card; {remedy}"
    try:
        return file.read_bytes(), damaged
    except FileNotFoundError:
        raise LabError(f"there is no {file}; {remedy}") from None
    except OSError as error:
        raise Damaged(damaged) from error


def _of_content(name: str, recipe: Recipe, facts: Facts, content: bytes, damaged: str) -> PlainNetwork:
    """The network whose weights are the content of a safetensors file. Damaged, in this sentence, where it does not fit."""
    try:
        parameters = parameters_of(content)
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(damaged) from error
    channels, height, width = facts.shape
    made = PlainNetwork(name, recipe, facts.classes, (channels, height, width), parameters, hashlib.sha256(content).hexdigest())
    if [weights.size + biases.size for weights, biases in parameters] != [layer.parameters for layer in made.table if layer.parameters]:
        raise Damaged(damaged)
    return made


def parameters_of(content: bytes) -> tuple[tuple[Floats, Floats], ...]:
    """What a safetensors file holds of each layer, as `PlainNetwork.parameters`. ValueError, KeyError or TypeError where it is none."""
    tensors = tensors_of(content)
    places = sorted({int(key.partition(".")[0]) for key in tensors})
    return tuple(_parameters_of(tensors, place) for place in places)


def _parameters_of(tensors: Mapping[str, Floats], place: int) -> tuple[Floats, Floats]:
    weights, biases = tensors[f"{place}.weight"], tensors[f"{place}.bias"]
    variances = tensors.get(f"{place}.running_var")
    if variances is None:
        return weights, biases
    scale: Floats = weights / np.sqrt(variances + np.float32(EPSILON))
    shift: Floats = biases - tensors[f"{place}.running_mean"] * scale
    return scale, shift


def tensors_of(content: bytes) -> dict[str, Floats]:
    """The tensors of a safetensors file as float32, without COUNTERS. ValueError, KeyError or TypeError where it is none."""
    begin = HEADER + int.from_bytes(content[:HEADER], "little")
    found = {}
    for key, about in json.loads(content[HEADER:begin]).items():
        if key != "__metadata__" and not key.endswith(COUNTERS):
            first, last = about["data_offsets"]
            found[key] = _floats(content[begin + first : begin + last], about["dtype"]).reshape(about["shape"])
    return found


def _floats(raw: bytes, kind: str) -> Floats:
    if kind == "BF16":  # the upper half of a float32
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(raw, LOAD[kind]).astype(np.float32)
