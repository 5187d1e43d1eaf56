"""What a unit sees, against torch's gradient; where the parameters are, against torch's tensors."""

from __future__ import annotations

import doctest

import pytest
import torch
from torch import nn

from core.explain import receptive_field as explain
from core.explain.receptive_field import Box, Reach, receptive_field
from core.training.models import networks
from core.vocabulary.errors import LabError
from core.vocabulary.networks import NETWORKS, layer_table

SHAPE = (1, 28, 28)
WITH_MAPS = ("arc2", "arc3", "arc4", "arc5", "arc2-report", "arc3-report", "mnist-cnn")


def seen_by_gradient(network: str, layer: int, unit: tuple[int, int]) -> Box:
    """The pixels with a gradient: all weights positive, and means for the maxima, which let only the largest through."""
    steps = NETWORKS[network].steps[: layer + 1]
    modules: list[nn.Module] = []
    reached: tuple[int, ...] = SHAPE
    for step in steps:
        own = networks.modules_of(step, reached)
        modules += [nn.AvgPool2d(module.kernel_size) if isinstance(module, nn.MaxPool2d) else module for module in own]
        reached = step.layer(reached).output_shape
    body = nn.Sequential(*modules).eval()
    with torch.no_grad():
        for parameter in body.parameters():
            parameter.fill_(0.01)
    image = torch.ones(1, *SHAPE, requires_grad=True)
    body(image)[0, 0, unit[0], unit[1]].backward()
    assert image.grad is not None
    rows, columns = (image.grad[0, 0].sum(axis).nonzero().flatten() for axis in (1, 0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


@pytest.mark.parametrize("network", WITH_MAPS)
def test_a_unit_sees_the_pixels_that_have_a_gradient(network: str) -> None:
    table = layer_table(network, SHAPE)
    for layer, row in enumerate(table):
        if len(row.output_shape) == 3:
            _, height, width = row.output_shape
            for unit in ((0, 0), (height - 1, width - 1), (height // 2, width // 3)):
                assert receptive_field(network, layer, unit, SHAPE) == seen_by_gradient(network, layer, unit)


def test_padding_stride_and_dilation_by_hand() -> None:
    """Side 8: the first convolution sees -1 to 1, 1 to 3, ... of the image; the second every second of those."""
    text = "conv 4 3 stride 2 padding 1, conv 4 2 dilation 2, maxpool 2 stride 1, globalpool"
    assert receptive_field(text, 0, (0, 3), (1, 8, 8)) == Box(0, 5, 2, 8)
    assert receptive_field(text, 1, (0, 1), (1, 8, 8)) == Box(0, 1, 6, 8)
    assert receptive_field(text, 2, (0, 0), (1, 8, 8)) == Box(0, 0, 8, 8)
    assert receptive_field(text, 3, (0, 0), (1, 8, 8)) == Box(0, 0, 8, 8)
    assert [explain.reach(text, layer, (1, 8, 8)) for layer in range(4)] == [Reach(-1, 3, 2), Reach(-1, 7, 2), Reach(-1, 9, 2), Reach(0, 8, 0)]


def test_a_unit_that_sees_padding_alone_sees_nothing() -> None:
    assert receptive_field("conv 1 2 padding 2 dilation 3", 0, (0, 0), (1, 1, 1)).pixels == 0


def test_the_report_s_third_convolution_sees_more() -> None:
    two, three = (explain.last_convolution(name) for name in ("arc2-report", "arc3-report"))
    assert (two, three) == (3, 4) and explain.last_convolution("arc1") is None
    assert receptive_field("arc2-report", 3, (2, 5), SHAPE) == Box(4, 10, 9, 15)
    assert receptive_field("arc3-report", 4, (2, 5), SHAPE) == Box(4, 10, 11, 17)
    assert Box(4, 10, 11, 17).share(SHAPE) == pytest.approx(49 / 784)


@pytest.mark.parametrize(("layer", "unit"), [(3, (12, 0)), (3, (0, -1)), (5, (0, 0)), (99, (0, 0)), (-1, (0, 0))])
def test_a_unit_that_is_not_there_is_refused(layer: int, unit: tuple[int, int]) -> None:
    with pytest.raises(LabError, match=r"arc2-report"):
        receptive_field("arc2-report", layer, unit, SHAPE)


@pytest.mark.parametrize("network", [*WITH_MAPS, "arc1"])
def test_every_parameter_is_counted_once(network: str) -> None:
    modules = list(networks.build(network, SHAPE))
    count = {kind: [sum(p.numel() for p in m.parameters()) for m in modules if isinstance(m, kind)] for kind in (nn.Conv2d, nn.Linear)}
    found = explain.weights(network, SHAPE)
    assert found.convolutions == sum(count[nn.Conv2d]) and found.first_dense == count[nn.Linear][0]
    assert found.total == sum(map(sum, count.values()))
    assert explain.depth(network) == sum(map(len, count.values()))


def test_the_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(explain)
    assert attempted and not failed
