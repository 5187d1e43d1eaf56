"""Where a run came from: versions, device, code and data, written down when it starts."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy
import torch

from core.device import available_cores, device_name

ROOT = Path(__file__).resolve().parent.parent


def provenance(device: str, data_hash: str) -> dict[str, Any]:
    """Plain facts for JSON; together with the recipe they say how to get the same numbers again."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "platform": platform.platform(),
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "device": device,
        "device_name": device_name(device),
        "cores": available_cores(),
        "git_commit": git_commit(),
        "data_sha256": data_hash,
    }


def git_commit(folder: Path = ROOT) -> str:
    """The commit of this code, '+changes' behind it where files differ from it; '' outside a checkout."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=True).stdout

    try:
        commit = git("rev-parse", "HEAD").strip()
        return commit + ("+changes" if git("status", "--porcelain", "--untracked-files=no").strip() else "")
    except (OSError, subprocess.SubprocessError):
        return ""
