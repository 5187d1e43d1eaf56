"""The address: short, complete, and a bad link falls back with one line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import PRESETS, Recipe, preset
from core.vocabulary.visitor import Visitor
from demo.server import cookies
from demo.visitor import address, session
from demo.visitor.address import with_unresolved_device


def every_preset() -> list[Recipe]:
    found = []
    for name in PRESETS:
        for dataset in SOURCES:
            try:
                found.append(preset(name, dataset))
            except LabError:
                continue  # the report has no study on it
    return found


@pytest.mark.parametrize("recipe", every_preset(), ids=lambda recipe: f"{recipe.preset}-{recipe.dataset}")
def test_a_preset_needs_two_words(recipe: Recipe) -> None:
    assert address.spell(recipe) == {"preset": recipe.preset, "dataset": recipe.dataset}
    assert address.parse(address.spell(recipe)) == recipe


CHANGES: list[dict[str, Any]] = [
    {"resolution": 4},
    {"optimizer": "adam", "learning_rate": 0.000123456789},
    {"split": "k-fold", "folds": 7, "fold": 3},
    {"dropout": 0.0, "train_limit": 500},
    {"momentum": 0.0},
    {"augment": "flip", "keep": "best", "seed": 2**31 - 1, "precision": "float32", "threads": 1},
    {"validation": 0.0, "epochs": 3, "loss": "l1", "schedule": "constant"},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: "+".join(changes))
@pytest.mark.parametrize("name", ["quick", ""])
def test_what_differs_goes_through_the_address_and_back(changes: dict[str, Any], name: str) -> None:
    base = preset("quick", "digits")
    recipe = base.changed(**changes, preset=name)
    back = address.parse(address.spell(recipe))
    assert back == recipe and back.preset == name


def test_an_emptied_value_goes_through_the_address() -> None:
    recipe = preset("quick", "cifar10").changed(train_limit=None)
    assert address.parse(address.spell(recipe)).train_limit is None


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ({"epochs": "abc"}, "epochs"),
        ({"epochs": "0"}, "epochs"),
        ({"nesterov": "maybe"}, "nesterov"),
        ({"dataset": "imagenet"}, "imagenet"),
        ({"preset": "slow"}, "slow"),
        ({"shoe_size": "42"}, "shoe_size"),
        ({"learning_rate": "nan"}, "learning rate"),
        ({"seed": "none"}, "seed"),
        ({"threads": "1024", "epochs": "10000"}, "threads is 1024"),
    ],
)
def test_a_bad_value_is_named_in_one_line(word: dict[str, str], named: str) -> None:
    with pytest.raises(LabError) as refusal:
        address.parse({"preset": "quick", "dataset": "digits", **word})
    assert named in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_runs_recipe_is_chosen_again_with_what_was_resolved_left_open() -> None:
    wished = preset("quick", "digits").changed(resolution=4)
    ran = wished.changed(device="cpu", threads=1)
    assert with_unresolved_device(ran) == wished


def script() -> None:
    """Shows what the address means, and writes it again."""
    import streamlit as st

    from demo.visitor import recipe_choice, session

    run = recipe_choice.restore()
    recipe = recipe_choice.recipe()
    recipe_choice.recipe_to_address(recipe)
    st.text(f"{recipe.preset} {recipe.dataset} {recipe.epochs}")
    st.caption(run or "no run")
    st.text_input("problem", session.notice(), disabled=True)
    st.button("seven", on_click=recipe_choice.choose, kwargs={"epochs": 7})
    st.button("bad", on_click=recipe_choice.choose, kwargs={"epochs": -1})
    st.button("mnist", on_click=recipe_choice.choose_dataset, args=("mnist",))


@pytest.fixture
def page(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("LAB_DATA", str(tmp_path))  # nothing is here but digits
    return AppTest.from_function(script, default_timeout=60)


def test_without_an_address_it_is_quick_on_the_first_data_set_that_is_here(page: AppTest) -> None:
    page.run()
    assert page.text[0].value.startswith("quick digits")
    assert page.query_params == {"preset": "quick", "dataset": "digits"}


def test_a_link_restores_the_choice_and_a_change_goes_into_the_address(page: AppTest) -> None:
    page.query_params["preset"], page.query_params["dataset"], page.query_params["epochs"] = (
        "fast",
        "digits",
        "3",
    )
    page.run()
    assert page.text[0].value == "fast digits 3"
    page.button[0].click().run()
    assert page.text[0].value == "fast digits 7"
    assert page.query_params["epochs"] == "7"


def test_a_bad_link_falls_back_and_says_why_until_something_else_is_chosen(page: AppTest) -> None:
    page.query_params["preset"], page.query_params["dataset"], page.query_params["epochs"] = (
        "fast",
        "digits",
        "x",
    )
    page.run()
    assert page.text[0].value.startswith("fast digits")
    assert "epochs" in page.text_input[0].value
    page.run()  # a page draws itself again for many reasons; the line stays
    assert "epochs" in page.text_input[0].value
    page.button[0].click().run()
    assert page.text_input[0].value == ""


def test_a_refused_choice_changes_nothing_and_says_why(page: AppTest) -> None:
    before = page.run().text[0].value
    page.button[1].click().run()
    assert page.text[0].value == before
    assert "epochs is -1" in page.text_input[0].value


def test_another_data_set_brings_its_own_network_and_keeps_what_was_changed(page: AppTest) -> None:
    page.query_params["preset"], page.query_params["dataset"], page.query_params["epochs"] = (
        "quick",
        "digits",
        "2",
    )
    page.run()
    page.button[2].click().run()
    assert page.text[0].value == "quick mnist 2"
    assert "network" not in page.query_params  # the preset's own


def test_an_owner_without_a_cookie_stays_the_same_for_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}))

    def ask() -> None:
        import streamlit as st

        from demo.visitor import session

        st.text(session.visitor().owner)

    page = AppTest.from_function(ask).run()
    first = page.text[0].value
    assert len(first) > 20
    assert page.run().text[0].value == first
    assert AppTest.from_function(ask).run().text[0].value != first


def test_the_owner_is_the_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={cookies.COOKIE: "me"}))
    monkeypatch.setattr("streamlit.session_state", {"lab.token": "typed"})
    assert session.visitor() == Visitor(owner="me", token="typed")
