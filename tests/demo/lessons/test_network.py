"""The lesson "A whole network": what is computed when, the way from a score to a window, and that its numbers are torch's."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch import nn

from core.engines.thread import ThreadEngine
from core.images import samples
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.training.models.inputs import normalise
from demo import text
from demo.components import flow, maps, window
from demo.lessons.network import pictures
from demo.server import services
from demo.ui import images
from tests.demo.lessons.test_train import asked
from tests.networks_for_tests import lay

Sent = list[tuple[str, dict[str, Any]]]
"""What the browser was given, last run last: the key of the view, its data."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cards"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    """A machine without any data set but `digits`, and with the networks of `folder`."""
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1, cards=folder)
    services.install(made)
    yield made
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []
    for module in (maps, window, flow):
        monkeypatch.setattr(module, "_view", _watched(module._view, found))
    return found


def _watched(mount: Any, found: Sent) -> Any:
    def watched(**given: Any) -> Any:
        found.append((given["key"], given["data"]))
        return mount(**given)

    return watched


SCRIPT = "from demo.lessons.network import page as network\n\nnetwork.render()\n"


def opened(section: str = "way") -> AppTest:
    """The page with a section; "" with none."""
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    if section:
        page.query_params["section"] = section
    page.run()
    assert not page.exception
    return page


def choose(page: AppTest, *steps: Any) -> None:
    """As after clicks in the views: from now on this way."""
    page.session_state["lab.network.trails"] = {"digits": steps}
    page.run()
    assert not page.exception


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.error, *page.info])


def data_of(sent: Sent, key: str) -> dict[str, Any]:
    return next(data for name, data in reversed(sent) if name.startswith(key))


def section(page: AppTest, name: str) -> None:
    page.button_group(key="network.section").set_value(name).run()
    assert not page.exception


@pytest.fixture
def digits(folder: Path) -> Classifier:
    return Classifier.load(lay(folder, "digits", "digits"), folder)


@pytest.fixture
def passed(digits: Classifier, tmp_path: Path) -> dict[int, torch.Tensor]:
    """Place of a module -> its output for the picture that stands there first, by hooks."""
    first = torch.from_numpy(samples.of_dataset("digits", tmp_path)[0])
    found: dict[int, torch.Tensor] = {-1: normalise(first[None])}
    for place, module in enumerate(digits.network):
        module.register_forward_hook(lambda _, __, made, place=place: found.update({place: made}))
    with torch.inference_mode():
        digits.network(found[-1])
    return found


def near(shown: str, value: float, decimals: int = 3) -> bool:
    return abs(float(shown.replace("\u2212", "-")) - value) <= 0.51 * 10**-decimals


def test_the_scores_and_every_map_are_torch_s(passed: dict[int, torch.Tensor], sent: Sent, digits: Classifier) -> None:
    page = opened()
    scores = data_of(sent, "network.scores")["groups"][0]
    last = passed[len(digits.network) - 1][0]
    assert all(near(shown, value) for shown, value in zip(scores["scores"], last.tolist(), strict=True))
    assert np.allclose(scores["shares"], last.softmax(0).numpy(), atol=1e-6) and scores["best"] == int(last.argmax())
    layers = data_of(sent, "network.layers")["groups"]
    behind = [place + 1 if isinstance(module, nn.Conv2d | nn.Linear) else place
              for place, module in enumerate(digits.network) if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear)][:-1]  # fmt: skip
    assert [group["kind"] for group in layers] == ["tiles", "tiles", "tiles", "strip"]
    for group, place in zip(layers, behind, strict=True):
        made = passed[place][0]
        drawn = np.frombuffer(base64.b64decode(group["maps"]["bytes"]), np.int8).astype(float) / 127 * float(made.max())
        assert np.allclose(drawn, made.ravel().numpy(), atol=float(made.max()) / 200)
    assert "Everything in between" in "".join(part.value for part in page.subheader)


