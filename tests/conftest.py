"""For all tests: a run store of their own, and no silent skip where CI demands that a test runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.sources import SOURCES, state

REQUIRED = {"data": "LAB_REQUIRE_DATA", "browser": "LAB_REQUIRE_BROWSER"}
"""A test with this marker that would be skipped fails instead where the variable is 1."""


@pytest.fixture(scope="session", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the runs of the person who runs it."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the full data sets, or a skip that says what to do."""
    if not (chosen := os.environ.get("LAB_DATA")):
        pytest.skip("needs the full data sets: LAB_DATA is not set")
    missing = [name for name in SOURCES if not state(name, Path(chosen)).present]
    if missing:
        pytest.skip(f"needs the full data sets: LAB_DATA={chosen} does not hold {', '.join(missing)}")
    return Path(chosen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    demanded = [name for marker, name in REQUIRED.items() if item.get_closest_marker(marker)]
    if report.skipped and any(os.environ.get(name) == "1" for name in demanded):
        report.outcome = "failed"
        report.longrepr = f"{demanded[0]}=1, but: {report.longrepr[-1]}"
    return report
