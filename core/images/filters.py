"""What each resampling filter is to PyTorch, in words: its keyword arguments, and the lines that do the same. Torch-free.

"bilinear" and "bicubic" look at the 4 and 16 nearest pixels only, and skip others when they reduce much;
"bilinear-antialias" weighs all pixels under the new one, as PIL and torchvision do. Where sizes divide, "nearest" takes the
upper left pixel of each block, "area" its mean.
"""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, dict[str, Any]] = {
    "bilinear": {"mode": "bilinear", "align_corners": False},
    "bilinear-antialias": {"mode": "bilinear", "align_corners": False, "antialias": True},
    "bicubic": {"mode": "bicubic", "align_corners": False},
    "area": {"mode": "area"},
    "nearest": {"mode": "nearest"},
}
"""Filter -> what `torch.nn.functional.interpolate` takes for it."""


def in_torch(side: int, size: int, filter: str) -> str:
    """`at_resolution` as the lines of PyTorch that it equals: `image` float32 (N, C, S, S), levels 0 ... 255."""
    options = interpolation(filter)
    return (
        f"small = F.interpolate(image, size=({side}, {side}), {options}).round().clamp(0, 255)\n"
        f"restored = F.interpolate(small, size=({size}, {size}), {options}).round().clamp(0, 255)"
    )


def interpolation(filter: str) -> str:
    """What the filter is to `torch.nn.functional.interpolate`, as its keyword arguments in code."""
    return ", ".join(f"{name}={value!r}" for name, value in OPTIONS[filter].items())