def test_the_way_from_a_score_to_a_window(passed: dict[int, torch.Tensor], sent: Sent, digits: Classifier) -> None:
    from demo.lessons.network.backtrace import Map, Score

    page = opened()
    assert "Three clicks" in words(page) and not [key for key, _ in sent if key.startswith("network.window")]
    choose(page, Score(4))
    score = float(passed[len(digits.network) - 1][0, 4])
    head = next(part.value for part in page.markdown if "adds a bias" in part.value)
    numbers = re.findall(r"[\u2212-]?\d+\.\d+", head)
    assert near(numbers[-1], score)
    assert near(numbers[0], score - float(digits.network[-1].bias[4]), 3)
    group = data_of(sent, "network.shares")["groups"][0]
    brought = [float(shown.replace("\u2212", "-")) for shown in group["captions"]]
    assert brought == sorted(brought, reverse=True) and sorted(group["numbers"]) == list(range(64))
    rest = float(re.search(r"the biases add ([\u2212\d.]+?)\.", words(page))[1].replace("\u2212", "-"))
    assert sum(brought) + rest == pytest.approx(score, abs=0.35), "each is rounded to two decimals"
    table = page.dataframe[0].value
    assert table["product"].sum() + float(digits.network[-1].bias[4]) == pytest.approx(score, abs=1e-4)

    number = group["numbers"][0]
    choose(page, Score(4), Map(1, number, (2, 3)))
    view = data_of(sent, "network.window")
    inputs, kernel = passed[1][0], digits.network[2].weight[number]
    assert np.allclose(view["values"], inputs.ravel().numpy(), atol=1e-6) and view["signed"] and view["channels"] == 32
    assert np.array_equal(view["kernel"], kernel.ravel().numpy()) and view["activation"] == "ReLU"
    assert np.allclose(view["outputs"], passed[3][0, number].ravel().numpy(), atol=1e-5)
    sums = (inputs[:, 2:5, 3:6] * kernel).sum((1, 2))
    assert (view["start"]["row"], view["start"]["column"], view["start"]["channel"]) == (2, 3, int(sums.abs().argmax()))
    went_in = data_of(sent, "network.inputs")["groups"][0]
    assert all(near(shown, float(sums[at]), 2) for shown, at in zip(went_in["captions"], went_in["numbers"], strict=True))
    assert f"**{float(passed[3][0, number, 2, 3]):.3f}**" in words(page)
    page.button(key="network.back.0").click().run()
    assert not page.exception and "#### The score of 4" in words(page)
    page.button(key="network.close").click().run()
    assert "Three clicks" in words(page)


def test_a_click_tells_the_page(digits: Classifier) -> None:
    from demo.lessons.network.backtrace import Map, Score

    assert _told("network.scores", 0, 7) == (Score(7),)
    assert _told("network.layers", 2, 5) == (Map(2, 5),)


def _told(key: str, group: int, number: int) -> Any:
    """What a click in a view leaves: the callback with the state that the browser would have sent."""
    script = f"""
import streamlit as st
from demo.visitor import session
from demo.components import maps
from demo.lessons.network import page as network
real = session.typed
session.typed = lambda key: {{"chosen": {{"group": {group}, "number": {number}}}}} if key == {key!r} else real(key)
mount = maps._view
def clicked(**given):
    if given["key"] == {key!r}:
        given["on_chosen_change"]()
    return mount(**given)
maps._view = clicked
try:
    network.render()
finally:
    maps._view, session.typed = mount, real
"""
    page = AppTest.from_string(script, default_timeout=60)
    page.query_params["section"] = "way"
    page.run()
    assert not page.exception
    return page.session_state["lab.network.trails"]["digits"]


