"""Our layers compute what torch's do: the shares, means and gradients of dropout; values, gradient and order of flattening."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.training.models.layers import Dropout, Flatten


@pytest.mark.parametrize("shape", [(64, 32, 13, 13), (128, 512), (3, 5, 7, 1), (1,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_kept_is_scaled_and_the_rest_is_zero(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    ones = torch.ones(shape, dtype=dtype)
    out = Dropout(0.25)(ones)
    assert out.shape == ones.shape and out.dtype == dtype
    assert set(out.float().unique().tolist()) <= {0.0, float(torch.tensor(1 / 0.75, dtype=dtype))}


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.25, 0.5, 0.7])
def test_the_share_of_zeros_is_the_rate_in_every_quarter_of_a_draw(rate: float) -> None:
    out = Dropout(rate)(torch.ones(1_000_000))
    for place in range(4):  # four values share one random number
        assert (out[place::4] == 0).float().mean().item() == pytest.approx(rate, abs=0.004)
    zero = (out == 0).float()
    assert torch.corrcoef(torch.stack([zero[0::4], zero[1::4], zero[2::4], zero[3::4]])).sub(torch.eye(4)).abs().max() < 0.01


def test_the_gradient_goes_where_the_value_went() -> None:
    x = torch.ones(8, 4, 6, 6).to(memory_format=torch.channels_last).requires_grad_()
    out = Dropout(0.5)(x)
    out.sum().backward()
    assert x.grad is not None and torch.equal(x.grad, out.detach())
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_a_seed_fixes_the_draw_and_every_call_draws_anew() -> None:
    layer, ones = Dropout(0.5), torch.ones(1000)
    torch.manual_seed(3)
    first, second = layer(ones), layer(ones)
    torch.manual_seed(3)
    assert torch.equal(layer(ones), first) and not torch.equal(first, second)


def test_it_leaves_evaluation_and_rate_zero_alone_and_is_an_nn_dropout() -> None:
    x = torch.randn(10, 10)
    assert torch.equal(Dropout(0.5).eval()(x), x) and torch.equal(Dropout(0.0)(x), x)
    assert isinstance(Dropout(0.5), nn.Dropout)


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
