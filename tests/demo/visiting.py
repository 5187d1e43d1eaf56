"""A server of its own for the tests of a page, the address that a visitor opened it at, and the words that stand on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from demo.server import services

TOKEN = "the token"


def visit(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    """From now on the page is opened at this address."""
    context = SimpleNamespace(cookies={"lab_owner": "me"}, theme=SimpleNamespace(type="light"), url=url)
    monkeypatch.setattr("streamlit.context", context)


@contextmanager
def serving(folder: Path, data: Path | None = None, cards: Path = FOLDER) -> Iterator[JobManager]:
    """The server's manager, with its runs below `folder`; its data sets lie in `data`, else in `folder` itself."""
    manager = JobManager(open_store(folder / "runs"), ThreadEngine(folder), data=data or folder, token=TOKEN, threads=1, cards=cards)
    services.install(manager)
    try:
        yield manager
    finally:
        manager.close()


def opened(script: Callable[[], None], state: Mapping[str, Any] | None = None, **address: str) -> AppTest:
    """The page that `script` draws, at an address and with this in its session. It shows no exception."""
    page = AppTest.from_function(script, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    for name, value in (state or {}).items():
        page.session_state[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    """What stands on the page, without the invisible spaces that keep words from being links."""
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.error, *page.warning]).replace("\u200b", "")
