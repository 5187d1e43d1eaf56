"""Layers that compute what torch's own do, at a lower cost on the CPU: dropout and flattening; and batch normalisation
that takes a batch of one.

Dropout: torch's own draws one random number for each value. On the processors that were measured (AMD, torch 2.14)
`nn.Dropout` took a tenth of a training step of the network `report`, because its random numbers are drawn one after
another. Here four values share one draw, with 16 bits each.

Flatten: torch's own hands back a gradient in channels-first order. Where the layer before works element by element
(ReLU, dropout), its backward pass then walks two memory orders at once: 12 of 52 ms a step of `arc2-report` (Intel,
torch 2.14).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_LOWEST = -(2**63)


class Dropout(nn.Dropout):
    """As `nn.Dropout` (Srivastava et al. 2014): in training each value is zeroed with probability `p`, the others are
    divided by 1 - p. The rate is exact to 1 / 65,536. On the CPU it draws from `generator`; None: torch's global one.

    Takes and returns float tensors of any shape; channels_last stays channels_last.
    """

    generator: torch.Generator | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Float of any shape -> the same shape."""
        if not self.training or self.p == 0 or input.device.type != "cpu":
            return super().forward(input)
        kept = _sixteen_bits_each(input, self.generator) >= round(self.p * 65_536) - 32_768
        return input * kept.to(input.dtype).mul_(1 / (1 - self.p))


def _sixteen_bits_each(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Random int16 from the whole range, in the shape and memory order of `like`."""
    words = torch.empty((like.numel() + 3) // 4, dtype=torch.int64).random_(_LOWEST, None, generator=generator)
    bits = words.view(torch.int16)[: like.numel()]
    if like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last):
        count, channels, height, width = like.shape
        return bits.view(count, height, width, channels).permute(0, 3, 1, 2)
    return bits.view(like.shape)


class Flatten(nn.Flatten):
    """As `nn.Flatten`: (N, C, H, W) -> (N, C * H * W), the same values and the same gradient."""

    def forward(self, input: Tensor) -> Tensor:
        """Float (N, ...) -> (N, D)."""
        if input.requires_grad and input.dim() == 4 and input.is_contiguous(memory_format=torch.channels_last):
            input.register_hook(_channels_last)  # type: ignore[no-untyped-call]
        return super().forward(input)


def _channels_last(gradient: Tensor) -> Tensor:
    return gradient.contiguous(memory_format=torch.channels_last)


class BatchNorm2d(nn.BatchNorm2d):
    """As `nn.BatchNorm2d`: (N, C, H, W) -> the same. One value for each channel, as the last image of an epoch may leave,
    has no variance: torch refuses it, here it is normalised by the running means and variances, which stay as they are.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Float (N, C, H, W) -> the same shape."""
        return _by_running_values(self, input) if _is_single(self, input) else super().forward(input)


class BatchNorm1d(nn.BatchNorm1d):
    """As `nn.BatchNorm1d`, for units (N, D); a batch of one as in `BatchNorm2d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Float (N, D) -> the same shape."""
        return _by_running_values(self, input) if _is_single(self, input) else super().forward(input)


def _is_single(layer: nn.BatchNorm1d | nn.BatchNorm2d, values: Tensor) -> bool:
    return layer.training and values.numel() == values.shape[1]


def _by_running_values(layer: nn.BatchNorm1d | nn.BatchNorm2d, values: Tensor) -> Tensor:
    return nn.functional.batch_norm(values, layer.running_mean, layer.running_var, layer.weight, layer.bias, False, 0.0, layer.eps)
