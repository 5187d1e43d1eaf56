"""A study's page with the cards that a test gives it: opened at a section, its question answered, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.pretrained.cards import CARDS, Card, read_cards, write_card
from core.pretrained.plan import available
from core.studies.registry import STUDIES
from demo.classroom import asking


@pytest.fixture(autouse=True)
def visit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new visitor of a server that has no cards yet."""
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url="http://lab:1/")
    monkeypatch.setattr("streamlit.context", context)
    monkeypatch.setattr("demo.visitor.session.manager", lambda: SimpleNamespace(data=tmp_path))
    keep(monkeypatch, tmp_path)


def keep(monkeypatch: pytest.MonkeyPatch, folder: Path, *cards: Card) -> None:
    """From now on the page sees these cards, read from files as always."""
    for card in cards:
        write_card(card, folder / CARDS)
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), read_cards(folder).values()))


def opened(script: Callable[[], None], section: str = "results", guess: str = "skip", table: str = "") -> AppTest:
    """The page at a section, its question answered with `guess`; "" leaves it open."""
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["section"] = section
    if table:
        page.query_params["table"] = table
    page.run()
    if guess and any(button.key == f"ask.question.{guess}" for button in page.button):
        page.button(key=f"ask.question.{guess}").click().run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    """What stands on it, the question's and the finding's HTML with it."""
    return "\n".join([*(str(part.value) for part in [*page.title, *page.markdown, *page.caption, *page.info]), *(part.proto.body for part in page.get("html"))])


def drawn(page: AppTest) -> list[dict[str, Any]]:
    """The rows of the first figure."""
    import pyarrow

    found: list[dict[str, Any]] = pyarrow.ipc.open_stream(page.get("vega_lite_chart")[0].proto.data.data).read_all().to_pylist()
    return found
