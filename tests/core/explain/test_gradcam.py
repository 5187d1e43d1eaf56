"""Grad-CAM against differences of the logit, and against a network whose map is known on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.explain import gradcam, receptive_field
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.training.models import networks
from core.vocabulary.errors import LabError
from core.vocabulary.networks import NETWORKS
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
    image = torch.tensor([[[[1.0, 0.0, -1.0], [2.0, 0.0, 0.0], [0.0, -4.0, 0.0]]]])
    expected = torch.tensor([[3.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, 0.0]]) / 9
    torch.testing.assert_close(gradcam.class_map(network, image, 0), expected)
    dark = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 4.0, 0.0]]) / 9
    torch.testing.assert_close(gradcam.class_map(network, image, 1), dark)


def test_it_asks_about_the_most_probable_class_or_about_any(tmp_path: Path) -> None:
    classifier = Classifier.load(lay(tmp_path, "mnist-28", "mnist"), tmp_path)
    seen = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    label, found = gradcam.heat(classifier, seen)
    assert label == classifier.ranked(classifier.logits(seen[None])[0])[0][0]
    assert found.shape == (28, 28) and found.max() == 1 and found.min() >= 0
    assert gradcam.cells(classifier) == (8, 8)
    assert gradcam.heat(classifier, seen, "3")[0] == "3"
    with pytest.raises(LabError, match="unknown class 'cat'; choose one of 0, 1"):
        gradcam.heat(classifier, seen, "cat")


# --- where it is painted ------------------------------------------------------------------------------------------

SIDES = {"cifar10": 32, "mnist": 28, "digits": 8}
CONVOLUTIONAL = [(name, "cifar10" if name == "report" else "digits" if name == "digits-cnn" else "mnist")
                 for name in NETWORKS if receptive_field.last_convolution(name) is not None]  # fmt: skip
OWN = [("conv 4 3 padding 1, conv 4 3 stride 2 padding 1 none, batchnorm leaky, conv 4 3 padding 1, globalpool", "mnist"),
       ("conv 4 5 padding 4 dilation 2, avgpool 2, globalpool, conv 8 3 padding 2", "cifar10")]  # fmt: skip


def positive(name: str, dataset: str) -> nn.Module:
    """A network whose maps are known: every weight is positive, so a map is bright where the image is, and each class follows it."""
    side = SIDES[dataset]
    network = networks.build(name, (3 if dataset == "cifar10" else 1, side, side))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.01 if parameter.ndim > 1 else 0)
        for module in network:
            if isinstance(module, nn.BatchNorm2d):
                module.weight.fill_(1)
    return network


@pytest.mark.parametrize("place", ["top left", "top right", "bottom left", "bottom right", "centre"])
@pytest.mark.parametrize(("name", "dataset"), [*CONVOLUTIONAL, *OWN])
def test_the_painted_maximum_lies_inside_the_blob(name: str, dataset: str, place: str, tmp_path: Path) -> None:
    side = SIDES[dataset]
    blob = side * 3 // 8 + (side == 8)
    near = {"top": 0, "left": 0, "bottom": side - blob, "right": side - blob}
    top, left = (near[word] for word in place.split()) if place != "centre" else ((side - blob) // 2,) * 2
    classifier = Classifier.load(lay(tmp_path, "one", dataset, network=positive(name, dataset), kind=name), tmp_path)
    seen = np.zeros(classifier.shape, np.uint8)
    seen[:, top : top + blob, left : left + blob] = 255
    painted = gradcam.heat(classifier, seen)[1]
    row, column = np.unravel_index(painted.argmax(), painted.shape)
    assert painted.shape == (side, side) and painted.max() == 1
    assert top <= row < top + blob and left <= column < left + blob, (row, column)


@pytest.mark.parametrize("name", ["cifar10-32", "mnist-28", "digits", "fashion-arc2-adam", "fashion-arc3-adam", "fashion-arc3-paper", "fashion-arc4"])
def test_with_trained_weights_a_cell_is_painted_in_the_middle_of_the_pixels_that_it_follows(name: str) -> None:
    """Told by the gradients of noise, whatever the weights; which cell is the strongest is the network's own matter."""
    classifier = Classifier.load(name, FOLDER)
    layer = receptive_field.map_layer(classifier.recipe.network, classifier.shape)
    assert layer is not None
    body = classifier.network[: gradcam.behind_convolution(classifier.network, receptive_field.convolution_number(classifier.recipe.network, layer))]
    down, across = receptive_field.fields(classifier.recipe.network, layer, classifier.shape)
    for row, column in ((0, 0), (len(down) - 1, 0), (len(down) // 2, len(across) - 1)):
        noise = torch.rand(32, *classifier.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
        noise.requires_grad_()
        body[:-1](noise)[:, :, row, column].sum().backward()
        assert noise.grad is not None
        followed = noise.grad.abs().amax((0, 1))
        rows, columns = (followed.sum(axis).nonzero().flatten() + 0.5 for axis in (1, 0))
        cells = np.zeros((len(down), len(across)), np.float32)
        cells[row, column] = 1
        painted = gradcam.placed(cells, down, across, classifier.shape[1:])
        brightest = np.argwhere(painted == painted.max()).mean(axis=0) + 0.5
        np.testing.assert_allclose(brightest, [float(rows.mean()), float(columns.mean())], atol=0.51)


def test_beyond_the_outermost_centres_it_falls_to_nothing() -> None:
    """Two cells of 4 pixels that lie 4 apart, on 8 pixels: centres at 2 and 6. By hand."""
    fields = [receptive_field.Box(0, 0, 4, 4), receptive_field.Box(4, 4, 8, 8)]
    painted = gradcam.placed(np.array([[1, 0], [0, 0]], np.float32), fields, fields, (8, 8))
    line = np.array([0.25, 0.75, 0.875, 0.625, 0.375, 0.125, 0, 0])
    np.testing.assert_allclose(painted, np.outer(line, line), atol=1e-6)


def test_a_map_of_one_cell_tells_no_place_so_an_earlier_one_is_taken(tmp_path: Path) -> None:
    classifier = Classifier.load(lay(tmp_path, "deep", "mnist", kind="arc4"), tmp_path)
    assert gradcam.cells(classifier) == (5, 5) and receptive_field.map_layer("arc2", (1, 8, 8)) == 0
    assert receptive_field.map_layer("arc1", (1, 28, 28)) is None


def test_a_convolution_is_looked_at_behind_its_normalisation_and_activation() -> None:
    network = networks.build("conv 4 3 none, batchnorm leaky, maxpool 2, conv 4 3, dropout 0.5, dense 3", (1, 28, 28))
    assert [gradcam.behind_convolution(network, number) for number in (0, 1)] == [3, 6]
    assert gradcam.behind_the_last_convolution(network) == 6


def test_behind_a_global_mean_no_map_tells_a_place() -> None:
    assert receptive_field.map_layer("conv 4 3, globalpool, conv 8 3 padding 2", (1, 8, 8)) == 0
    assert receptive_field.map_layer("globalpool, conv 8 3 padding 2", (1, 8, 8)) is None


def test_a_network_without_a_convolution_says_so(tmp_path: Path) -> None:
    classifier = Classifier.load(lay(tmp_path, "plain", "mnist", kind="arc1"), tmp_path)
    with pytest.raises(LabError, match="no convolution"):
        gradcam.heat(classifier, np.zeros((1, 28, 28), np.uint8))
