"""A finished run in a store, with all that it keeps of its epochs, written there without training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from safetensors.numpy import save

from core.datasets.files import data_folder
from core.images import stored
from core.runs.store import RunStore
from core.vocabulary import metrics
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import DeadUnits, Epoch, Facts, LayerNorms, Observation, Result, Start

NETWORK = "conv 16 3, maxpool 2, dense 32"
HELD_OUT, CLASSES = 100, 10
SURE = 200
"""The predicted class's byte of 255; the others share the rest."""
WATCHED = range(9)
"""Of what is held out, the first nine."""


def write_run(store: RunStore, epochs: int, **changes: Any) -> str:
    """Writes a run on the digits whose accuracy grows from 10% towards 95%, as scores, matrices, answers, kernels and weights say
    alike; returns its id. `changes` are of its recipe."""
    recipe = preset("quick", "digits").changed(**{"epochs": epochs, "network": NETWORK, "device": "cpu", "precision": "float32", "threads": 1, **changes})
    run = store.create(recipe, "me")
    labels = stored.labels("digits", data_folder())[:HELD_OUT]
    facts = Facts(tuple(map(str, range(CLASSES))), (1, 8, 8), 8_500, train=1_000, validation=HELD_OUT, test=HELD_OUT, steps_per_epoch=16)
    store.start(run, Start(recipe, facts, 0, _validation_part(labels)))
    written = [_epoch(recipe, number, labels) for number in range(epochs + 1)]
    for epoch in written:
        store.add_epoch(run, epoch)
    last = written[-1]
    assert last.validation_confusion is not None and last.validation_loss is not None and last.validation_accuracy is not None
    store.finish(run, Result(epochs, last.validation_loss, last.validation_accuracy, last.validation_confusion, 0.1, b"weights"))
    return run


def _validation_part(labels: stored.Labels) -> bytes:
    images = stored.images("digits", data_folder(), list(WATCHED))
    return save({"indices": np.arange(len(labels), dtype=np.int32), "labels": labels, "watched": np.array(WATCHED, np.int32), "images": images})


def _epoch(recipe: Recipe, number: int, labels: stored.Labels) -> Epoch:
    """As if after `number` epochs; two numbers give different answers."""
    grown = 1 - math.exp(-5 * number / recipe.epochs)
    right = round(HELD_OUT * (0.1 + 0.85 * grown))
    turn = np.random.default_rng(recipe.epochs).permutation(HELD_OUT)
    answers = np.where(turn < right, labels, (labels + 1) % CLASSES)
    probabilities = np.full((HELD_OUT, CLASSES), (255 - SURE) // (CLASSES - 1), np.uint8)
    probabilities[np.arange(HELD_OUT), answers] = SURE
    matrix = metrics.confusion_matrix(labels, answers, CLASSES).tolist()
    accuracy, loss = right / HELD_OUT, 2.3 - 2.1 * grown
    observation = Observation(tuple(map(int, answers[list(WATCHED)])), (SURE / 255,) * len(WATCHED),
                              tuple(LayerNorms(layer, 1.1 - grown, 3 + grown) for layer in (0, 2, 3)) if number else (),
                              (DeadUnits(0, 0.0), DeadUnits(2, 0.1 * grown)))  # fmt: skip
    return Epoch(number, loss if number else None, accuracy if number else None, accuracy, loss, accuracy, matrix, matrix if number else None,
                 recipe.learning_rate, 0.5, 2_000.0, number, [], _checkpoint(grown), observation, save({"probabilities": probabilities}))  # fmt: skip


def _checkpoint(grown: float) -> bytes:
    """Sixteen kernels that turn from noise into edges, and two dense layers."""
    chance = np.random.default_rng(0)
    noise, edge = chance.normal(0, 0.2, (16, 1, 3, 3)), np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 2
    turned = np.stack([np.rot90(edge, place % 4)[None] for place in range(16)])
    dense = {f"network.{place}.weight": chance.normal(0, 0.1, shape) for place, shape in ((4, (32, 256)), (6, (10, 32)))}
    tensors = {"network.0.weight": noise + grown * turned, "network.0.bias": np.zeros(16), **dense}
    return save({name: array.astype(np.float32) for name, array in tensors.items()})
