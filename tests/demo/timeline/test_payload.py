"""What the browser gets of a run: everything once, then only what is new, never more than 40 kB at a time."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from core.engines.thread import ThreadEngine
from core.runs.history import History
from core.runs.manager import JobManager
from core.runs.snapshot import Snapshot
from core.runs.store import open_store
from core.vocabulary.recipe import preset
from core.vocabulary.records import DeadUnits, Facts, LayerNorms, Observation, RunRecord, Tick
from core.vocabulary.visitor import Visitor
from demo.components.window import read
from demo.server import services
from demo.timeline import kept, payload, view
from demo.timeline.route import PATH, history
from tests.run_records import epoch

MOST = 40_000
"""Bytes of a refresh."""
EPOCHS = 3


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobManager]:
    folder = tmp_path_factory.mktemp("payload")
    made = JobManager(open_store(folder / "runs"), ThreadEngine(folder), data=folder, token="t", threads=1, cards=folder / "pretrained")
    yield made
    made.close()


@pytest.fixture(scope="module")
def run(manager: JobManager) -> str:
    found = manager.submit(preset("quick", "digits").changed(epochs=EPOCHS), Visitor(owner="me"))
    end = time.monotonic() + 60
    while manager.snapshot(found).active:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture(autouse=True)
def installed(manager: JobManager) -> None:
    services.install(manager)


def sent(now: Snapshot, first: int = 0, head: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(payload.answer(now, first, head))
    return found


def bytes_of(words: str, kind: type = np.uint8) -> Any:
    return np.frombuffer(base64.b64decode(words), kind)


def test_everything_comes_once_and_then_only_what_is_new(manager: JobManager, run: str) -> None:
    now = manager.snapshot(run)
    whole = sent(now)
    assert [one["epoch"] for one in whole["epochs"]] == [0, 1, 2, 3] and whole["kept"] == whole["answered"] == [0, 1, 2, 3]
    later = sent(now, 3)
    assert later["epochs"] == whole["epochs"][3:] and "head" not in later
    assert sent(now, 4)["epochs"] == [] and sent(now, 99)["epochs"] == []
    assert payload.answer(now, 0, True) is payload.answer(now, 0, True), "packed once for everybody"


def test_what_comes_is_what_the_run_recorded(manager: JobManager, run: str) -> None:
    now, past = manager.snapshot(run), manager.history(run)
    whole = sent(now, head=True)
    nine, watched = whole["head"]["nine"], past.watched()
    assert watched is not None and np.array_equal(bytes_of(nine["pixels"]).reshape(9, 1, 8, 8), watched.images)
    assert nine["truth"] == watched.labels.tolist()
    for one, record in zip(whole["epochs"], now.epochs, strict=True):
        assert bytes_of(one["validation"], np.uint16).reshape(10, 10).tolist() == record.validation_confusion
        assert record.observation is not None and bytes_of(one["answers"]).tolist() == list(record.observation.answers)
        kernels = past.kernels(record.epoch)
        assert kernels is not None
        shown = bytes_of(one["kernels"], np.int8).reshape(-1, *kernels.shape[1:]) * (one["scale"] / 127)
        assert len(shown) == whole["head"]["kernels"]["shown"] and np.abs(shown - kernels[: len(shown)]).max() <= one["scale"] / 127
    assert whole["epochs"][0]["gradients"] is None and len(whole["epochs"][1]["gradients"]) == 4
    names = whole["head"]["layers"]
    assert [names[layer] for layer, _, _ in whole["epochs"][1]["gradients"]] == ["1 conv", "2 conv", "5 dense", "7 dense"]


def many(epochs: int, kernels: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, folder: Path) -> Snapshot:
    """A long run of the report's network that has kept everything."""
    counts = np.random.default_rng(0).integers(0, 600, (10, 10)).tolist()
    layers = tuple(range(8))
    seen = Observation((1,) * 9, (0.5,) * 9, tuple(LayerNorms(n, 0.123456, 12.34567) for n in layers), tuple(DeadUnits(n, 0.12345) for n in layers))
    records = [epoch(n, validation_confusion=counts, train_confusion=counts, validation_accuracy=0.7, observation=seen) for n in range(epochs + 1)]
    recipe = preset("report", "cifar10").changed(epochs=epochs, preset="")
    facts = Facts(tuple("abcdefghij"), (3, 32, 32), 412_298, 45_000, 5_000, 10_000, 352)
    pixels = np.random.default_rng(1).integers(0, 256, (9, 3, 32, 32), np.uint8)

    numbers = tuple(range(epochs + 1))

    class Kept(History):
        epochs = kept = numbers

        def kernels(self, number: int) -> Any:
            return np.random.default_rng(number).normal(size=kernels).astype(np.float32)

        def validation_indices(self) -> Any:
            return np.arange(5_000)

        def watched(self) -> Any:
            return SimpleNamespace(images=pixels, labels=np.arange(9, dtype=np.uint8))

    monkeypatch.setattr(kept, "history_of", lambda now: Kept(folder))
    curve = tuple((n / 2, 2.0, 0.5) for n in range(300))
    tick = Tick("training", epochs, 5, 352, 1.0, 0.5, counts, 0.1, 1000.0)
    return Snapshot(run=f"long{epochs}{kernels}", status="running", record=RunRecord(recipe, facts, tuple(records)), owner="me", created=1.0, place=None,
                    version=1, tick=tick, curve=curve, message="", seconds_left=1.0, weights=None)  # fmt: skip


