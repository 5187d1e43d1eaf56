"""One classification over HTTP, ten clients at once, and the server's memory over 2,000 requests; how soon it is up.

Not part of CI.

    .venv/bin/python -m pytest -s tests/benchmarks/test_classify_latency.py

The server is a process of its own (demo/space.py); a round trip is two requests, as every client of Gradio makes them:
one that asks and one that waits for the answer.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from tests.browser.served import ROOT, answers, free_port
from tests.demo.served_classifier import as_text, call
from tests.networks_for_tests import png, seven

CLIENTS, EACH = 10, 200
SECONDS_TO_START, MEMORY_MB = 20.0, 2_000.0
"""What a Space may take: after the install, and in all."""


def memory_mb(pid: int) -> float:
    """What the process holds. Linux."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def one_client(address: str, image: str) -> list[float]:
    seconds = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for _ in range(EACH):
            began = time.perf_counter()
            event, _answer = call(client, "classify", image, "mnist", 14, None, 3)
            seconds.append(time.perf_counter() - began)
            assert event == "complete"
    return seconds


@pytest.mark.timeout(900)
def test_ten_clients_at_once_and_two_thousand_requests() -> None:
    port = free_port()
    server = subprocess.Popen([sys.executable, "demo/space.py"], cwd=ROOT, env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"})
    address, image = f"http://127.0.0.1:{port}", as_text(png(seven()))
    try:
        began = time.perf_counter()
        while not answers(f"{address}/config"):
            assert server.poll() is None and time.perf_counter() - began < 120
            time.sleep(0.1)
        started = time.perf_counter() - began
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda _: one_client(address, image), range(CLIENTS // 5)))  # sessions and caches fill
            before = memory_mb(server.pid)
            seconds = sorted(second for few in clients.map(lambda _: one_client(address, image), range(CLIENTS)) for second in few)
        after = memory_mb(server.pid)
    finally:
        server.terminate()
        server.wait(20)
    network, model = Classifier.load("mnist-28", FOLDER), []
    for _ in range(100):
        began = time.perf_counter()
        network.classify(seven(), 14)
        model.append(time.perf_counter() - began)
    median, p95 = statistics.median(seconds), seconds[round(0.95 * len(seconds))]
    print(f"\n{len(seconds)} round trips, {CLIENTS} at once: median {median * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms; the model alone "
          f"{statistics.median(model) * 1e3:.1f} ms; memory {before:.0f} -> {after:.0f} MB; up in {started:.1f} s; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    assert started <= SECONDS_TO_START and after <= MEMORY_MB
    assert p95 <= 0.15
    assert after - before <= 30
