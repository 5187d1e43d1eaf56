"""The first three lessons: what is drawn when, what goes to the view, and texts that exist and are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core.engines.thread import ThreadEngine
from core.explain import kernels
from core.images import samples
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.studies.published import published
from demo import text
from demo.components import window
from demo.server import services
from demo.ui import image_picker
from demo.ui.defaults import DEFAULTS
from tests.demo.lessons.test_train import asked


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    """A machine without any data set but `digits`."""
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="t", threads=1, cards=FOLDER)
    services.install(made)
    yield made
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the view in the browser was given, last run last."""
    found: list[dict[str, Any]] = []
    mount = window._view

    def watched(**given: Any) -> Any:
        found.append(given["data"])
        return mount(**given)

    monkeypatch.setattr(window, "_view", watched)
    return found


def lesson(name: str) -> AppTest:
    """The page, the question not answered yet."""
    page = AppTest.from_string(f"from demo.lessons.{name} import page\n\npage.render()\n", default_timeout=30).run()
    assert not page.exception
    return page


def skipped(name: str) -> AppTest:
    page = lesson(name)
    page.button(key="ask.question.skip").click().run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.error, *page.info])


def tensor(data: dict[str, Any], values: str, *shape: int) -> torch.Tensor:
    return torch.tensor(data[values], dtype=torch.float64).reshape(shape)


# --- 1. convolution -------------------------------------------------------------------------------------------------


def test_convolution_asks_before_it_shows(sent: list[dict[str, Any]]) -> None:
    page = lesson("convolution")
    assert "How many numbers come out?" in words(page) and not page.expander
    asked, first = sent
    assert asked["performance"]["sealed"] and (asked["rows"], asked["height"]) == (2, 4), "the picture of the question, its answer sealed"
    tour = first["performance"]["tour"]
    assert first["performance"]["hidden"] and first["height"] == 28 and len(tour) >= 8, "a digit, and the window on its way"
    sent.clear()
    page.button(key="ask.question.9").click().run()
    assert page.warning[0].value.startswith("**Not quite.** 9 is how many weights") and "2 × 2 = **4** numbers" in words(page)
    assert len(sent) == 1 and sent[0]["performance"]["count"] and "def convolution_step" in "".join(code.value for code in page.code)


def check(data: dict[str, Any]) -> None:
    """What was sent to the view is what torch computes from what was sent."""
    size, slide = data["size"], {"stride": data["stride"], "dilation": data["dilation"]}
    ground = tensor(data, "values", 1, data["channels"], data["height"], data["width"])
    kernel = tensor(data, "kernel", 1, data["channels"], size, size)
    totals = F.conv2d(ground, kernel, torch.tensor([data["bias"]], dtype=torch.float64), **slide)[0, 0]
    assert torch.allclose(totals, tensor(data, "totals", data["rows"], data["columns"]))
    after = {"none": lambda x: x, "ReLU": F.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh}[data["activation"]]
    assert torch.allclose(after(totals), tensor(data, "outputs", data["rows"], data["columns"]))


def test_convolution_s_settings_reach_the_view(sent: list[dict[str, Any]]) -> None:
    page = skipped("convolution")
    assert sent[-1]["outputs"] == [3, 3, 3, 3], "class 1 a under plus, as in the warm-up, before bias and ReLU"
    page.selectbox(key="convolution.picture").set_value("china").run()
    page.selectbox(key="convolution.size").set_value(5).run()
    for name, value in (("stride", 3), ("padding", 2), ("dilation", 2), ("bias", -0.5)):
        page.number_input(key=f"convolution.{name}").set_value(value).run()
    page.selectbox(key="convolution.activation").set_value("Tanh").run()
    assert not page.exception
    data = sent[-1]
    assert (data["channels"], data["size"], data["stride"], data["dilation"]) == (3, 5, 3, 2)
    check(data)
    shape = (3, samples.photograph("china").shape[1] + 4, samples.photograph("china").shape[2] + 4)
    inner = np.array(data["values"]).reshape(shape)[:, 2:-2, 2:-2]
    assert np.allclose(inner, samples.photograph("china") / 255, atol=0.005)
    assert f":orange-background[**2**] × (:orange-background[**5**] − 1) − 1) / :orange-background[**3**], rounded down, plus 1 = **{data['rows']}**" in words(page)
    assert f"plus 1 = **{data['columns']}**" in words(page)
    assert "torch.tanh(F.conv2d(image, kernel[None], torch.tensor([-0.5]), stride=3, padding=2, dilation=2))" in page.code[0].value
    page.toggle(key="convolution.grey").set_value(True).run()
    assert sent[-1]["channels"] == 1
    check(sent[-1])


def test_a_learned_kernel_comes_with_its_network_s_numbers(sent: list[dict[str, Any]]) -> None:
    page = skipped("convolution")
    page.selectbox(key="convolution.picture").set_value("digits").run()
    kernel = next(box for box in page.selectbox if box.label == "Kernel")
    kernel.set_value("learned").run()
    next(box for box in page.selectbox if box.label == "Network").set_value("digits").run()
    next(box for box in page.number_input if box.label.startswith("Filter")).set_value(7).run()
    layer, data = kernels.learned(1, FOLDER)["digits"], sent[-1]
    assert np.array_equal(np.ravel(layer.kernels[6]), data["kernel"])
    assert (data["bias"], data["activation"], data["low"]) == (layer.biases[6], "ReLU", -1.0)
    check(data)