def test_pooling_and_the_first_layer_have_their_windows_too(passed: dict[int, torch.Tensor], sent: Sent, digits: Classifier) -> None:
    from demo.lessons.network.backtrace import Map

    page = opened()
    choose(page, Map(2, 9))
    view = data_of(sent, "network.pool")
    assert np.allclose(view["outputs"], passed[4][0, 9].ravel().numpy(), atol=1e-5) and view["kind"] == "max"
    choose(page, Map(0, 3))
    view = data_of(sent, "network.window.0.3")
    assert np.allclose(view["values"], passed[-1].ravel().numpy(), atol=1e-6) and view["low"] == -1 and not view["signed"]
    assert np.allclose(view["outputs"], passed[1][0, 3].ravel().numpy(), atol=1e-5)
    assert not data_of(sent, "network.inputs")["groups"][0]["clickable"]


def test_softmax_number_by_number(passed: dict[int, torch.Tensor], digits: Classifier) -> None:
    page = opened()
    section(page, "softmax")
    scores = passed[len(digits.network) - 1][0].double()
    table = page.dataframe[0].value
    assert np.allclose(table["exponential"], scores.exp().numpy(), rtol=1e-4)
    assert np.allclose(table["share"], 100 * scores.softmax(0).numpy(), atol=1e-3)
    label = next(box for box in page.selectbox if box.label == "Class")
    label.set_value("8").run()
    total = float(scores.exp().sum())
    assert f"{float(scores[8].exp()):,.3f} / {total:,.3f} = **{100 * float(scores.softmax(0)[8]):.1f}%**" in words(page)


def test_the_field_the_filters_and_where_it_looked(sent: Sent, digits: Classifier) -> None:
    page = opened()
    section(page, "field")
    assert "**6 × 6** of 8 × 8 pixels, 56.2% of the picture" in words(page), "two 3 × 3 and a pooling of 2"
    box = next(box for box in page.selectbox if box.label == "Layer")
    box.set_value(0).run()
    assert "**3 × 3** of 8 × 8 pixels" in words(page)
    section(page, "looked")
    filters = data_of(sent, "network.filters")["groups"][0]
    drawn = np.frombuffer(base64.b64decode(filters["maps"]["bytes"]), np.int8)
    weights = digits.network[0].weight.ravel().numpy()
    assert np.allclose(drawn / 127 * np.abs(weights).max(), weights, atol=0.005)


def test_a_network_without_convolution_still_has_products(folder: Path, sent: Sent) -> None:
    from demo.lessons.network.backtrace import Score

    lay(folder, "plain", "digits", kind="arc1")
    page = opened()
    page.session_state["lab.network.trails"] = {"plain": (Score(1),)}
    page.run()
    assert not page.exception and "no convolution" in words(page) and len(page.dataframe) == 1
    for name in ("field", "looked"):
        section(page, name)
        assert "no convolution" in words(page)


def test_without_networks_and_without_pictures(folder: Path) -> None:
    page = opened()
    assert page.code[0].value == "python -m core pretrain"
    lay(folder, "cifar10-32", "cifar10")
    page = opened()
    assert not page.error and "test" not in page.selectbox(key="network.cifar10.picture").options
    assert "no picture for this network" in words(page), "none comes with this folder, and the data set is not here"
    page.selectbox(key="network.cifar10.picture").set_value("china").run()
    assert not page.exception and "Reduced" not in words(page) and "no picture for" not in words(page)
    page.selectbox(key="network.cifar10.picture").set_value("upload").run()
    assert "Choose a file first" in words(page) and not page.exception


# --- the network from left to right ----------------------------------------------------------------------------------


def bytes_of(text: str, kind: type = np.int8) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def test_the_page_opens_on_the_network_and_asks_below_it(sent: Sent, digits: Classifier) -> None:
    page = opened("")
    assert [key for key, _ in sent] == ["network.flow"] and page.button(key="ask.question.skip")
    assert page.selectbox[0].value == "digits" and not page.expander
    page.button(key="ask.question.skip").click().run()
    assert not page.exception and "**10,235,008**" in words(page) and len(page.expander) == 2


