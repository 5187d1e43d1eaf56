"""ONNX: the same answers as torch, for every network that comes with the app and for every kind of layer."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_tensors

from core.export import onnx_model
from core.export.errors import NotExportable
from core.export.weights import network_of, weights_of
from core.pretrained.cards import FOLDER, read_named
from core.runs.snapshot import Snapshot, card_snapshot
from core.training.models import networks
from core.vocabulary.errors import LabError
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import preset
from tests.core.export.conftest import made_up, snapshot


def answers(blob: bytes, images: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    """(probabilities, the metadata) as onnxruntime has them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import onnxruntime

    session = onnxruntime.InferenceSession(blob, providers=["CPUExecutionProvider"])
    probabilities: Any = session.run(["probabilities"], {"images": images})[0]
    return probabilities, session.get_modelmeta().custom_metadata_map


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("name", ["digits", "mnist-28", "fashion-arc3-adam", "cifar10-16"])
def test_a_thousand_test_images_are_answered_as_torch_answers(name: str, real_data: Path) -> None:
    from core.datasets.loading import load
    from core.images.resampling import at_resolution

    card = read_named(name, FOLDER)
    assert card is not None
    run = card_snapshot(card, FOLDER)
    data = load(run.recipe.dataset, real_data)
    images = data.images[data.train_size :][:1000]
    if run.recipe.resolution:
        images = at_resolution(images, run.recipe.resolution, run.recipe.filter)
    found, metadata = answers(onnx_model.onnx_of(run), images.numpy())
    with torch.inference_mode():
        wanted = network_of(run, weights_of(run))((images.float() - 127.5) / 127.5).softmax(1).numpy()
    assert (found.argmax(1) == wanted.argmax(1)).all() and np.abs(found - wanted).max() < 1e-4
    assert json.loads(metadata["classes"]) == list(data.classes) and "uint8 (N, " in metadata["input"]
    assert ("reduced to 16 x 16" in metadata["input"]) == (run.recipe.resolution == 16)


def random_run(tmp_path: Path, network: str) -> Snapshot:
    run = made_up(preset("quick", NETWORKS[network].dataset if network in NETWORKS else "digits").changed(network=network))
    torch.manual_seed(0)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(save_tensors(networks.build(network, run.facts.shape).state_dict()))
    return snapshot(run.record, "random", weights)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_can_be_written(network: str, tmp_path: Path) -> None:
    import onnx

    run = random_run(tmp_path, network)
    model = onnx.load_from_string(onnx_model.onnx_of(run))
    onnx.checker.check_model(model)
    assert model.ir_version <= 10 and model.opset_import[0].version <= 21, "onnxruntime 1.18 opens it"
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "N", "any number of images"


@pytest.mark.slow
def test_every_kind_of_layer_answers_as_torch_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    kinds = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, stride=1, dilation=1), nn.BatchNorm2d(4), nn.LeakyReLU(0.1), nn.AvgPool2d(2), nn.Conv2d(4, 6, 2, padding=2, dilation=2),
        nn.Tanh(), nn.MaxPool2d(3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Sigmoid(), nn.Dropout(0.5), nn.Linear(8, 10),
    )  # fmt: skip
    for layer in kinds:
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean), nn.init.uniform_(layer.running_var), nn.init.uniform_(layer.weight)  # type: ignore[arg-type]
    kinds.eval()
    run = random_run(tmp_path, "digits-cnn")
    monkeypatch.setattr(onnx_model, "network_of", lambda run, blob: kinds)
    images = np.random.default_rng(1).integers(0, 256, (64, 1, 8, 8), np.uint8)
    found, _ = answers(onnx_model.onnx_of(run), images)
    with torch.inference_mode():
        wanted = kinds((torch.from_numpy(images).float() - 127.5) / 127.5).softmax(1).numpy()
    assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.slow
def test_a_file_that_would_answer_otherwise_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    monkeypatch.setitem(onnx_model.NODES, nn.ReLU, lambda layer: ("Neg", (), {}))
    with pytest.raises(LabError, match="would not answer as the network does; nothing is written"):
        onnx_model.onnx_of(random_run(tmp_path, "digits-cnn"))


def test_without_the_package_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NotExportable, match="the package onnx is not installed, which writes this file: pip install onnx"):
        onnx_model.onnx_of(random_run(tmp_path, "digits-cnn"))
