"""A teacher's link: what it may hide is in README.md, on the page, and gone behind the link, on the pages opened from there too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from demo.ui.shell import hiding
from tests.demo import visiting
from tests.places import ROOT


def script() -> None:
    from demo import studio

    studio.main()


def opened(address: dict[str, str]) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def hidden(page: AppTest) -> str:
    return "".join(part.proto.body for part in page.get("html") if "display: none !important" in part.proto.body)


def test_readme_lists_what_can_be_hidden() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| `hide=` | hides |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(hiding.HIDEABLE)


def test_every_selector_is_of_something_that_is_drawn() -> None:
    """By its key somewhere in demo/, as Streamlit writes it into the class."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("demo/**/*.py") if file.name != "hiding.py")
    keys = {re.sub(r"[^\w-]", "-", key) for key in re.findall(r'key=f?"([\w.]+)', source)} | {"menu_join", "section-"}
    named = re.findall(r"st-key-([\w-]+)", " ".join(hiding.HIDEABLE.values()))
    assert named and not set(named) - keys


def test_a_link_hides_and_an_empty_one_shows_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visiting.visit(monkeypatch, "http://localhost:8501/")
    with visiting.serving(tmp_path):
        page = opened({"hide": "tries,code"})
        assert ".st-key-stage_now, .st-key-stage_code {" in hidden(page)
        page.query_params.clear()
        page.run()
        assert hidden(page), "on the next page, too"
        page.query_params["hide"] = ""
        page.run()
        assert not hidden(page)


def test_what_is_not_known_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visiting.visit(monkeypatch, "http://localhost:8501/")
    with visiting.serving(tmp_path):
        page = opened({"hide": "code,answers"})
        assert [warning.value for warning in page.warning if "not known: answers" in warning.value.replace("\u200b", "")]
        assert ".st-key-stage_code {" in hidden(page)