def test_what_does_not_fit_is_told_in_one_line(sent: list[dict[str, Any]]) -> None:
    page = skipped("convolution")
    page.number_input(key="convolution.dilation").set_value(3).run()
    assert not page.exception and "reaches over 7 pixels, but the padded side has only 4" in words(page)
    page.number_input(key="convolution.padding").set_value(2).run()
    assert not page.error and sent[-1]["rows"] == 2


# --- 2. pooling -----------------------------------------------------------------------------------------------------


def zero() -> np.ndarray:
    """What the page opens with: a 0 of MNIST's test images."""
    return np.round(image_picker.first(DEFAULTS["pooling"]) / 255, 2)


def test_pooling_shows_what_torch_computes(sent: list[dict[str, Any]]) -> None:
    page = lesson("pooling")
    assert sent[-1]["before"] is None and np.allclose(sent[-1]["outputs"], F.max_pool2d(torch.tensor(zero()), 2).ravel().numpy())
    page.button(key="ask.question.all").click().run()
    moved = torch.tensor(np.pad(zero(), ((0, 0), (0, 0), (1, 0)))[:, :, :-1])
    assert np.allclose(sent[-1]["before"]["outputs"], F.max_pool2d(torch.tensor(zero()), 2).ravel().numpy()), "what there was before"
    assert np.allclose(sent[-1]["outputs"], F.max_pool2d(moved, 2).ravel().numpy()), "the answer is played: it is shifted now"
    page.toggle(key="pooling.show_shifted").set_value(False).run()
    page.number_input(key="pooling.window").set_value(3).run()
    page.number_input(key="pooling.stride.3").set_value(2).run()
    page.number_input(key="pooling.padding.3").set_value(1).run()
    assert sent[-1]["values"][:30] == [None] * 30, "the border of a maximum is less than everything"
    assert np.allclose(sent[-1]["outputs"], F.max_pool2d(torch.tensor(zero()), 3, 2, 1).ravel().numpy())
    kind = next(group for group in page.button_group if group.label == "Keep")
    kind.set_value("average").run()
    page.toggle(key="pooling.show_shifted").set_value(True).run()
    assert not page.exception and "= **14** numbers along a side of 28 pixels" in words(page)
    assert np.allclose(sent[-1]["outputs"], F.avg_pool2d(moved, 3, 2, 1).ravel().numpy())
    assert sent[-1]["kind"] == "average" and "F.avg_pool2d(image, 3, stride=2, padding=1)" in page.code[0].value


def test_a_chip_sets_the_view(sent: list[dict[str, Any]]) -> None:
    page = skipped("pooling")
    page.button(key="try.pooling.stride").click().run()
    assert (sent[-1]["rows"], sent[-1]["stride"]) == (27, 1)
    page.button(key="try.pooling.mean").click().run()
    assert (sent[-1]["rows"], sent[-1]["kind"]) == (14, "average")
    page = skipped("convolution")
    page.button(key="try.convolution.sobel_y").click().run()
    assert sent[-1]["kernel"] == kernels.preset("sobel_y").ravel().tolist() and sent[-1]["height"] == 28 and not sent[-1]["performance"]
    page.button(key="try.convolution.middle").click().run()
    assert sent[-1]["kernel"] == [0, 0, 0, 0, 2, 0, 0, 0, 0]
    page.button(key="try.convolution.photograph").click().run()
    assert sent[-1]["channels"] == 3
    page.button(key="try.convolution.learned").click().run()
    assert sent[-1]["activation"] == "ReLU" and not page.exception


def test_pooling_says_what_is_kept_and_what_a_shift_changes() -> None:
    page = skipped("pooling")
    image = zero()[0]
    moved = np.pad(image, ((0, 0), (1, 0)))[:, :-1]
    blocks = [it.reshape(14, 2, 14, 2).max((1, 3)) for it in (image, moved)]
    same = int(((blocks[0] == blocks[1]) & (blocks[0] != 0)).sum())
    counted = int(((blocks[0] != 0) | (blocks[1] != 0)).sum())
    assert f"**{same} of {counted}** outputs of max-pooling stay the same" in words(page)
    lost = 100 * np.abs(blocks[0] - blocks[1]).sum() / blocks[0].sum()
    assert f"| {lost:.1f}% |" in words(page) and f"| {image.max():.2f} |" in words(page)


# --- 3. the warm-up -------------------------------------------------------------------------------------------------


def fields(page: AppTest, image: str) -> None:
    """Fills in one picture's ten cells from the printed answers."""
    task = published()["warm_up"]
    for kernel in task["filters"]:
        made = task["feature_maps_after_relu"][image][kernel]
        values = {f"{row}{column}": made[row][column] for row in range(2) for column in range(2)}
        for cell, value in {**values, "pooled": task["pooled"][image][kernel]}.items():
            key = f"field.warmup.{image.replace(' ', '_')}.{kernel}.{cell}"
            page.text_input(key=key).set_value(str(value)).run()


