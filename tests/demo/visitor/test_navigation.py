"""What is opened on top of a page stands in the address, so that a link opens it elsewhere, and leaves it again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from demo.visitor.navigation import Door


def door_script() -> None:
    import streamlit as st

    from demo.visitor import navigation

    if st.session_state.pop("open", None):
        navigation.open_door(st.session_state["sent"])
    if st.session_state.pop("close", None):
        navigation.close_door()
    st.session_state["found"] = navigation.door()
    st.session_state["epoch"] = navigation.epoch_from_address()


def opened(**address: str) -> AppTest:
    page = AppTest.from_function(door_script)
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def test_a_door_goes_through_the_address_and_back() -> None:
    page = opened(run="abc123")
    assert page.session_state["found"] is None and page.session_state["epoch"] is None
    page.session_state["sent"] = {"run": "abc123", "set": "validation", "epoch": 4, "cell": [3, 5]}
    page.session_state["open"] = True
    page.run()
    assert page.session_state["found"] == Door("abc123", "validation", 4, 3, 5)
    elsewhere = opened(**{name: values if isinstance(values, str) else values[0] for name, values in page.query_params.items()})
    assert elsewhere.session_state["found"] == Door("abc123", "validation", 4, 3, 5) and elsewhere.session_state["epoch"] == 4
    page.session_state["close"] = True
    page.run()
    assert page.session_state["found"] is None and set(page.query_params) == {"run"}


def test_a_class_is_a_door_too_and_takes_the_place_of_a_cell() -> None:
    page = opened(run="abc123", cell="3,5", of="test", epoch="2")
    assert page.session_state["found"] == Door("abc123", "test", 2, 3, 5)
    page.session_state["sent"] = {"run": "abc123", "set": "test-16", "epoch": 2, "label": 7}
    page.session_state["open"] = True
    page.run()
    assert page.session_state["found"] == Door("abc123", "test-16", 2, 7, None) and "cell" not in page.query_params


@pytest.mark.parametrize("address", [{"cell": "x"}, {"cell": "3,"}, {"cell": "1,2,3"}, {"cell": "-1,2"}, {"class": "99999"}, {"cell": "3,5", "epoch": "one"}])
def test_what_makes_no_sense_opens_nothing(address: dict[str, str]) -> None:
    assert opened(**address).session_state["found"] is None
