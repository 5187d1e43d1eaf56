"""For all tests: two workers for a whole run, a run store of their own, and no silent skip where CI demands that a test runs."""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from core.datasets.files import SOURCES, state
from core.pretrained.cards import CARDS, Card, write_card
from core.system import log
from core.vocabulary.recipe import preset
from core.vocabulary.records import Epoch, Facts, Result, RunRecord
from tests.workers import (  # noqa: F401  hooks
    pytest_cmdline_main,
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
    pytest_xdist_make_scheduler,
    turn_of,
)

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""The tests start Python some hundred times; compiled once, the app and the tests themselves (pytest rewrites their assertions) are read."""

settings.register_profile("lab", deadline=None)  # a busy machine is slow, which is no fault
settings.load_profile("lab")

STRICT_TIME, SLOW_SECONDS = "LAB_STRICT_TIME", 3
"""With this variable at 1 a test that takes longer and is not marked `slow` fails: on a busy machine a second is soon three."""
REQUIRED = {"data": "LAB_REQUIRE_DATA", "browser": "LAB_REQUIRE_BROWSER"}
"""A test with this marker that would be skipped fails instead where the variable is 1."""


@pytest.fixture(scope="session", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the runs of the person who runs it."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_RUNS", str(folder))
        patch.delenv("LAB_OWN", raising=False)
        yield folder


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """Streamlit reads the notes of every installed package before each AppTest's first run, a third of a second; none of them changes."""
    if "streamlit.testing.v1" not in sys.modules:
        yield
        return
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """What the command line or a server makes of the log ends with the test."""
    loggers = [logging.getLogger(name) for name in log.ROOTS]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the full data sets, or a skip that says what to do."""
    if not (chosen := os.environ.get("LAB_DATA")):
        pytest.skip("needs the full data sets: LAB_DATA is not set")
    missing = [name for name in SOURCES if not state(name, Path(chosen)).present]
    if missing:
        pytest.skip(f"needs the full data sets: LAB_DATA={chosen} does not hold {', '.join(missing)}")
    return Path(chosen)


@pytest.fixture
def alone(pytestconfig: pytest.Config) -> Callable[[], AbstractContextManager[None]]:
    """`with alone():` a part of a test in which a time is measured, while the other worker waits."""
    turn = turn_of(pytestconfig)
    return turn.alone if turn else nullcontext


CONFUSION = [[8, 2], [1, 9]]


@pytest.fixture
def pretrained(tmp_path: Path) -> Path:
    """An empty folder for cards; `put_card` writes into it."""
    folder = tmp_path / "pretrained"
    folder.mkdir()
    return folder


@pytest.fixture
def put_card(pretrained: Path) -> Callable[..., Card]:
    """Writes a card of two classes, as a finished run leaves it: `put_card(name, evaluations=..., epochs=3, **recipe)`."""

    def put(name: str, evaluations: Any = None, weights: bool = False, dataset: str = "digits", **changes: Any) -> Card:
        recipe = preset("quick", dataset).changed(**{"epochs": 3, "device": "cpu", "precision": "float32", "threads": 1, **changes})
        epochs = tuple(_epoch(number) for number in range(recipe.epochs + 1))
        facts = Facts(classes=("a", "b"), shape=(1, 8, 8), parameters=7, train=20, validation=20, test=20, steps_per_epoch=1,
                      provenance={"torch": "2"})  # fmt: skip
        card = Card(name, RunRecord(recipe, facts, epochs, Result(recipe.epochs, 0.3, 0.85, CONFUSION, 0.1)), evaluations or {})
        write_card(card, pretrained if weights else pretrained / CARDS)
        if weights:
            (pretrained / f"{name}.safetensors").write_bytes(b"weights")
        return card

    return put


def _epoch(number: int) -> Epoch:
    return Epoch(
        epoch=number, train_loss=1.0 / number if number else None, running_accuracy=0.5 if number else None,
        train_accuracy=0.6, validation_loss=0.9, validation_accuracy=0.55, validation_confusion=CONFUSION,
        train_confusion=CONFUSION if number else None, learning_rate=0.1, seconds=1.5 if number else 0.0,
        images_per_second=100.0, best_epoch=number,
    )  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    demanded = [name for marker, name in REQUIRED.items() if item.get_closest_marker(marker)]
    if report.skipped and any(os.environ.get(name) == "1" for name in demanded):
        report.outcome = "failed"
        report.longrepr = f"{demanded[0]}=1, but: {report.longrepr[-1]}"
    late = report.passed and report.when == "call" and report.duration > SLOW_SECONDS and not item.get_closest_marker("slow")
    if late and os.environ.get(STRICT_TIME) == "1":
        report.outcome = "failed"
        report.longrepr = f"{report.duration:.1f} s, and not marked `slow`"
    return report
