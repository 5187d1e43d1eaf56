"""Bounds are whole numbers from 1 on."""

from __future__ import annotations

import pytest

from core.runs.scheduling.limits import Limits
from core.vocabulary.errors import LabError


@pytest.mark.parametrize("changes", [{"person": 0}, {"waiting": -1}, {"epochs": 10_001}, {"minutes": 1.5}, {"address": "3"}])
def test_what_is_no_bound_is_refused_in_one_line(changes: dict[str, object]) -> None:
    with pytest.raises(LabError, match="expected a whole number from 1 to 1") as refusal:
        Limits(**changes)  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value)
