"""Every figure that a page draws can be read: on a laptop, on a projector, in both themes, and taken home.

axe cannot see a canvas, so each figure is drawn as an SVG and every text in it is measured.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from demo.charts import export, figure, plots
from demo.charts import theme as chart_theme
from demo.charts.confusion import confusion_matrix
from demo.charts.figure import CLASS_COLOURS, Figure
from demo.charts.theme import GROUND, INK, LETTERS, LETTERS_TEACHING, Look
from demo.classroom import asking, guessing
from demo.server import services
from tests.demo import drawn
from tests.demo.charts.test_figure import FIGURES
from tests.places import ROOT

LOOKS = [Look(theme, teaching) for theme in ("light", "dark") for teaching in (False, True)]
WIDTHS = {False: 720, True: 1100}
"""Pixels of a figure as wide as its page: at 1280, and projected at 1920."""
READABLE = 4.5
"""Contrast of text (WCAG 2, AA)."""
VIEWS = {
    "resolution": ("results", "riddle", "sweep", "training", "published"),
    "architectures": ("results", "training", "networks", "pictures", "published"),
    "dropout": ("results", "time", "below", "published"),
    "splits": ("results", "drawn", "fold"),
    "audit": ("columns", "sixteenths", "implied", "means", "words"),
    "seeing": ("lost", "people"),
}
"""Pages and those of their sections that draw figures of the runs that come with the app."""
TABLES = {"dropout": ("accuracy", "gap", "units", "mean", "switch"), "splits": ("draws", "classes", "shares"), "audit": ("tried",)}
"""Pages and what of their drawer is a figure."""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Figure]]:
    """Every figure that a page draws from now on; questions count as answered."""
    found: list[Figure] = []
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None))
    monkeypatch.setattr(figure, "show", lambda figure, key: found.append(figure))
    monkeypatch.setattr(asking, "ask", lambda *_, **__: True)
    monkeypatch.setattr(asking, "is_answered", lambda _: True)
    monkeypatch.setattr(guessing, "of", lambda question: guessing.Guess(question, next(iter(question.options)), shown=True))
    manager = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="teacher's", threads=1, cards=FOLDER)
    services.install(manager)
    yield found
    manager.close()


def faults(drawing: str, letters: float) -> list[drawn.Text]:
    texts = drawn.texts(drawing)
    assert texts, "a figure without a word"
    return [text for text in texts if text.letters < letters or text.contrast < READABLE]


def check(figure: Figure) -> None:
    for look in LOOKS:
        found = faults(drawn.svg(figure, look, WIDTHS[look.teaching]), look.letters)
        assert not found, f"{figure.title}, {look}: {found[:5]}"
    assert not faults(export.svg(figure), LETTERS), f"{figure.title}, taken home"


def script(page: str) -> None:
    import importlib

    importlib.import_module(f"demo.lessons.{page}.page").render()


@pytest.mark.slow
@pytest.mark.parametrize(("page", "section"), [(page, section) for page, sections in VIEWS.items() for section in sections])
def test_every_text_of_a_page_s_figures_is_large_and_dark_enough(shown: list[Figure], page: str, section: str) -> None:
    view = AppTest.from_function(script, default_timeout=60, kwargs={"page": page})
    view.query_params["section"] = section
    view.run()
    assert not view.exception
    assert shown, f"{page}, {section} draws no figure"
    for drawing in shown:
        check(drawing)


@pytest.mark.parametrize(("page", "table"), [(page, table) for page, tables in TABLES.items() for table in tables])
def test_every_text_of_a_figure_in_the_drawer_is_large_and_dark_enough(shown: list[Figure], page: str, table: str) -> None:
    view = AppTest.from_function(script, default_timeout=60, kwargs={"page": page})
    view.query_params["table"] = table
    view.run()
    assert not view.exception
    assert shown, f"{page}, {table} draws no figure"
    for drawing in shown:
        check(drawing)


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_of_a_run_s_figures_is_large_and_dark_enough(name: str) -> None:
    check(FIGURES[name]())


@pytest.mark.slow
def test_a_number_can_be_read_in_a_cell_of_any_shade() -> None:
    """From 0 to the largest, in steps small enough to meet the turn from dark to pale ink."""
    row = list(range(0, 101, 2))
    matrix = [row, *([[0] * len(row)] * (len(row) - 1))]
    figure = confusion_matrix(matrix, [f"{n:02}" for n in row], "test")
    for look in LOOKS:
        assert min(text.contrast for text in drawn.texts(drawn.svg(figure, look, 1100))) >= READABLE, look


def test_the_numbers_of_a_matrix_fit_their_cells_on_a_telephone() -> None:
    figure = confusion_matrix([[1000] * 10] * 10, [f"class {n}" for n in range(10)], "test")
    numbers = [text for text in drawn.texts(drawn.svg(figure, Look(), 350)) if text.words == "1000"]
    assert len(numbers) == 100 and 7 <= numbers[0].letters < LETTERS


@pytest.mark.parametrize("width", [330, 540, 720])
@pytest.mark.parametrize("teaching", [False, True])
def test_a_legend_has_the_columns_that_fit(width: int, teaching: bool) -> None:
    """A name that ran over the edge would be cut off. The places are Vega's own."""
    names = dict(zip(("training, dropout off", "Kadam 2020, training"), CLASS_COLOURS, strict=False))
    rows = [{"x": x, "y": x, "series": name} for x in (0, 1) for name in names]
    figure = plots.lines("Lines", rows, plots.Axis("x", "x"), plots.Axis("y", "y"), "series", names)
    drawing = drawn.svg(figure, Look(teaching=teaching), width)
    ends = [text.left + 0.5 * text.letters * len(text.words) for text in drawn.texts(drawing) if text.words in names]
    assert len(ends) == 2 and max(ends) <= width
    apart = {text.left for text in drawn.texts(drawing) if text.words in names}
    assert len(apart) == (1 if width == 330 or (teaching and width == 540) else 2), "side by side where there is room"