@pytest.mark.parametrize("kernels", [(32, 3, 3, 3), (256, 3, 11, 11)], ids=["the report's", "many and large"])
def test_no_answer_is_larger_than_a_refresh_may_be(kernels: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    now = many(150, kernels, monkeypatch, tmp_path)
    sizes, there = [], 0
    while there < len(now.epochs):
        answer = payload.answer(now, there, head=not sizes)
        there += len(json.loads(answer)["epochs"])
        sizes.append(len(answer))
    print(f"150 epochs, {kernels}: {len(sizes)} answers, at most {max(sizes):,} bytes, {sum(sizes):,} in all")
    assert max(sizes) <= MOST


def test_a_refresh_of_a_running_run_stays_below_40_kb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the page sends at each look, and what the browser fetches for an epoch that is done."""
    now = many(150, (32, 3, 3, 3), monkeypatch, tmp_path)
    page = len(json.dumps({"key": "live.timeline", "runs": [view.state(view.Shown(now))]})) + len(read("timeline/state.js"))
    fetched = len(payload.answer(now, len(now.epochs) - 1, False))
    print(f"a refresh: {page:,} bytes by the page, {fetched:,} for a new epoch")
    assert page + fetched <= MOST


def test_an_old_run_without_observation_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    now = many(3, (32, 3, 3, 3), monkeypatch, tmp_path)
    old = replace(now, run="old", record=replace(now.record, epochs=tuple(replace(one, observation=None) for one in now.epochs)))
    monkeypatch.setattr(kept, "history_of", lambda now: History(tmp_path / "nothing"))
    found = sent(old, head=True)
    assert found["head"]["nine"] is None and "older" in found["head"]["why"] and found["kept"] == []
    assert all(one["answers"] is None and one["kernels"] is None and one["validation"] for one in found["epochs"])


def test_the_curve_comes_back_as_it_was() -> None:
    curve = [(0.5, 2.3, 0.1), (1.0, 1.1, 0.55), (2.0, 0.02, 0.99)]
    found = payload.points(curve)
    values = bytes_of(found["packed"], np.uint16).reshape(-1, 3) * np.array(found["scales"])
    assert np.abs(values - curve).max() < 1e-4
    assert payload.points([])["packed"] == ""


@pytest.mark.parametrize("most", [9, 70_000, 5_000_000_000 // 2])
def test_counts_take_two_bytes_where_they_fit(most: int) -> None:
    packed = payload.matrix([[0, most], [1, 2]])
    assert packed is not None and bytes_of(packed, np.uint16 if most < 2**16 else np.uint32).tolist() == [0, most, 1, 2]


def test_the_route_answers_those_who_know_the_run_and_nobody_else(run: str) -> None:
    client = TestClient(Starlette(routes=[Route(f"/{PATH}/{{run}}", history)]))
    found = client.get(f"/{PATH}/{run}?first=2")
    assert found.status_code == 200 and found.headers["cache-control"] == "no-store" and [one["epoch"] for one in found.json()["epochs"]] == [2, 3]
    assert client.get(f"/{PATH}/{run}?head=1").json()["head"]["classes"] == list("0123456789")
    assert client.get(f"/{PATH}/nosuch").status_code == 404 and client.get(f"/{PATH}/a.b").status_code == 404
    assert [client.get(f"/{PATH}/{run}?first={bad}").status_code for bad in ("-1", "x", "9999999")] == [400] * 3
    assert client.post(f"/{PATH}/{run}").status_code == 405
