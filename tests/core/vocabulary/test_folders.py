"""Where things lie: both folders by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.vocabulary.errors import LabError
from core.vocabulary.folders import data_folder, runs_folder

BOTH = pytest.mark.parametrize(("variable", "folder"), [("LAB_DATA", data_folder), ("LAB_RUNS", runs_folder)])
Folder = Callable[..., Path]


@BOTH
def test_a_relative_folder_is_made_absolute(variable: str, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert folder({variable: "x"}) == tmp_path / "x"
    assert folder({variable: "~/x"}) == Path.home() / "x"


@BOTH
def test_the_home_of_somebody_who_is_not_there_is_one_line(variable: str, folder: Folder) -> None:
    with pytest.raises(LabError, match=f"{variable} is '~nosuchuser/x'; expected a folder"):
        folder({variable: "~nosuchuser/x"})


@BOTH
def test_a_user_without_a_home_folder_is_one_line(variable: str, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(LabError, match="no home folder"):
        folder({})


def test_without_a_word_each_system_has_its_place() -> None:
    assert runs_folder({"XDG_DATA_HOME": "/d"}, "linux") == Path("/d/resolution-lab/runs")
    assert data_folder({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/resolution-lab")
    assert runs_folder({}, "darwin") == Path.home() / "Library/Application Support/resolution-lab/runs"
    assert runs_folder({"LOCALAPPDATA": "/w"}, "win32") == Path("/w/resolution-lab/runs")
