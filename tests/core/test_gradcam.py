"""Grad-CAM against differences of the logit, and against a network whose map is known on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core import gradcam, networks
from core.classify import Classifier
from core.errors import LabError
from tests.networks_for_tests import lay


@pytest.mark.parametrize("name", ["report", "mnist-cnn", "arc4", "arc3-report"])
def test_each_map_is_weighted_by_how_the_logit_follows_it(name: str) -> None:
    """The mean gradient over a map is the change of the logit when the whole map grows by a little, per cell."""
    shape, step = ((3, 32, 32) if name == "report" else (1, 28, 28)), 1e-6
    torch.manual_seed(0)
    network = networks.build(name, shape).double().eval()
    images = torch.rand(1, *shape, dtype=torch.float64) * 2 - 1
    cut = gradcam.behind_the_last_convolution(network)
    with torch.no_grad():
        maps = network[:cut](images)
        weights = []
        for channel in range(maps.shape[1]):
            up, down = maps.clone(), maps.clone()
            up[0, channel] += step
            down[0, channel] -= step
            weights.append(float(network[cut:](up)[0, 4] - network[cut:](down)[0, 4]) / (2 * step * maps[0, 0].numel()))
        expected = sum(w * m for w, m in zip(weights, maps[0], strict=True)).clamp(min=0)
    torch.testing.assert_close(gradcam.class_map(network, images, 4), expected, rtol=1e-4, atol=1e-9)


def test_behind_a_global_mean_it_is_the_class_activation_map() -> None:
    """Zhou et al. 2016: the logit is w . mean(maps), so the map is relu(w . maps) / cells. By hand, on 3x3 pixels."""
    network = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2))
    with torch.no_grad():
        network[0].weight[:, 0, 0, 0] = torch.tensor([1.0, -1.0])  # the light and the dark pixels
        network[4].weight[:] = torch.tensor([[3.0, -2.0], [0.0, 1.0]])
    picture = torch.tensor([[[[1.0, 0.0, -1.0], [2.0, 0.0, 0.0], [0.0, -4.0, 0.0]]]])
    expected = torch.tensor([[3.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, 0.0]]) / 9
    torch.testing.assert_close(gradcam.class_map(network, picture, 0), expected)
    dark = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 4.0, 0.0]]) / 9
    torch.testing.assert_close(gradcam.class_map(network, picture, 1), dark)


def test_it_asks_about_the_most_probable_class_or_about_any(tmp_path: Path) -> None:
    classifier = Classifier.load(lay(tmp_path, "mnist-28", "mnist"), tmp_path)
    seen = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    label, found = gradcam.heat(classifier, seen)
    assert label == classifier.ranked(classifier.logits(seen[None])[0])[0][0]
    assert found.shape == (8, 8) and found.max() == 1 and found.min() >= 0
    assert gradcam.heat(classifier, seen, "3")[0] == "3"
    with pytest.raises(LabError, match="unknown class 'cat'; choose one of 0, 1"):
        gradcam.heat(classifier, seen, "cat")


def test_a_network_without_a_convolution_says_so(tmp_path: Path) -> None:
    classifier = Classifier.load(lay(tmp_path, "plain", "mnist", kind="arc1"), tmp_path)
    with pytest.raises(LabError, match="no convolution"):
        gradcam.heat(classifier, np.zeros((1, 28, 28), np.uint8))
