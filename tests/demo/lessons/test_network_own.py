"""The lesson "A whole network" with a list of layers in the place of a registered network: its columns, windows and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.explain.activations import ForwardPass, Stage, forward_pass
from core.inference.classifier import Classifier
from core.inference.plain_network import PlainNetwork
from core.training.models.inputs import normalise
from core.training.models.networks import build
from demo.components import flow
from demo.components.flow import Picture
from demo.lessons.network import live
from demo.lessons.network.backtrace import Map
from tests.demo.lessons.test_network import Sent, bytes_of, data_of, folder, manager, opened, sent, words
from tests.networks_for_tests import lay

__all__ = ["folder", "manager", "sent"]  # fixtures

LAYERS = ("conv 6 3 stride 2 padding 2 dilation 2 none, batchnorm leaky, maxpool 2 stride 1, conv 4 2 padding 1 tanh, avgpool 2, "
          "globalpool, dense 5 none, batchnorm sigmoid")  # fmt: skip
KINDS = ["convolution", "normalisation", "pooling", "convolution", "average", "global", "dense", "normalisation", "dense"]
MODULES = nn.Conv2d | nn.BatchNorm2d | nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d


@pytest.fixture
def own(folder: Path) -> Classifier:
    """With running means and variances as training leaves them: not 0 and 1."""
    torch.manual_seed(1)
    network = build(LAYERS, (1, 8, 8)).eval()
    with torch.no_grad():
        for module in network:
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
    return Classifier.load(lay(folder, "digits", "digits", network=network, kind=LAYERS), folder)


@pytest.fixture
def found(own: Classifier, folder: Path) -> ForwardPass:
    return forward_pass(PlainNetwork.load("digits", folder), np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8))


def test_every_layer_has_a_column_with_its_name(found: ForwardPass) -> None:
    stages = flow.packed(found, Picture(found.image, "one"))["stages"]
    assert [stage["title"] for stage in stages] == KINDS
    assert [stage["units"] for stage in stages] == [False] * 6 + [True] * 3
    assert [stage["each"] for stage in stages] == [kind in ("normalisation", "pooling", "average", "global") for kind in KINDS]
    assert [(stage["start"], stage["field"], stage["jump"]) for stage in stages[:6]] == [
        (-2, 5, 2), (-2, 5, 2), (-2, 7, 2), (-4, 9, 2), (-4, 11, 4), (0, 8, 0)]  # fmt: skip


def test_a_map_that_is_clicked_opens_with_torch_s_numbers(own: Classifier, found: ForwardPass) -> None:
    """Stride, padding and dilation are the view's own; what it shows as its output is the map."""
    values, made = normalise(torch.from_numpy(found.image)[None]), []
    with torch.inference_mode():
        for module in own.network:
            values = module(values)
            if isinstance(module, MODULES):
                made.append(values[0])
            elif not isinstance(module, nn.Flatten | nn.Linear | nn.BatchNorm1d | nn.Dropout):
                made[-1] = values[0] if values.ndim == 4 else made[-1]
    maps = [stage for stage in found.stages if stage.has_maps]
    assert len(maps) == len(made)
    for at, (stage, expected) in enumerate(zip(maps, made, strict=True)):
        view = live.view(stage, 2, first=at == 0)
        outputs = np.array(view["outputs"]).reshape(view["rows"], view["columns"])
        np.testing.assert_allclose(outputs, expected[2].numpy(), atol=1e-5)
        moves = (view["size"], view["stride"], view["padding"], view["dilation"])
        assert moves == of_window(stage), stage.name
        row, column = view["start"]["row"], view["start"]["column"]
        assert outputs[row, column] == outputs.max()


def of_window(stage: Stage) -> tuple[int, int, int, int]:
    window = stage.window
    return (window.size, window.stride, window.padding, window.dilation) if window else (1, 1, 0, 1)


def test_the_page_draws_it_and_leads_back_through_every_kind_of_layer(own: Classifier, sent: Sent) -> None:
    page = opened()
    data = data_of(sent, "network.flow")
    assert [stage["count"] for stage in data["stages"]] == [6, 6, 6, 4, 4, 4, 5, 5, 10]
    assert len(bytes_of(data["stages"][0]["bytes"])) == 6 * 16
    told = {0: "The window lies on the picture itself", 1: "for the whole map", 2: "the largest of 2 × 2", 3: "lies on all 6 maps",
            4: "the mean of 2 × 2", 5: "the mean of"}  # fmt: skip
    for stage, sentence in told.items():
        page.session_state["lab.network.trails"] = {"digits": (Map(stage, 1),)}
        page.run()
        assert not page.exception and sentence in words(page), stage
    assert "*BatchNorm*" in words(page) and "*AvgPool2d 2*" in words(page)


@pytest.mark.parametrize("name", ["field", "looked"])
def test_its_other_sections_are_there(name: str, own: Classifier) -> None:
    page = opened(name)
    assert not page.exception and not page.error
    if name == "field":
        assert "8 × 8" in words(page)
