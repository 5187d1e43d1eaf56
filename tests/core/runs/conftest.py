"""For the tests of the manager: each server that a test makes ends with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.runs.scripted_engine import Lab


@pytest.fixture(autouse=True)
def labs_end() -> Iterator[None]:
    """No run of a test stands anywhere when the next one begins."""
    yield
    for lab in list(Lab.open):
        lab.close()
