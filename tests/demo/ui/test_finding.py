"""The frame of a study's screen: what stands in it, its drawer of tables, and how long its headlines are."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from demo import text
from demo.ui import finding

STUDIES = ("resolution", "architectures")
MOST_WORDS = 14
"""Of a headline: one line of a laptop. Most have twelve at most."""


def script() -> None:
    import streamlit as st

    from demo.charts.figure import Figure
    from demo.ui import finding

    def table(name: str) -> finding.Evidence:
        return finding.Evidence(f"Table {name}", lambda: st.markdown(f"the table {name}"))

    figure = Figure("A", {"mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}, {"x": [1]})
    ways = (finding.Way("Next", section="two"), finding.Way("Out", page="nowhere"))
    screen = finding.Screen(
        "test.screen", "A finding", "Why it is so.", figure, lambda: finding.numbers([finding.Number("5 <b>", "points", "#b35806")], "A note."), ways,
        whole=bool(st.session_state.get("whole", True)), last=lambda: st.button("again", key="again") and None,
    )  # fmt: skip
    with finding.overline("Study 0 · Test"):
        st.markdown("the questions")
    finding.show(screen, {name: table(name) for name in ("first", "second")})


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None))
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["lab.token"] = ""
    return app


@pytest.fixture(autouse=True)
def no_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.visitor.session.teaching", lambda: False)


def test_a_screen_is_a_headline_a_sentence_a_figure_and_numbers(page: AppTest) -> None:
    page.run()
    assert not page.exception and [title.value for title in page.title] == ["A finding"]
    assert len(page.get("vega_lite_chart")) == 1 and "Why it is so." in [part.value for part in page.markdown]
    said = " ".join(part.proto.body for part in page.get("html"))
    assert "5 &lt;b&gt;" in said and "border-color: #b35806" in said, "a number is text"
    assert [button.key for button in page.button] == ["finding.to.two", "finding.to.nowhere", "finding.tables", "again"]
    page.button(key="finding.to.two").click().run()
    assert page.query_params["section"] == "two"


def test_a_table_opens_and_closes_at_its_address(page: AppTest) -> None:
    def drawn() -> list[str]:
        return [part.value for part in page.markdown if part.value.startswith("the table")]

    page.run()
    assert drawn() == [], "closed at first, and nothing is computed"
    page.button(key="finding.tables").click().run()
    assert drawn() == ["the table first"] and page.query_params["table"] == "first"
    page.selectbox(key="finding.table").set_value("second").run()
    assert drawn() == ["the table second"] and page.query_params["table"] == "second"
    page.button(key="finding.to.two").click().run()
    assert drawn() == [] and "table" not in page.query_params, "another question closes the drawer"
    page.query_params["table"] = "none of these"
    assert page.run() and drawn() == []


def test_only_what_is_whole_can_be_taken_home_and_leads_on_loudly(page: AppTest) -> None:
    page.run()
    loud = [button.key for button in page.button if button.proto.type == "primary"]
    assert loud == ["finding.to.two"] and page.get("popover")
    page.session_state["whole"] = False
    page.run()
    assert not [button for button in page.button if button.proto.type == "primary"] and not page.get("popover")


@pytest.mark.parametrize("study", STUDIES)
def test_a_headline_is_short(study: str) -> None:
    found = {key: words for key, words in text.everything(study).items() if key.startswith("finding_")}
    assert found
    for key, words in found.items():
        spoken = re.sub(r"\{[^}]*\}", "1", words)
        assert len(re.findall(r"[\w%.,'’-]*\w[\w%'’-]*", spoken)) <= MOST_WORDS, f"{study}, {key}: {words}"


def test_a_number_has_a_colour_of_its_own_or_a_quiet_one() -> None:
    assert finding.Number("1", "point").colour.startswith("#")
