"""The window in which a run is taken home."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.export.bundle import Packed
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from demo.server import services
from demo.ui import take_home

FOUND = Packed(b"zip", (("train.py", 6120, "the run as a script"), ("tensorboard/events", 1_660_000, "curves")), {"onnx": "no package"})


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    context = SimpleNamespace(cookies={"lab_owner": "me"}, theme=SimpleNamespace(type="light"), url=None)
    monkeypatch.setattr("streamlit.context", context)
    monkeypatch.setattr(take_home._packed, "_values", type(take_home._packed._values)())
    found = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1, cards=FOLDER)
    services.install(found)
    yield found
    found.close()


def script() -> None:
    from demo.ui import take_home
    from demo.visitor import session

    take_home.button(session.manager().snapshot("digits"), "test")


def opened() -> AppTest:
    page = AppTest.from_function(script, default_timeout=60).run()
    page.button(key="test.take_home").click().run()
    assert not page.exception
    return page


def test_each_file_is_named_with_its_size_and_what_it_is_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []
    monkeypatch.setattr(take_home, "packed", lambda *words: asked.append(words) or FOUND)
    page = opened()
    text = "\n".join(element.value for element in page.markdown)
    assert "| `train.py` | the run as a script | 6.1\N{NO-BREAK SPACE}kB |" in text and "| `tensorboard/` | curves | 1.7\N{NO-BREAK SPACE}MB |" in text
    assert [caption.value for caption in page.caption] == ["Without *onnx*: no package."]
    assert opened() and asked == [("digits", (tmp_path / "runs").resolve(), tmp_path)], "packed once, for everybody"


def test_what_cannot_be_packed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*words: object) -> Packed:
        raise LabError("the weights are damaged")

    monkeypatch.setattr(take_home, "packed", damaged)
    assert [error.value for error in opened().error] == ["the weights are damaged"]


def test_a_run_that_goes_on_cannot_be_taken_home(monkeypatch: pytest.MonkeyPatch, manager: JobManager) -> None:
    running = dataclasses.replace(manager.snapshot("digits"), status="running")
    monkeypatch.setattr(manager, "snapshot", lambda run: running)
    page = AppTest.from_function(script, default_timeout=60).run()
    assert page.button(key="test.take_home").disabled and "Only a finished run" in str(page.button(key="test.take_home").help)
