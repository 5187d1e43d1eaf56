"""Whether a difference is real is told in the same words on every page, and decided by core/vocabulary/stats.py alone."""

from __future__ import annotations

import ast

import pytest

from core.vocabulary.stats import Difference
from demo.ui import evidence
from tests.places import ROOT


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Difference(0.02, 0.0004, "pictures", 10_000), ("more than chance", "fewer than 1 of 100 tries", "same 10,000 test pictures")),
        (Difference(0.02, 0.04, "shares", 360), ("more than chance", "4 of 100 tries", "each on 360 test pictures")),
        (Difference(-0.01, 0.31, "seeds", 6), ("may be chance", "31 of 100 tries", "6 trainings")),
        (Difference(0.004, 0.02, "spreads", 26), ("more than chance", "2 of 100 tries", "standard deviations, over 26 draws")),
        (None, ("nobody can tell",)),
    ],
)
def test_a_difference_is_told_with_how_often_chance_would_make_it(found: Difference | None, said: tuple[str, ...]) -> None:
    words = evidence.words(found)
    assert all(part in words for part in said)


FILES = [file for file in (*(ROOT / "core").rglob("*.py"), *(ROOT / "demo").rglob("*.py")) if file.name != "stats.py"]


def test_no_other_module_has_a_constant_for_95_percent() -> None:
    for file in FILES:
        nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
        numbers = {node.value for node in nodes if isinstance(node, ast.Constant)}
        assert not {number for number in numbers if isinstance(number, float) and round(number, 2) == 1.96}, file
        taken = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert not taken & {"Z", "CONFIDENCE", "NormalDist"}, f"{file} decides for itself what is more than chance"


@pytest.mark.parametrize("page", ["resolution/tables/findings.py", "architectures/tables/compared.py", "dropout/results.py", "splits/results.py"])
def test_the_pages_that_judge_differences_tell_them_in_these_words(page: str) -> None:
    tree = ast.parse((ROOT / "demo" / "lessons" / page).read_text(encoding="utf-8"))
    assert any(isinstance(node, ast.Call) and ast.unparse(node.func) == "evidence.words" for node in ast.walk(tree))
