"""Every page, every item of its list: state chosen, link taken, opened in a fresh session, the same state."""

from __future__ import annotations

import dataclasses
import importlib
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.classroom.guesses import Guess
from core.datasets.own.store import OwnStore
from core.vocabulary.folders import data_folder
from core.vocabulary.recipe import preset
from core.vocabulary.visitor import Visitor
from demo import studio
from demo.server import services
from demo.visitor.links import Linked
from tests.demo import visiting

CHOOSERS = ("selectbox", "segmented_control", "pills", "select_slider", "multiselect")
"""Streamlit's functions whose options are told to it as they are, and to a test as words."""
KINDS = ("selectbox", "number_input", "slider", "select_slider", "toggle", "button_group", "text_input", "multiselect")
WAYS = ("section.", "finding.table", "network.section", "runs.study", "glossary.term")
"""Widgets that are ways through a page: where they lead is `section` and `table`, which every place below has."""
PRIVATE = ("field.", "audit.tick.", "own.", "notes.token")
"""What is nobody else's business, as answers, names of sets that are being made, the teacher's token."""


def draw(name: str) -> None:
    from demo import studio

    studio.page(name)()


@pytest.fixture(scope="module")
def options() -> Iterator[dict[str, list[Any]]]:
    """Key -> the options that a chooser was given."""
    found: dict[str, list[Any]] = {}
    patch = pytest.MonkeyPatch()

    def recording(choose: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(label: str, options: Any, *args: Any, **more: Any) -> Any:
            found[str(more.get("key"))] = list(options)
            return choose(label, options, *args, **more)

        return recorded

    for name in CHOOSERS:
        patch.setattr(st, name, recording(getattr(st, name)))
    patch.setattr(st, "selectbox", _first_by_keyword(st.selectbox))
    yield found
    patch.undo()


def _first_by_keyword(choose: Callable[..., Any]) -> Callable[..., Any]:
    """`options` may come by its name, too."""
    return lambda label, options=(), *args, **more: choose(label, options, *args, **more)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("LAB_OWN", str(tmp_path_factory.mktemp("own")))
    visiting.visit(patch, "http://localhost:8501/")
    with visiting.serving(tmp_path_factory.mktemp("links"), data=data_folder()) as manager:
        short = preset("quick", "digits").changed(train_limit=100, threads=1, device="cpu")
        RUNS.extend(manager.submit(short.changed(epochs=epochs), Visitor(owner="me")) for epochs in (1, 2))
        until(lambda: not any(run.active for run in manager.list()))
        for title in ("Signs", "Pets"):
            OwnStore().create(title, ("one", "two"), channels=1, side=8, drawn=True, owner="me")
        for side in (4, 8):
            services.guesses().submit(Visitor(owner="p1"), Guess(1, side, 8, 3))
        yield
    patch.undo()


@pytest.fixture(autouse=True)
def quiet(server: None) -> None:
    """The server of this file is there for each of its tests."""


def opened(name: str, address: dict[str, str]) -> AppTest:
    """A fresh session that opens a page at an address."""
    page = AppTest.from_function(draw, default_timeout=60, args=(name,))
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception, (name, address, page.exception[0].stack_trace)
    return page


def address_of(page: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[-1] for name, value in page.query_params.items()}


def widgets(page: AppTest) -> dict[str, Any]:
    """Key -> widget, of what a visitor may choose."""
    found = {widget.key: widget for kind in KINDS for widget in getattr(page, kind)}
    return {key: widget for key, widget in found.items() if key and not key.startswith((*WAYS, *PRIVATE))}


def another(widget: Any, options: dict[str, list[Any]]) -> Any:
    """A value of a widget that it does not have now; None where there is no other."""
    now = widget.value
    if widget.type == "toggle":
        return not now
    if widget.type in ("number_input", "slider"):
        step = getattr(widget, "step", None) or 1
        low, high = (widget.min, widget.max)
        up = (now if now is not None else low or 0) + step
        return up if high is None or up <= high else now - step if low is None or now - step >= low else None
    if widget.type == "text_input":
        return "kernel"
    rest = [option for option in options[widget.key] if option != now and (not isinstance(now, list) or option not in now)]
    if isinstance(now, list):
        return now[:-1]
    return next((option for option in reversed(rest) if option != "upload"), None)


def places(name: str) -> list[dict[str, str]]:
    """Every section and every table of a page."""
    module = importlib.import_module(f"demo.lessons.{name}.page")
    sections = [{"section": section} for section in getattr(module, "SECTIONS", ())] if name != "glossary" else []
    try:
        tables = list(_evidence(name).tables())
    except ModuleNotFoundError:
        tables = []
    return [*(sections or [{}]), *({"table": table} for table in tables)]


def _evidence(name: str) -> ModuleType:
    return importlib.import_module(f"demo.lessons.{name}.evidence")


LINKED = {name: page.linked for name, page in studio.ALL.items() if any(row.key for row in page.linked)}
GATED = ("convolution", "pooling", "warmup", "network", "learning", "seeing", "resolution", "architectures", "dropout", "splits", "audit")
"""Their questions are answered first."""


def behind_the_question(name: str, address: dict[str, str]) -> AppTest:
    page = AppTest.from_function(draw, default_timeout=60, args=(name,))
    for key, value in address.items():
        page.query_params[key] = value
    if name in GATED:
        page.session_state[f"lab.links.opened.{name}"] = True
    page.run()
    assert not page.exception, (name, address, page.exception[0].stack_trace)
    return page


def rows_of(linked: tuple[Linked, ...], address: dict[str, str]) -> set[str]:
    return {row.name for row in linked for name in address if row.key_of(name) is not None}


State = dict[str, Any]


RUNS: list[str] = []
"""Two short runs of one epoch and of two, on the page My runs."""


def _beyond() -> dict[str, list[tuple[dict[str, str], list[State]]]]:
    """Page -> places that a walk through its widgets does not come to, each with what is chosen there, one thing after the other:
    the keys of widgets and of what is kept."""
    from core.explain import backpropagation
    from demo.lessons.learning import tiny
    from demo.lessons.network.choice import Source

    cells = np.array([[[1.0, 2.0, 3.0], [0.0, 5.5, 0.0], [0.0, 0.0, -9.0]]])
    bias = dataclasses.replace(backpropagation.start(), bias=-2.0)
    return {
        "convolution": [({}, [{"*": ("size", "bias", "activation", "which")}]), ({}, [{"convolution.picture": "flower"}, {"convolution.grey": True}]),
                        ({}, [{"convolution.picture": "mnist", "convolution.kernel": "learned"}, {"*": ("network", "filter")}]),
                        ({}, [{"convolution.picture": "mnist", "convolution.kernel": "learned"}, {"*": ("bias", "activation")}]),
                        ({}, [{"convolution.kernel": "sobel_x"}, {"lab.convolution.edits": {("sobel_x", 1, 3): cells}}])],
        "pooling": [({}, [{"*": ("which",)}])],
        "warmup": [({}, [{"warmup.stuck": True}, {"warmup.watched": "ring"}])],
        "network": [({}, [{"lab.network.source.mnist": Source(2)}]),
                    ({"section": "softmax"}, [{"*": ("softmax",)}]), ({"section": "field"}, [{"*": ("field",)}]),
                    ({}, [{"network.mnist.picture": "test"}, {"network.number.mnist": 7}]),
                    ({}, [{"network.mnist.picture": "digits"}, {"network.mnist.which.digits": 3}]),
                    ({"section": "looked"}, [{"*": ("cam",)}])],
        "learning": [({"section": "step"}, [{"lab.learning.step": tiny.network(rate=0.5, parameters=bias)}]),
                     ({"section": "curve"}, [{"lab.learning.curve": tiny.network(rate=2.0), "lab.learning.curve.asked": ("kernel", 3)}])],
        "seeing": [({"section": "people"}, [{"*": ("side",)}]), ({"section": "people"}, [{"*": ("network",)}]), ({"section": "lost"}, [{"*": ("first", "count")}])],
        "resolution": [({"table": "lower"}, [{"*": ("by",)}])],
        "dropout": [({"section": "shown"}, [{"lab.dropout.seed": 3}])],
        "splits": [({"section": "drawn"}, [{"lab.splits.seed": 4}]), ({"table": "many"}, [{"lab.splits.many": True}])],
        "own": [({}, [{"lab.own.set": "own:signs"}])],
        "train": [({"run": "cifar10-32"}, [{"live.figures": True}, {
            "lab.matrix": "validation", "lab.numbers": "shares", "lab.seen.cifar10-32": ("area", 8), "lab.train.beside": "digits"}])],
        "runs": [({"section": "resolution"}, [{"lab.runs.chosen": ("digits", "cifar10-32")}]),
                 ({"section": "resolution"}, [{"lab.runs.chosen": ("cifar10-32", "cifar10-16", "cifar10-8")}, {"lab.runs.with": "cifar10-8"}]),
                 ({}, [{"lab.runs.board.budget": ("digits", 1, 90), "runs.board.axis": "seconds"}, {"lab.runs.board.run": RUNS[0]}])],
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("name", LINKED)
def test_what_is_chosen_on_a_page_is_there_again_behind_its_link(name: str, options: dict[str, list[Any]]) -> None:
    """Every item of the page's list has been in an address and has come back: none is declared in vain."""
    found: set[str] = set()
    walked: set[str] = set()
    for place in [] if name in ("train", "runs") else places(name):
        page = behind_the_question(name, place)
        before = _values(page)
        if before.keys() - walked:
            choose(page, list(before), options)
            assert _values(page) != before
            choose(page, [key for key in _values(page) if key not in before], options)  # what has come with the first choice
            found |= comes_back(name, page, place)
            walked |= before.keys()
    for place, steps in _beyond().get(name, []):
        page = behind_the_question(name, place)
        for step in steps:
            for key, value in step.items():
                if key == "*":
                    choose(page, [own for own in widgets(page) if own.split(".")[1] in value], options)
                else:
                    page.session_state[key] = value
            page.run()
        found |= comes_back(name, page, place)
    assert found == {row.name for row in LINKED[name] if row.key}


def _values(page: AppTest) -> dict[str, Any]:
    return {key: widget.value for key, widget in widgets(page).items()}


def choose(page: AppTest, keys: list[str], options: dict[str, list[Any]]) -> None:
    """Another value in each of these widgets."""
    for key, widget in widgets(page).items():
        value = another(widget, options) if key in keys and not widget.disabled else None
        if value is not None:
            widget.set_value(value)
    page.run()
    assert not page.exception, page.exception[0].stack_trace


def comes_back(name: str, page: AppTest, place: dict[str, str]) -> set[str]:
    """The names of the items in the page's address, once a fresh session has found the same behind it."""
    page.run()  # widgets that are gone since the last choice are known to be gone
    address = address_of(page)
    assert place.items() <= address.items(), "where one is stays in the address"
    there, now = opened(name, address), _values(page)
    assert {key: value for key, value in _values(there).items() if key in now} == now, (place, address)
    for row in LINKED[name]:
        for key, own in ((key, row.key_of(key)) for key in address):
            assert own is None or row.kind.spell(there.session_state[own]) == row.kind.spell(page.session_state[own]) == address[key]
    assert address_of(there) == address, "the same link is taken there"
    return rows_of(LINKED[name], address)


# --- links that ask for what is not there ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "address", "told"), [
    ("pooling", {"window": "two"}, "window=two"),
    ("pooling", {"window": "99"}, "window=99"),
    ("pooling", {"kind": "least"}, "kind=least"),
    ("audit", {"section": "matrix", "matrix": "1,2;3"}, "matrix=1,2;3"),
    ("convolution", {"cells": "nonsense"}, "cells=nonsense"),
    ("convolution", {"stride": "9" * 400}, "stride="),
    ("own", {"set": "forgotten"}, "set=forgotten"),
])  # fmt: skip
def test_a_link_that_asks_for_what_is_not_there_is_one_line_and_the_page_opens(name: str, address: dict[str, str], told: str) -> None:
    page = opened(name, address)
    [line] = [warning.value for warning in page.warning if "This link asks for something that is not here" in warning.value]
    assert told in line.replace("\\", "").replace("\u200b", "") and "\n" not in line
    assert widgets(page) or page.title, "the page is there"


