"""Where and how exactly the arithmetic of a run happens: device, precision, threads. Chosen once, before the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from core.system.machine import check_threads, usable_cores
from core.training import resources
from core.vocabulary.errors import RunFailed
from core.vocabulary.recipe import Recipe


def resolve(recipe: Recipe) -> Recipe:
    """The recipe with device, precision and threads made concrete. Resolving twice changes nothing.

    Raises LabError when a device is asked for that this machine does not have, or more threads than it has cores.
    """
    check_threads(recipe.threads)
    device = choose_device(recipe.device)
    return dataclasses.replace(
        recipe,
        device=device,
        precision=choose_precision(device) if recipe.precision == "auto" else recipe.precision,
        threads=recipe.threads or usable_cores(),
    )


def configure(recipe: Recipe) -> None:
    """Sets what torch keeps outside of a network, for a resolved recipe: call it in the thread that trains.

    The number of threads, which counts for the calling thread. On CUDA kernels that give the same bits each time, so that a
    resumed run is the run that never stopped, and float32 that is float32: cuDNN would round to TF32 (10 bits) unasked.
    """
    torch.set_num_threads(recipe.threads)
    if recipe.device == "cuda":
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        torch.backends.cudnn.allow_tf32 = False


@contextmanager
def enough_memory(recipe: Recipe) -> Iterator[None]:
    """Inside it a device or a machine that is out of memory is told as RunFailed, in one line that says what to try."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if type(error) is RuntimeError and "allocate memory" not in str(error):  # the processor's allocator has no class of its own
            raise
        raise RunFailed(f"out of memory with batches of {recipe.batch_size} pictures; try a smaller batch size") from error


def choose_device(wanted: str = "auto") -> str:
    """'cuda', 'mps' or 'cpu': the one that is wanted, or the first of these that is here."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return resources.choose_device(wanted, [name for name, is_here in present.items() if is_here])


def choose_precision(device: str) -> str:
    """bfloat16 where the processor has instructions for it, float16 on older CUDA devices, else float32."""
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
    if device == "cpu" and _cpu_multiplies_bfloat16():
        return "bfloat16"
    return "float32"


def _cpu_multiplies_bfloat16() -> bool:
    # PyTorch has no public question for this; an older or newer release without these answers "no".
    asks = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
    return any(bool(ask()) for ask in asks if ask is not None)


def device_name(device: str) -> str:
    """What a person calls the device, as 'NVIDIA T4' or 'CPU, 2 cores'."""
    if device == "cuda":
        return str(torch.cuda.get_device_name())
    cores = usable_cores()
    return f"CPU, {cores} core{'s' if cores > 1 else ''}" if device == "cpu" else "Apple GPU"
