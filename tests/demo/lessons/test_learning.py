"""The lesson "How it learns": what is asked before it is shown, what goes to the views, and that every text is used."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.engines.thread import ThreadEngine
from core.explain import backpropagation, worksheet
from core.pretrained import landscape
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from demo import text
from demo.components import learning
from demo.server import services
from tests.places import ROOT

VIEWS = ("network", "curve", "ways", "kernels")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that stands for pretrained/, with the landscape alone."""
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    cards = tmp_path / "cards"
    cards.mkdir()
    shutil.copy(FOLDER / landscape.FILE, cards)
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1, cards=cards)
    services.install(made)
    yield cards
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The views that were drawn and what they were given, last run last."""
    found: list[tuple[str, dict[str, Any]]] = []
    def watched(name: str, mount: Any, **given: Any) -> Any:
        found.append((name, given["data"]))
        return mount(**given)

    for name in VIEWS:
        monkeypatch.setattr(learning, f"_{name}", partial(watched, name, getattr(learning, f"_{name}")))
    return found


def opened(section: str = "") -> AppTest:
    page = AppTest.from_string("from demo.lessons.learning import page\n\npage.render()\n", default_timeout=30)
    if section:
        page.query_params["section"] = section
    page.run()
    assert not page.exception
    return page


def test_the_derivatives_wait_for_the_guess(sent: list[tuple[str, dict[str, Any]]]) -> None:
    page = opened()
    (name, data), = sent
    assert name == "network" and data["sealed"] and data["asked"] == {"name": "kernel", "at": 0}
    assert any("The score is −0.2, and it should be 1." in str(part.value) for part in page.markdown) and not page.expander
    sent.clear()
    page.button(key="ask.question.up").click().run()
    assert page.warning[0].value.startswith("**Not quite.**") and "its derivative is 0.6" in page.warning[0].value
    assert not sent[-1][1]["sealed"] and [box.label for box in page.expander][:1] == ["More"]
    assert "def factors" in "".join(code.value for code in page.code)


def test_the_chips_begin_anew_with_what_they_say(sent: list[tuple[str, dict[str, Any]]]) -> None:
    page = opened()
    page.button(key="ask.question.skip").click().run()
    first = sent[-1][1]
    assert first["rate"] == 0.1 and first["image"] == worksheet.images()["class 1 a"].ravel().tolist()
    for chip, rate in (("small", 0.01), ("large", 2.0)):
        before = sent[-1][1]["moment"]
        page.button(key=f"try.learning.{chip}").click().run()
        assert sent[-1][1]["rate"] == rate and sent[-1][1]["moment"] > before
    page.button(key="try.learning.other").click().run()
    assert sent[-1][1]["target"] == 0 and sent[-1][1]["image"] == worksheet.images()["class 2 b"].ravel().tolist()
    page.button(key="try.learning.closed").click().run()
    data = sent[-1][1]
    start = backpropagation.start()
    closed = backpropagation.Parameters(start.kernel, data["parameters"]["bias"], start.weight, start.output_bias)
    back = backpropagation.backward(np.reshape(data["image"], (4, 4)), closed, data["target"]).parameters
    assert not back.kernel.any() and not back.bias and not back.weight and back.output_bias, "only the output bias can still learn"


def test_every_rate_of_a_chip_can_be_set(sent: list[tuple[str, dict[str, Any]]]) -> None:
    page = opened("curve")
    for chip in ("good", "swing", "kink"):
        page.button(key=f"try.learning.{chip}").click().run()
        assert sent[-1][1]["rate"] in sent[-1][1]["rates"]
    assert sent[-1][0] == "curve" and sent[-1][1]["asked"] == {"name": "kernel", "at": 3}


def test_the_chip_with_a_kink_shows_one() -> None:
    """Along this weight the slope changes from one moment to the next, and to one side the loss does not change at all."""
    image, start = worksheet.images()["class 1 a"], backpropagation.start()

    def loss(value: float) -> float:
        kernel = start.kernel.copy()
        kernel[1, 0] = value
        return backpropagation.forward(image, backpropagation.Parameters(kernel, start.bias, start.weight, start.output_bias), 1.0).loss

    values = np.linspace(-4, 4, 801)
    slopes = np.diff([loss(value) for value in values]) / np.diff(values)
    jumps = np.abs(np.diff(slopes))
    assert jumps.max() > 30 * np.median(jumps[jumps > 1e-9]), "a kink"
    assert (np.abs(slopes) < 1e-9).sum() > 100, "level ground, where another place wins the maximum"


def test_the_ways_are_those_of_the_kept_file(sent: list[tuple[str, dict[str, Any]]], folder: Path) -> None:
    page, found = opened("ways"), landscape.read(folder)
    assert found is not None
    (name, data), = sent
    assert name == "ways" and np.allclose(data["losses"], found.losses, rtol=1e-3) and list(data["ways"]) == ["sgd", "adam"]
    assert np.allclose(data["ways"]["adam"]["points"], found.ways["adam"].points, atol=1e-4)
    words = "\n".join(str(part.value) for part in page.markdown)
    assert f"{100 * found.ways['sgd'].share:.1f}% of the length of SGD's way" in words and "35,914 weights" in words


def test_the_kernel_that_opens_gained_most(sent: list[tuple[str, dict[str, Any]]]) -> None:
    page = opened("kernel")
    (name, data), = sent
    likeness = np.array(data["likeness"])
    gain = likeness[-1] - likeness[0]
    assert name == "kernels" and gain[data["chosen"]] == gain.max() > 0.3
    assert np.shape(data["kernels"]) == (21, 32, 9) and np.shape(data["digit"]) == (8, 8)
    means = [f"{100 * likeness[epoch].mean():.1f}%" for epoch in (0, -1)]
    assert any("on average the 32 go from {} to {}".format(*means) in str(part.value) for part in page.markdown), "one is chosen, and the page says so"
    assert -1 <= np.min(data["digit"]) < np.max(data["digit"]) <= 1


@pytest.mark.parametrize("section", ["ways", "kernel"])
def test_without_the_file_the_page_says_how_it_is_made(section: str, folder: Path, sent: list[tuple[str, dict[str, Any]]]) -> None:
    (folder / landscape.FILE).unlink()
    assert opened(section).code[0].value == "python -m core pretrain landscape" and not sent


def test_every_text_of_the_views_is_used_and_none_is_missing() -> None:
    client = ROOT / "demo" / "components" / "client" / "learning"
    script = "\n".join(file.read_text(encoding="utf-8") for file in client.glob("*.js"))
    there = set(text.everything("learning_view"))
    asked = set(re.findall(r"words\.(\w+)", script)) | set(re.findall(r'\b(?:single|row)\("\w+", "(\w+)"\)', script))
    asked |= {"pick_kernel", "step_better", "step_worse", "step_same", "curve_better", "curve_worse", "curve_same", "optimizer_sgd", "optimizer_adam"}
    asked |= {f"block_{name}" for name in re.findall(r'"(\w+)"', re.findall(r"const STAGES = \[(.*)\]", script)[0])}
    asked |= {f"cell_{name}" for name in ("kernel", "bias", "sum", "activation", "maximum", "weight", "output_bias", "score")}
    asked |= {f"factor_{name}" for name in ("error", "weight", "maximum", "passed", "open", "pixel", "one")}
    asked |= {"goes_down", "goes_up", "stays"}
    assert there == asked, sorted(there ^ asked)
