"""Memory that is kept: a second round of large blocks costs no new pages."""

from __future__ import annotations

import subprocess
import sys

import pytest

ROUNDS = """
import resource
{before}
import torch
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.ones(20_000_000)  # 80 MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep their own ways")
def test_large_blocks_are_used_again() -> None:
    def run(before: str) -> int:
        words = [sys.executable, "-c", ROUNDS.format(before=before)]
        return int(subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout)

    kept, plain = run("from core.engines.malloc import tune_malloc; tune_malloc()"), run("")
    assert kept * 10 < plain
