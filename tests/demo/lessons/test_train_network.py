"""The network on the page Train: the menu, what the blocks are told, and every edit that comes back from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import streamlit as st

from core.runs.manager import JobManager
from core.vocabulary.datasets import SOURCES
from core.vocabulary.layer_lists import spelling
from core.vocabulary.layers import ACTIVATIONS
from core.vocabulary.networks import NETWORKS, examine
from demo import text
from demo.components import blocks
from demo.components.window import read
from tests.demo.lessons.test_train import button, manager, opened, shown

__all__ = ["manager"]
WORDS = text.everything("blocks")


class View:
    """In place of the component: what it is told, and what it is made to send at the next drawing."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.sends: dict[str, Any] | None = None

    def __call__(self, key: str, data: dict[str, Any], on_edited_change: Any) -> None:
        self.data = data
        if self.sends:
            st.session_state[key], self.sends = {"edited": self.sends}, None
            on_edited_change()


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> View:
    made = View()
    monkeypatch.setattr(blocks, "_view", made)
    return made


def spelled(data: dict[str, Any]) -> str:
    """The steps as the browser spells them: every value, also the usual ones."""
    items = []
    for step in data["steps"]:
        kind = data["kinds"][step["word"]]
        numbers = [f"{field['name']} {step['values'][field['name']]}" if field["option"] else str(step["values"][field["name"]]) for field in kind["fields"]]
        items.append(" ".join([step["word"], *numbers, *([step["values"]["activation"]] if kind["activation"] else [])]))
    return ", ".join(items)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_menu_starts_from_every_registered_network(manager: JobManager, view: View, network: str) -> None:
    page = opened(preset="quick", dataset=NETWORKS[network].dataset, network=network)
    source = SOURCES[NETWORKS[network].dataset]
    found = examine(network, source.shape, len(source.classes))
    assert page.selectbox(key="train.network").value == network
    assert list(page.selectbox(key="train.network").options) == list(NETWORKS)
    assert spelling.parse(spelled(view.data)) == NETWORKS[network].steps
    assert [row["parameters"] for row in view.data["rows"]] == [f"{layer.parameters:,}" for layer in found.rows]
    assert view.data["totals"]["parameters"] == f"{found.parameters:,}" and view.data["problem"] is None


def test_an_edit_makes_the_network_one_s_own_and_goes_into_the_link(manager: JobManager, view: View) -> None:
    page = opened(preset="quick", dataset="digits")
    view.sends = {"network": "conv 32 3 stride 1 padding 0 dilation 1 relu, conv 64 3, maxpool 2 stride 2, dense 64 tanh", "number": 1}
    page.run().run()
    assert page.query_params["network"] == "conv 32 3, conv 64 3, maxpool 2, dense 64 tanh"
    assert page.selectbox(key="train.network").options[-1] == "Your own (changed from digits-cnn)"
    assert view.data["asked"] == 1 and view.data["rows"][0]["shape"] == "32 × 6 × 6"
    second = opened(**page.query_params)
    assert second.selectbox(key="train.network").value == "conv 32 3, conv 64 3, maxpool 2, dense 64 tanh"
    back = "conv 32 3, conv 64 3, maxpool 2, dropout 0.25, dense 64, dropout 0.25"
    view.sends = {"network": back, "number": 2}
    page.run().run()
    assert "network" not in page.query_params and page.selectbox(key="train.network").value == "digits-cnn"


def test_a_layer_that_cannot_take_its_input_says_so_in_its_place_with_ways_out(manager: JobManager, view: View) -> None:
    page = opened(preset="quick", dataset="digits", network="conv 32 3, maxpool 3, maxpool 3, dense 64")
    problem = view.data["problem"]
    assert problem["index"] == 2 and problem["sentence"] == "Layer 3, maxpool 3, gets 2 × 2: take it out, make it smaller, or pool less before it."
    assert [way["label"] for way in problem["ways"]] == ["Take it out", "Make it 2 × 2"]
    assert view.data["totals"] is None and len(view.data["rows"]) == 2
    assert "Layer 3" in page.error[0].value and button(page, "Start").disabled
    mended = spelled({**view.data, "steps": problem["ways"][1]["steps"]})
    view.sends = {"network": mended, "number": 1}
    page.run().run()
    assert view.data["problem"] is None and not page.error and not button(page, "Start").disabled


def test_what_is_no_network_is_refused_and_changes_nothing(manager: JobManager, view: View) -> None:
    page = opened(preset="quick", dataset="digits")
    view.sends = {"network": "conv 32 3, <b>", "number": 1}
    page.run().run()
    assert "Layer 2" in page.warning[0].value and page.selectbox(key="train.network").value == "digits-cnn"
    assert view.data["asked"] == 1, "so that the browser goes back to what the server has"


def test_a_link_without_layers_says_why(manager: JobManager, view: View) -> None:
    page = opened(preset="quick", dataset="digits", network="conv 32")
    assert "Layer 1, conv 32" in shown(page)


def test_every_kind_has_its_words_and_its_values_are_in_their_ranges(manager: JobManager, view: View) -> None:
    opened(preset="quick", dataset="digits")
    json.dumps(view.data)
    for word, kind in view.data["kinds"].items():
        assert {f"kind_{word}", f"about_{word}", f"block_{word}"} <= WORDS.keys()
        for field in kind["fields"]:
            assert field["low"] <= field["usual"] <= field["high"]
            assert f"field_{field['name']}" in WORDS or f"field_{word}_{field['name']}" in WORDS
    assert set(WORDS["activations"].split()) == set(ACTIVATIONS) and WORDS.keys() >= set(ACTIVATIONS)


def test_our_own_script_of_the_page_is_small() -> None:
    files = [f"blocks/{name}" for name in ("steps.js", "drag.js", "menu.js", "blocks.js", "blocks.css", "blocks.html")]
    assert len(read("numbers.js", *files).encode()) <= 60_000