def test_letters_are_those_of_the_page() -> None:
    assert (LETTERS, LETTERS_TEACHING) == (14, 22)
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for name in ("light", "dark"):
        assert theme[name]["textColor"] == INK[name] and theme[name]["backgroundColor"] == GROUND[name]


def test_a_projected_figure_is_one_and_a_half_times_as_high() -> None:
    figure = FIGURES["loss"]()
    assert chart_theme.styled(figure.spec, Look(teaching=True))["height"] == 1.5 * figure.spec["height"]


def test_the_first_and_the_last_label_stand_at_their_grid_lines() -> None:
    config = chart_theme.config(Look())
    assert config["axis"]["labelFlush"] is False


def test_a_page_gives_a_figure_its_theme_and_teacher_s_mode(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    theme = SimpleNamespace(type="dark")
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=theme, url=None))
    manager = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="teacher's", threads=1, cards=FOLDER)
    services.install(manager)

    def page() -> None:
        from demo.charts import figure
        from tests.demo.charts.test_figure import FIGURES

        figure.show(FIGURES["loss"](), key="x")

    view = AppTest.from_function(page, default_timeout=30)
    for token, look in (("", Look("dark")), ("teacher's", Look("dark", teaching=True))):
        view.session_state["lab.token"] = token
        view.run()
        import json

        sent = json.loads(view.get("vega_lite_chart")[0].proto.spec)
        assert sent["config"]["axis"]["labelFontSize"] == look.letters
        assert sent["config"]["axis"]["labelColor"] == INK["dark"]
    manager.close()


LOOK_KEYS = {"fontSize", "labelFontSize", "titleFontSize", "subtitleFontSize", "labelColor", "titleColor", "subtitleColor", "config"}


def test_no_figure_sets_letters_of_its_own() -> None:
    """One configuration for all figures. The cells of a matrix are as small as they must be to hold their numbers."""
    found = {}
    for file in sorted((ROOT / "demo").rglob("*.py")):
        if file.parent.name == "charts" and file.name == "theme.py":
            continue
        keys = {
            key.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Dict)
            for key in node.keys
            if isinstance(key, ast.Constant)
        }
        if own := keys & LOOK_KEYS - ({"fontSize"} if file.match("charts/confusion.py") else set()):
            found[file] = own
    assert not found
