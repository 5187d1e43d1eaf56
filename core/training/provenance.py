"""Where a run came from: versions, device, code and data, written down when it starts."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import numpy
import torch

from core.system.machine import usable_cores
from core.training.device import device_name
from core.vocabulary.records import Provenance

ROOT = Path(__file__).resolve().parents[2]


def provenance(device: str, data_hash: str) -> Provenance:
    """Plain facts for JSON; together with the recipe they say how to get the same numbers again."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "platform": platform.platform(),
        "processor": processor(),
        "device": device,
        "device_name": device_name(device),
        "cores": usable_cores(),
        "git_commit": git_commit(),
        "data_sha256": data_hash,
    }


def processor() -> str:
    """Machine, maker and model of the processor, and what torch uses of it. Equal words: equal bits can be expected."""
    words = [platform.machine(), torch.backends.cpu.get_cpu_capability(), *_model(Path("/proc/cpuinfo"))]
    return " ".join(words) if len(words) > 2 else " ".join([*words, platform.processor()]).strip()


def _model(cpuinfo: Path) -> list[str]:
    """What Linux says of the first core: the family and model numbers tell two processors of one name apart."""
    try:
        first = cpuinfo.read_text(encoding="utf-8").split("\n\n")[0]
    except OSError:
        return []
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
    names = ("model name", "cpu family", "model", "stepping")
    return [values[name] for name in names if name in values]


def git_commit(folder: Path = ROOT) -> str:
    """The commit of this code, '+changes' behind it where files differ from it; '' outside a checkout of its own.

    An unpacked app may lie inside somebody else's repository, whose commit says nothing about it.
    """

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=True).stdout

    try:
        if Path(git("rev-parse", "--show-toplevel").strip()).resolve() != folder.resolve():
            return ""
        commit = git("rev-parse", "HEAD").strip()
        return commit + ("+changes" if git("status", "--porcelain", "--untracked-files=no").strip() else "")
    except (OSError, subprocess.SubprocessError):
        return ""
