"""Weights and optimizer state to bytes and back, so that a resumed run goes on to the same bits.

The format is safetensors (nothing in it can execute): `network.NAME`, `optimizer.NUMBER.KEY`, `best.NAME`, and a
little JSON beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn
from torch.optim import Optimizer

from core.vocabulary.errors import LabError


class CorruptCheckpoint(LabError):
    """A checkpoint that is not what was written."""


def save(network: nn.Module, optimizer: Optimizer, best: Mapping[str, Tensor], note: dict[str, Any]) -> bytes:
    """Everything that the next epoch depends on. `best` may be empty; `note` is small and goes along as JSON."""
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in best.items()}
    for number, parameter in enumerate(network.parameters()):
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{number}.{key}"] = value
    return save_tensors({name: _plain(tensor) for name, tensor in tensors.items()}, {"note": json.dumps(note)})


def load(checkpoint: bytes, network: nn.Module, optimizer: Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Puts the state back into network and optimizer; returns (best, note). Raises CorruptCheckpoint."""
    try:
        tensors = load_tensors(checkpoint)
        note = json.loads(_metadata(checkpoint)["note"])
        network.load_state_dict(_below("network.", tensors))
        _load_optimizer(optimizer, list(network.parameters()), _below("optimizer.", tensors))
    except (SafetensorError, RuntimeError, KeyError, IndexError, ValueError) as error:
        raise CorruptCheckpoint(f"the checkpoint cannot be read ({str(error).splitlines()[0]}); train the run again") from error
    return _below("best.", tensors), note


def weights(network: nn.Module) -> bytes:
    """The weights alone, under the names of `network.state_dict()`."""
    return save_tensors({name: _plain(tensor) for name, tensor in network.state_dict().items()})


def _load_optimizer(optimizer: Optimizer, parameters: list[nn.Parameter], states: dict[str, Tensor]) -> None:
    fused = bool(optimizer.defaults.get("fused"))
    for name, value in states.items():
        number, key = name.split(".", 1)
        parameter = parameters[int(number)]
        if value.shape == parameter.shape:
            # Fused optimizers ignore strides: state must lie in memory as its parameter does (channels_last).
            value = torch.empty_like(parameter).detach().copy_(value)
        # The count of steps lies on the host unless a fused optimizer reads it: else each step waits for the device.
        optimizer.state[parameter][key] = value.to(parameter.device) if fused or value.dim() else value


def _plain(tensor: Tensor) -> Tensor:
    return tensor.detach().cpu().contiguous().clone()


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _metadata(checkpoint: bytes) -> dict[str, str]:
    """The metadata in the header of a safetensors blob: 8 bytes of length, then JSON."""
    length = int.from_bytes(checkpoint[:8], "little")
    metadata: dict[str, str] = json.loads(checkpoint[8 : 8 + length])["__metadata__"]
    return metadata