def test_what_the_browser_gets_is_torch_s(passed: dict[int, torch.Tensor], sent: Sent, digits: Classifier) -> None:
    opened("")
    data, passed = data_of(sent, "network.flow"), dict(passed)
    modules = list(digits.network)
    assert [stage["kind"] for stage in data["stages"]] == ["convolution", "convolution", "pooling", "dense", "dense"]
    assert np.allclose(data["scores"], passed[len(modules) - 1][0].numpy(), atol=1e-4) and data["best"] == int(np.argmax(data["scores"]))
    behind = [place + 1 if isinstance(module, nn.Conv2d | nn.Linear) else place
              for place, module in enumerate(modules) if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear)][:-1]  # fmt: skip
    for stage, place in zip(data["stages"], behind, strict=False):
        made = passed[place][0]
        drawn = bytes_of(stage["bytes"]).astype(float) / 127 * float(made.abs().max())
        assert np.allclose(drawn, made.ravel().numpy(), atol=float(made.max()) / 200), "one scale within a layer"
        values = passed[place].clone().requires_grad_()
        (gradient,) = torch.autograd.grad(digits.network[place + 1 :](values)[0, 3], values)
        expected = (gradient * values)[0].reshape(stage["count"], -1).sum(1)
        shares = bytes_of(stage["shares"], np.float32).reshape(10, stage["count"])
        assert np.allclose(shares[3], expected.detach().numpy(), rtol=1e-3, atol=1e-4)
    pairs = bytes_of(data["stages"][1]["edges"]).reshape(64, 32).astype(float)
    one = torch.nn.functional.conv2d(passed[1][:, [5]], digits.network[2].weight[:, [5]])[0].sum((1, 2))
    assert np.corrcoef(pairs[:, 5], one.numpy())[0, 1] > 0.99 and data["stages"][2]["edges"] is None
    assert [(stage["field"], stage["jump"]) for stage in data["stages"][:3]] == [(3, 1), (5, 1), (6, 2)]


def test_a_drawing_a_picture_and_a_map_are_asked_for(sent: Sent, digits: Classifier) -> None:
    page = opened("")
    before = data_of(sent, "network.flow")
    pad = np.zeros((112, 112), np.uint8)
    pad[20:90, 50:60] = 255
    told = {"asked": 3, "width": 112, "height": 112, "bytes": base64.b64encode(pad.tobytes()).decode()}
    _ask("drawn", told)
    drawn = data_of(sent, "network.flow")
    assert drawn["asked"] == 3 and drawn["current"] == -1 and drawn["form"] != before["form"] and not drawn["note"]
    _ask("drawn", told | {"bytes": base64.b64encode(bytes(112 * 112)).decode(), "asked": 4})
    empty = data_of(sent, "network.flow")
    assert empty["asked"] == 4 and "nothing drawn" in empty["note"] and empty["current"] == 0, "the one before stays"
    _ask("drawn", told | {"width": 7})
    assert data_of(sent, "network.flow")["asked"] == 0, "what is no picture is left alone"
    _ask("chosen", {"number": 4})
    assert data_of(sent, "network.flow")["current"] == 4
    _ask("opened", {"stage": 1, "number": 9})
    window = data_of(sent, "network.flow")["window"]
    assert (window["stage"], window["number"]) == (1, 9) and window["view"]["kind"] == "convolution" and window["view"]["channels"] == 32
    assert np.array_equal(window["view"]["kernel"], digits.network[2].weight[9].ravel().numpy())
    _ask("opened", {"stage": 2, "number": 9})
    assert data_of(sent, "network.flow")["window"]["view"]["kind"] == "max"
    for nothing in ({"stage": 3, "number": 0}, {"stage": 1, "number": 64}, {"stage": 9, "number": 0}):
        _ask("opened", nothing)
        assert data_of(sent, "network.flow")["window"] is None
    assert not page.exception