@pytest.mark.slow
def sheet_of(page: AppTest) -> str:
    """The pooled values that the page shows, filter by filter, as text."""
    table = next(part.proto.body for part in page.get("html") if "<table class='sheet" in part.proto.body)
    return " ".join(re.findall(r"<td class='value[^>]*>([^<]*)", table))


def test_the_warm_up_asks_over_the_pictures_with_nothing_given_away() -> None:
    page = lesson("warmup")
    assert sheet_of(page) == "? ? ? ? ? ? ? ?" and not page.text_input


def test_ten_cells_are_filled_in_and_the_rest_is_shown() -> None:
    page = skipped("warmup")
    assert len(page.text_input) == 10 and sheet_of(page) == "? 2 2 3 ? 6 1 3"
    first = "field.warmup.class_1_a.plus.00"
    for wrong in ("7", "one", "-"):
        page.text_input(key=first).set_value(wrong).run()
        assert page.text_input(key=first).icon == ":material/close:" and "0 of 10" in page.get("progress")[0].proto.text
    page.text_input(key=first).set_value(" 1,0 ").run()
    assert page.text_input(key=first).icon == ":material/check:" and "1 of 10" in page.get("progress")[0].proto.text
    assert page.text_input(key=first.replace("00", "01")).icon == ""
    for image in published()["warm_up"]["images"]:
        page.button_group[0].set_value(image.replace(" ", "_")).run()
        fields(page, image)
        assert not page.exception and "10 of 10" in page.get("progress")[0].proto.text and "?" not in sheet_of(page)
    assert "every threshold between" not in words(page), "the decision is the learner's"


def test_the_warm_up_s_decision() -> None:
    page = skipped("warmup")
    kernel = next(group for group in page.button_group if group.label == "Kernel")
    kernel.set_value("plus").run()
    page.number_input(key="warmup.threshold").set_value(4.0).run()
    assert "Plus cannot do it with any threshold: class 1: 1, 2; class 2: 2, 3" in page.warning[0].value
    next(group for group in page.button_group if group.label == "Kernel").set_value("ring").run()
    assert page.success[0].value == "Yes. Ring, threshold 4: class 1: 5, 6; class 2: 1, 3."
    page.number_input(key="warmup.threshold").set_value(3.0).run()
    assert "not with the threshold 3" in page.warning[0].value
    assert "**Ring** separates the classes (class 1: 5, 6; class 2: 1, 3): every threshold between 3 and 5" in words(page)
    assert "def separates" in "".join(code.value for code in page.code)


def test_the_warm_up_s_answers_can_be_shown(sent: list[dict[str, Any]]) -> None:
    page = skipped("warmup")
    assert not sent and "?" in sheet_of(page)
    page.button(key="try.warmup.ring").click().run()
    assert sent[-1]["performance"]["hidden"] and sent[-1]["bias"] == -2 and sent[-1]["outputs"] == [1, 1, 5, 5]
    page.toggle(key="warmup.stuck").set_value(False).run()
    page.button(key="warmup.give_up").click().run()
    assert sheet_of(page) == "1 2 2 3 5 6 1 3" and "**Plus** does not" in words(page) and "10 of 10" in page.get("progress")[0].proto.text


# --- the texts ------------------------------------------------------------------------------------------------------

SPEAKERS = {
    "pooling": ["lessons/pooling"],
    "warmup": ["lessons/warmup"],
    "convolution": ["lessons/convolution"],
    "lesson": ["ui/stage.py", "ui/image_picker.py"],
}
ENDS = {"intro", "remember", "next", "teacher"}
"""What demo/ui/stage.py asks every lesson for, and demo/classroom/teacher_mode.py where there is one."""


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.demo.lessons.test_train.NAMES", ("say", "common", "_number"))
    there = set(text.everything(name))
    used, patterns = asked(SPEAKERS[name])
    if name == "lesson":
        used |= {*samples.PHOTOGRAPHS, "warmup", "upload", "test", "above"}
        used.discard("intro")
    else:
        used |= {*ENDS, "question"} | ({"sections"} if name == "warmup" else set())
        patterns.add(r"question_\w+")
    assert used - {"none"} <= there
    assert {key for key in there - used if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()


def test_the_view_s_words_are_the_ones_that_its_script_uses() -> None:
    script = window.read(*window.SCRIPTS, "window/mount.js")
    used = set(re.findall(r"words\.(\w+)", script)) | {"said", "said_activation", "said_max", "said_average", "result_max", "result_average"}
    assert used | {f"zoom_{name}" for name in ("whole", "window", "product")} == set(text.everything("view"))


def test_the_view_s_script_is_no_path_and_has_no_sentence() -> None:
    script = window.read(*window.SCRIPTS, "window/mount.js")
    assert "\n" in script and script.count("export default") == 1
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.S)
    assert not re.findall(r"[\"`][A-Z]?[a-z]+ [a-z]+ [a-z]+", code), "text belongs into view.md"
