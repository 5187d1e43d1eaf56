"""The weights of a finished run: their bytes, known to be the stored ones, and the network that they make."""

from __future__ import annotations

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import save as save_tensors
from safetensors.torch import load as load_tensors
from torch import nn

from core.export.errors import NotExportable
from core.runs.history import History
from core.runs.snapshot import Snapshot
from core.training.models import networks
from core.vocabulary.errors import Damaged
from core.vocabulary.records import required


def weights_of(run: Snapshot) -> bytes:
    """The tested weights, or those of the epoch (safetensors). NotExportable where none were kept, Damaged where they are not
    what was stored."""
    if run.weights is None:
        raise NotExportable(f"run {run.run} comes without its weights")
    if run.epoch is not None:
        return _of_epoch(run, run.weights.parent, run.epoch)
    try:
        blob = run.weights.read_bytes()
    except OSError as error:
        raise Damaged(f"the weights {run.weights} cannot be read ({error.strerror})") from None
    known = required(run.result).sha256
    if not run.pretrained and hashlib.sha256(blob).hexdigest() != known:
        raise Damaged(f"the weights {run.weights} are damaged (their hash is not the stored one); train the run again")
    network_of(run, blob)
    return blob


def _of_epoch(run: Snapshot, folder: Path, epoch: int) -> bytes:
    """What the run kept after an epoch, as float32."""
    blob = save_tensors(History(folder).weights(epoch))
    network_of(run, blob)
    return blob


def network_of(run: Snapshot, blob: bytes) -> nn.Sequential:
    """The network with these weights as float32, in evaluation mode. Damaged where they do not fit it."""
    shape = run.facts.shape
    network = networks.build(run.recipe.network, shape, len(run.facts.classes), run.recipe.dropout)
    try:
        tensors = load_tensors(blob)
        network.load_state_dict({name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()})
    except (SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise Damaged(f"the weights {run.weights} are damaged ({str(error).splitlines()[0]})") from error
    return network.eval()
