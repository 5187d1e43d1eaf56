"""For the tests of the pages: the server that a test or a file of tests installs is gone after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from demo.server import services


@pytest.fixture(scope="module", autouse=True)
def no_server() -> None:
    """Nothing is installed when a file of tests begins."""
    sys.modules.pop(services._HOME, None)


@pytest.fixture(autouse=True)
def same_server_as_before() -> Iterator[None]:
    """What a test installed goes with it; what its file installed stays, but for what visitors answered there."""
    before = sys.modules.get(services._HOME)
    yield
    if answers := services.answers():
        answers._clear()
    if before is None:
        sys.modules.pop(services._HOME, None)
    else:
        sys.modules[services._HOME] = before