def _ask(kind: str, value: dict[str, Any]) -> None:
    """What the browser asks for, in a new visit."""
    script = f"""
from demo.visitor import session
from demo.components import flow
from demo.lessons.network import page as network
real, mount = session.typed, flow._view
session.typed = lambda key: {{{kind!r}: {value!r}}} if key == "network.flow" else real(key)
flow._view = lambda **given: given["on_{kind}_change"]()
try:
    network.render()
    flow._view = mount
    network.render()
finally:
    flow._view, session.typed = mount, real
"""
    script = script.replace("    network.render()\n    flow._view = mount\n    network.render()", """    if "asked" not in __import__("streamlit").session_state:
        __import__("streamlit").session_state["asked"] = 1
    else:
        flow._view = mount
    network.render()""")
    page = AppTest.from_string(script, default_timeout=60).run()
    page.run()
    assert not page.exception


def test_a_picture_that_a_browser_sends_is_one_or_nothing() -> None:
    good = {"width": 2, "height": 3, "bytes": base64.b64encode(bytes(range(18))).decode()}
    found = flow.sent_pixels(good, 3)
    assert found is not None and found.shape == (3, 2, 3) and found[0, 1, 2] == 5
    for bad in ({}, None, good | {"width": 3}, good | {"width": 0}, good | {"height": 10**6}, good | {"bytes": "?"}, good | {"width": "x"}):
        assert flow.sent_pixels(bad, 3) is None


def test_every_network_that_comes_with_the_app_has_ten_pictures_or_none() -> None:
    counts = {name: len(pictures.kept(name, FOLDER, Path("nowhere"))) for name in ("mnist", "fashion-mnist", "cifar10")}
    assert counts == {"mnist": 10, "fashion-mnist": 10, "cifar10": 10}
    truths = [truth for _, truth in pictures.kept("mnist", FOLDER, Path("nowhere"))]
    assert truths[0] == "9" and len(set(truths)) == 8, "the one between 4 and 9, then as many classes as there are"


def test_the_flow_s_words_are_the_ones_that_its_script_uses() -> None:
    script = flow.read(*(name for name in flow.SCRIPTS if name.startswith("flow/")))
    used = set(re.findall(r"words\.(\w+)", script)) | {f"{kind}{end}" for kind in ("convolution", "pooling", "average", "global", "normalisation", "dense") for end in ("", "_brief")}
    assert used == set(text.everything("flow"))
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.S)
    assert not re.findall(r"[\"`][A-Z]?[a-z]+ [a-z]+ [a-z]+", code), "text belongs into flow.md"
    whole = flow.read(*flow.SCRIPTS)
    assert whole.count("export default") == 1 and len(whole.encode()) + len(flow.read("flow/flow.css", "window/window.css").encode()) <= 150_000


def test_a_frame_lies_around_its_pixels() -> None:
    image = np.full((1, 28, 28), 90, np.uint8)
    drawn = np.asarray(Image.open(io.BytesIO(images.framed(image, (4, 8, 10, 12)))))
    marked = (drawn != 90).any(axis=2)
    rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (40, 100, 80, 120)
    assert not marked[50:90, 90:110].any()



def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.demo.lessons.test_train.NAMES", ("say",))
    there = set(text.everything("network"))
    used, patterns = asked(["lessons/network"])
    used |= {"remember", "next", "question", "sections"}
    patterns |= {r"question_\w+", r"section_\w+"}
    assert used <= there
    assert {key for key in there - used if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()


def test_the_address_may_name_the_network(folder: Path) -> None:
    for name in ("one", "two"):
        lay(folder, name, "digits")
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    page.query_params["network"] = "two"
    page.run()
    chooser = page.selectbox(key="network.network")
    assert not page.exception and chooser.value == "two"
    chooser.set_value("one").run()
    assert page.selectbox(key="network.network").value == "one", "what is chosen afterwards stays"
    page.query_params["network"] = "nosuch"
    page.run()
    assert not page.exception and page.selectbox(key="network.network").value == "one"
