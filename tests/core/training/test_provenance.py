"""The commit in a run's provenance is the app's own, or none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from core.training.provenance import git_commit

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *words: str) -> str:
    own = ("-c", "user.email=a@b", "-c", "user.name=c", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *own, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    (tmp_path / "file").write_text("old")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "x")
    return tmp_path


def test_a_repository_s_own_commit_is_told_with_its_changes(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert git_commit(repository) == commit
    (repository / "file").write_text("new")
    assert git_commit(repository) == f"{commit}+changes"


def test_a_repository_around_an_unpacked_app_is_somebody_else_s(repository: Path, tmp_path: Path) -> None:
    assert git_commit(repository / "lab") == ""


def test_outside_of_any_there_is_none(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == ""
