"""What a server has one of, and that the folders are its own, whatever the environment says meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from demo.server import services


def test_one_registry_answers_with_the_server_s_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "elsewhere"))
    manager = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1, cards=tmp_path / "cards")
    services.install(manager)
    found = services.registry()
    assert services.registry() is found
    assert (found.folder, found.data, found.runs) == (tmp_path / "cards", tmp_path, manager.store.folder)
    assert (services.pretrained_folder(), services.data_folder()) == (tmp_path / "cards", tmp_path)
    manager.close()


def test_without_a_server_the_environment_and_the_checkout_say_where_things_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, services._HOME, raising=False)
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    assert (services.pretrained_folder(), services.data_folder()) == (FOLDER, tmp_path)
    with pytest.raises(LabError, match="no job manager"):
        services.registry()
    alone = services.make_registry({"LAB_DATA": "/data", "LAB_RUNS": "/runs"})
    assert (alone.folder, alone.data, alone.runs) == (FOLDER, Path("/data").absolute(), Path("/runs").absolute())