def test_what_a_page_does_not_know_is_left_alone() -> None:
    page = opened("pooling", {"window": "3", "utm": "x"})
    assert page.number_input(key="pooling.window").value == 3 and address_of(page) == {"window": "3", "utm": "x"} and not page.warning


def test_a_page_that_nobody_touched_has_a_bare_address() -> None:
    for name in LINKED:
        assert address_of(behind_the_question(name, {})).keys() <= ({"preset", "dataset"} if name == "train" else set()), name


def test_a_link_to_a_set_is_followed_also_by_who_was_making_one() -> None:
    page = opened("own", {"set": "signs"})
    assert page.title[0].value == "Signs"
    page.button(key="own.new").click().run()
    assert page.title[0].value == "A data set of our own" and not address_of(page)
    page.query_params["set"] = "pets"
    page.run()
    assert page.title[0].value == "Pets" and address_of(page) == {"set": "pets"}
    page.query_params.clear()  # a click in the menu goes on with it
    page.run()
    assert page.title[0].value == "Pets" and address_of(page) == {"set": "pets"}


def test_who_goes_back_finds_what_was_there() -> None:
    page = behind_the_question("pooling", {})
    page.number_input(key="pooling.window").set_value(3).run()
    page.number_input(key="pooling.shift").set_value(2).run()
    assert address_of(page) == {"window": "3", "shift": "2"}
    page.session_state["lab.links.replaced.pooling"] = ()  # more than two seconds later
    page.query_params.clear()
    page.query_params["window"] = "3"
    page.run()
    assert (page.number_input(key="pooling.window").value, page.number_input(key="pooling.shift").value) == (3, 1)


def test_a_link_opens_what_lies_behind_a_question_but_gives_no_answer_away_to_a_class() -> None:
    assert not widgets(opened("pooling", {})), "the question comes first"
    page = opened("pooling", {"window": "3"})
    assert page.number_input(key="pooling.window").value == 3
    next(button for button in page.button if button.key and button.key.endswith(".again")).click().run()
    assert not widgets(page), "whoever wants to guess is asked"
    room, teacher = services.classroom(), Visitor(owner="t", token=visiting.TOKEN)
    room.open(teacher)
    try:
        assert not widgets(opened("pooling", {"window": "3"}))
    finally:
        room.close(teacher)
