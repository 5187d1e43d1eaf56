"""Thirty people start `quick` on the digits at once: how long until all are done, beside the same thirty in one process in turn.

Run by hand, on a quiet machine: `python -m pytest tests/benchmarks/test_thirty_at_once.py -s`. `LAB_WORKERS` sets how many runs are
trained side by side; without it, what the app would choose on this machine. `taskset -c 0 ...` leaves one core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.engines.process import ProcessEngine
from core.engines.sizing import pool_size
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.system.machine import usable_cores
from core.vocabulary.recipe import preset
from core.vocabulary.visitor import Visitor
from tests.places import ROOT

PEOPLE, MOST = int(os.environ.get("LAB_PEOPLE", "30")), 1.15
"""Fewer people, by LAB_PEOPLE, where there is less time."""
IN_TURN = f"""
import sys, time
from pathlib import Path
from core.engines.malloc import tune_malloc
tune_malloc()
from core.engines.thread import ThreadEngine
from core.vocabulary.recipe import preset
engine = ThreadEngine(Path(sys.argv[1]))
for record in engine.stream(preset("quick", "digits").changed(epochs=1, seed=99)): pass
began = time.perf_counter()
for seed in range({PEOPLE}):
    for record in engine.stream(preset("quick", "digits").changed(seed=seed)): pass
print(time.perf_counter() - began)
"""
"""Torch is imported and warm before the time begins; nothing is stored."""


@pytest.mark.timing
def test_thirty_at_once_take_hardly_longer_than_in_turn(tmp_path: Path) -> None:
    said = subprocess.run([sys.executable, "-c", IN_TURN, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    in_turn = float(said.stdout)
    size = pool_size()
    engine = ProcessEngine(tmp_path, size.workers)
    manager = JobManager(open_store(tmp_path / "runs"), engine, data=tmp_path, token="t", threads=size.threads, cards=FOLDER)
    engine.facts().result(60)  # one worker is warm, as on a server that has been up for some seconds
    began = time.perf_counter()
    runs = [manager.submit(preset("quick", "digits").changed(seed=seed), Visitor(f"person {seed}")) for seed in range(PEOPLE)]
    while any(summary.active for summary in manager.list()):
        time.sleep(0.2)
    at_once = time.perf_counter() - began
    done = [manager.snapshot(run).status for run in runs]
    manager.close()
    print(f"{PEOPLE} runs on {usable_cores()} cores: in turn {in_turn:.1f} s; at once {at_once:.1f} s with {size.workers} workers "
          f"of {size.threads} threads: {at_once / in_turn:.2f} times")
    assert done == ["finished"] * PEOPLE
    assert at_once <= MOST * in_turn
