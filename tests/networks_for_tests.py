"""Networks with cards, made in a moment: with random weights, where only the way matters, or trained for two seconds."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from core.datasets.files import SOURCES
from core.datasets.loading import DataSet
from core.training.models import networks
from core.training.models.inputs import normalise
from core.vocabulary.recipe import preset


def lay(folder: Path, name: str, dataset: str, seed: int = 0, network: torch.nn.Module | None = None,
        kind: str | None = None, **changes: Any) -> str:  # fmt: skip
    """Puts NAME.safetensors and NAME.json into the folder; without `network`, one of this `kind` with random weights."""
    changes |= {"network": kind} if kind else {}
    recipe = dataclasses.replace(preset("fast", dataset).changed(**changes), device="cpu", precision="float32", threads=1)
    source = SOURCES[dataset]
    if network is None:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = networks.build(recipe.network, source.shape)
    save_file(network.state_dict(), folder / f"{name}.safetensors")
    facts = {"classes": list(source.classes), "shape": list(source.shape)}
    result = {"kind": "result", "epoch": 0, "test_loss": 1.0, "test_accuracy": 0.5, "confusion": [], "seconds": 0.0}
    card = {"name": name, "recipe": recipe.as_dict(), "facts": facts, "epochs": [], "result": result}
    (folder / f"{name}.json").write_text(json.dumps(card), encoding="utf-8")
    return name


def trained_on_digits(digits: DataSet) -> torch.nn.Module:
    """digits-cnn after eight short epochs."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # such small steps lose more than they gain with two
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = networks.build("digits-cnn", digits.shape)
        images, labels, batch, epochs = normalise(digits.images), digits.labels, 32, 8
        optimizer = torch.optim.SGD(network.parameters(), 0.05, 0.9, nesterov=True)
        for epoch in range(epochs):
            optimizer.param_groups[0]["lr"] = 0.05 * (1 - epoch / epochs)
            for these in torch.randperm(digits.train_size).split(batch):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(network(images[these]), labels[these]).backward()
                optimizer.step()
    torch.set_num_threads(threads)
    return network


def drawn(image: np.ndarray, side: int = 160, margin: int = 30) -> np.ndarray:
    """A picture (S, S) of a data set as somebody would draw it: large, black on white, with a margin."""
    large = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS))
    return 255 - np.pad(large, margin)


def seven() -> Image.Image:
    """A canvas with a seven on it."""
    canvas = np.full((280, 280, 3), 255, np.uint8)
    canvas[40:65, 60:200] = canvas[40:240, 175:200] = 0
    return Image.fromarray(canvas)


def png(image: np.ndarray | Image.Image) -> bytes:
    """uint8 (H, W), (H, W, 3) or a PIL picture as the bytes of a PNG."""
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, "PNG")
    return file.getvalue()
