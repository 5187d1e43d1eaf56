"""README.md says where every figure and table is reproduced: each page is there, each section, each command."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.cli.parser import make_parser
from core.cli.pretraining import plan
from core.datasets.files import SOURCES
from core.pretrained.cards import FOLDER
from core.vocabulary.networks import NETWORKS
from tests.places import ROOT

PART = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## What is reproduced, and where\n")[2].partition("\n## ")[0]
EXPECTED = [*(f"Figure {n}" for n in range(1, 16)), *(f"Table {n}" for n in range(1, 10)), "Layer table"]
BY_HAND = ("Figure 1",)
"""What the learner works out on its page: no command makes it."""


@dataclass(frozen=True)
class Row:
    what: str
    shows: str
    page: str
    command: str


def rows() -> list[Row]:
    """All rows of both tables, without their headings."""
    lines = [line for line in PART.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(len(row) == 4 for row in cells), "a row without four cells"
    return [Row(*row) for row in cells if row[2] != "page" and not set(row[0]) <= set("-")]


ROWS = rows()
MADE = [row for row in ROWS if row.what not in BY_HAND]


def name(row: Row) -> str:
    return f"{row.what}: {row.shows[:40]}"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages of the menu: name -> address, as demo/studio.py registers them before it draws one."""
    menu = AppTest.from_file(ROOT / "demo" / "studio.py", default_timeout=60).run()
    return {name: page.url_path for name, page in menu.session_state["lab.pages"].items()}


def test_every_figure_and_table_of_the_report_has_one_row() -> None:
    assert [row.what for row in ROWS[: len(EXPECTED)]] == EXPECTED and len(EXPECTED) == 25


def test_both_papers_have_their_rows() -> None:
    others = {row.what for row in ROWS[len(EXPECTED) :]}
    assert others == {"The report", "Kannojia and Jaiswal 2018", "Kadam 2020"}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_its_page_is_in_the_menu_and_its_section_on_the_page(row: Row, pages: dict[str, str]) -> None:
    assert re.fullmatch(r"`[^`]+`", row.page), f"{row.what} names no page"
    address = urlsplit(row.page.strip("`"))
    assert address.path in pages.values(), f"{address.path} is no page; there are {', '.join(pages.values())}"
    lesson = next(key for key, path in pages.items() if path == address.path)
    asked = parse_qs(address.query, strict_parsing=bool(address.query))
    assert asked.keys() <= {"section", "table"}
    sections = tuple(getattr(importlib.import_module(f"demo.lessons.{lesson}.page"), "SECTIONS", ()))
    for section in asked.get("section", ()):
        assert section in sections, f"the page {lesson} has the sections {sections}, not {section}"
    for table in asked.get("table", ()):
        tables = importlib.import_module(f"demo.lessons.{lesson}.evidence").tables()
        assert table in tables, f"the page {lesson} has the tables {tuple(tables)}, not {table}"
    assert asked or not sections, f"the page {lesson} has sections; {row.what} names none"


FIRST_IMAGES = {"Figure 2": 32, "Figure 3": 16, "Figure 4": 8}
"""The report's figures of its pictures: the first ten images, each time with so many pixels a side."""


def test_the_figures_of_the_first_ten_images_are_said_to_be_on_the_page_that_shows_them() -> None:
    for row in ROWS:
        if row.what in FIRST_IMAGES:
            side = FIRST_IMAGES[row.what]
            assert row.shows == f"the first ten images at {side}x{side}" and row.page == "`seeing?section=lost`"


@pytest.mark.data
def test_that_page_opens_with_the_first_ten_training_images_at_these_sizes(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.datasets import loading
    from core.engines.thread import ThreadEngine
    from core.images import quality
    from core.runs.manager import JobManager
    from core.runs.store import open_store
    from demo.server import services

    drawn: list[tuple[list[str], tuple[int, ...]]] = []
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None))
    monkeypatch.setattr("demo.lessons.seeing.image_quality._pair", lambda pair, names: drawn.append((names, pair.reduced.shape)))
    manager = JobManager(open_store(tmp_path / "runs"), ThreadEngine(real_data), data=real_data, token="teach-me", threads=1, cards=FOLDER)
    services.install(manager)
    page = AppTest.from_string("from demo.lessons.seeing import page as seeing\n\nseeing.render()\n", default_timeout=120)
    page.query_params["section"] = "lost"
    page.run()
    manager.close()
    assert not page.exception
    data = loading.load("cifar10", real_data)
    first = [data.classes[label] for label in data.labels[:10].tolist()]
    assert all(names == first for names, _ in drawn), "the training part comes first"
    assert {(10, 3, side, side) for side in FIRST_IMAGES.values()} <= {shape for _, shape in drawn}
    images, _ = quality.of_dataset("cifar10", real_data, 0, 10)
    assert (images == data.images[:10].numpy()).all()


@pytest.mark.parametrize("row", MADE, ids=name)
def test_its_command_is_understood(row: Row) -> None:
    found = re.fullmatch(r"`python -m core (.+)`", row.command)
    assert found, f"{row.what} has no command"
    options: argparse.Namespace = make_parser("").parse_args(shlex.split(found[1]))
    if options.verb == "pretrain":
        assert options.names and set(options.names) <= set(plan())
    if options.verb == "networks":
        assert options.name in NETWORKS
    if options.verb == "data":
        assert set(options.names) <= set(SOURCES)


@pytest.mark.parametrize("row", [row for row in ROWS if row.what in BY_HAND], ids=name)
def test_what_is_done_by_hand_has_no_command(row: Row) -> None:
    assert row.command == "–"
