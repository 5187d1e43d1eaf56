"""Data sets by name: what is none is refused in one line, and the recipes of small sets hold all classes."""

from __future__ import annotations

import pytest

from core.vocabulary import sources
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError


@pytest.mark.parametrize("name", ["own:", "own:../x", "own:a b", "own:x:fold", "own:" + "x" * 61, "own:x/y", "own:.."])
def test_a_name_that_is_none_touches_no_file(name: str) -> None:
    with pytest.raises(LabError, match="names no data set"):
        sources.source_of(name)


def test_names_are_the_shipped_ones_where_there_is_none_of_one_s_own() -> None:
    assert sources.names() == tuple(SOURCES) and sources.source_of("mnist") is SOURCES["mnist"]
    with pytest.raises(LabError, match=r"unknown dataset 'svhn'; choose one of digits, mnist"):
        sources.source_of("svhn")
    with pytest.raises(LabError, match="was deleted, or made on another machine"):
        sources.source_of("own:nothing")


@pytest.mark.parametrize("classes", [2, 3, 10, 20])
@pytest.mark.parametrize("each", [1, 2, 3, 5, 12, 40, 800])
def test_the_validation_part_of_a_recipe_holds_every_class_or_is_left_out(classes: int, each: int) -> None:
    train = classes * each
    for values in (sources.presets_of(train, each, classes).quick, sources.presets_of(train, each, classes).fast):
        held_out = round(train * values["validation"])
        assert held_out == 0 or (classes <= held_out <= train - classes and values["validation"] <= 0.5)
        assert held_out >= classes or each < 3, "left out only where it cannot be"
        assert 3 <= values["epochs"] <= 60
