"""Our flattening is flattening: the same values, the same gradient, in the memory order of what was flattened."""

from __future__ import annotations

import torch
from torch import nn

from core.models.flatten import Flatten


def test_values_and_gradient_are_those_of_torch_and_the_order_stays() -> None:
    maps = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    weights, orders, gradients = torch.randn(4, 75), [], []
    for flatten in (nn.Flatten(), Flatten()):
        x = maps.clone(memory_format=torch.preserve_format).requires_grad_()
        middle = x * 1.0
        flat = flatten(middle)
        middle.register_hook(lambda g: orders.append(g.is_contiguous(memory_format=torch.channels_last)))
        assert torch.equal(flat, maps.flatten(1))
        (flat * weights).sum().backward()
        gradients.append(x.grad)
    assert torch.equal(*gradients) and orders == [False, True]


def test_what_is_flat_already_and_a_look_without_gradient_pass() -> None:
    assert torch.equal(Flatten()(torch.ones(2, 3)), torch.ones(2, 3))
    with torch.inference_mode():
        assert Flatten()(torch.ones(2, 3, 4, 4)).shape == (2, 48)
