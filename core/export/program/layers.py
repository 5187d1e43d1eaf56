"""The layers of a network as a student writes them: `nn.Conv2d(3, 32, 3)`. Takes the modules, so every kind counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from core.export.errors import NotExportable


def network_code(network: nn.Sequential, shape: tuple[int, ...], dropout: str, last_batch: int) -> str:
    """`network = nn.Sequential(...)`, a line for each layer with what follows it, and the shape that leaves it for one image (C, H, W).

    `dropout` names the class that stands for dropout in the program. NotExportable for a layer that cannot be
    spelled, and for a last batch of one image that PyTorch's normalisation refuses.
    """
    lines: list[tuple[str, str]] = []
    values = torch.zeros(1, *shape)
    network.eval()
    for module in network:
        if last_batch == 1 and isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and values.numel() == values.shape[1]:
            raise NotExportable("the last batch of an epoch is one image, which PyTorch's own batch normalisation refuses")
        with torch.inference_mode():
            values = module(values)
        code, size = f"{layer_code(module, dropout)},", "x".join(map(str, values.shape[1:]))
        if lines and (isinstance(module, FOLLOWERS) or lines[-1][0].endswith("Flatten(),")):
            lines[-1] = f"{lines[-1][0]} {code}", size
        else:
            lines.append((code, size))
    width = max(len(code) for code, _ in lines)
    return "\n".join(["network = nn.Sequential(", *(f"    {code:{width}}  # {size}" for code, size in lines), ")"])


def layer_code(module: nn.Module, dropout: str = "nn.Dropout") -> str:
    """One layer as code. NotExportable for a kind that is not in `SPELLINGS`."""
    for kind, spelled in SPELLINGS.items():
        if isinstance(module, kind):
            return spelled(module) if kind is not nn.Dropout else f"{dropout}({module.p:g})"
    raise NotExportable(f"a layer {type(module).__name__} cannot be written down as code yet")


def _conv(layer: Any) -> str:
    options = {"stride": (layer.stride[0], 1), "padding": (layer.padding[0], 0), "dilation": (layer.dilation[0], 1)}
    return f"nn.Conv2d({layer.in_channels}, {layer.out_channels}, {layer.kernel_size[0]}{_options(options)})"


def _pool(layer: Any) -> str:
    size = layer.kernel_size
    return f"nn.{type(layer).__name__}({size}{_options({'stride': (layer.stride, size)})})"


def _norm(name: str) -> Callable[[Any], str]:
    return lambda layer: f"nn.{name}({layer.num_features}{_options({'eps': (layer.eps, 1e-5)})})"


def _options(values: dict[str, tuple[Any, Any]]) -> str:
    """Name -> (value, what it is by itself): those that differ, as further arguments."""
    return "".join(f", {name}={value}" for name, (value, usual) in values.items() if value != usual)


FOLLOWERS = (nn.ReLU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.Dropout)
"""They change no shape, and stand in the line of the layer that they follow."""

SPELLINGS: dict[type[nn.Module], Callable[[Any], str]] = {
    nn.Conv2d: _conv,
    nn.BatchNorm2d: _norm("BatchNorm2d"),
    nn.BatchNorm1d: _norm("BatchNorm1d"),
    nn.MaxPool2d: _pool,
    nn.AvgPool2d: _pool,
    nn.AdaptiveAvgPool2d: lambda layer: f"nn.AdaptiveAvgPool2d({layer.output_size})",
    nn.Dropout: lambda layer: f"nn.Dropout({layer.p:g})",
    nn.Flatten: lambda layer: "nn.Flatten()",
    nn.Linear: lambda layer: f"nn.Linear({layer.in_features}, {layer.out_features})",
    nn.ReLU: lambda layer: "nn.ReLU()",
    nn.LeakyReLU: lambda layer: f"nn.LeakyReLU({'' if layer.negative_slope == 0.01 else layer.negative_slope})",
    nn.Sigmoid: lambda layer: "nn.Sigmoid()",
    nn.Tanh: lambda layer: "nn.Tanh()",
}
"""Kind of layer -> its spelling; subclasses count as their kind."""
