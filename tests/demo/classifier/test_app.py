"""The classifier's page: its empty states, what a stroke, a sample and a switch show, and its texts."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.explain import gradcam
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import ProtocolAnswer, compare_protocols
from core.pretrained.cards import FOLDER as PRETRAINED
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from demo.classifier import app as classifier_app
from demo.classifier import html as classifier_views
from demo.classifier import sessions
from demo.classifier.api import sample_of
from demo.classifier.handlers import SAMPLES, Handlers
from demo.classifier.theme import EXAMPLE, theme
from demo.components.drawing_pad import MEDIUM
from demo.text import FOLDER, texts
from demo.ui.images import overlaid
from tests.demo.served_classifier import as_text
from tests.networks_for_tests import lay, png, seven
from tests.places import FILES

AUTO = ("auto",) * 4
WAITING = [None, *classifier_views.waiting()]
"""What is shown besides the sentence while there is nothing to look at."""
DEMO = Path(classifier_app.__file__).parent
DRAWING = as_text(png(seven()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Networks with random weights: here only the way matters, not the answer."""
    folder = tmp_path / "pretrained"
    folder.mkdir()
    lay(folder, "digits", "digits")
    lay(folder, "mnist-28", "mnist")
    lay(folder, "plain", "fashion-mnist", kind="arc1")
    return folder


@pytest.fixture
def desk(folder: Path, tmp_path: Path) -> Handlers:
    return Handlers(ModelRegistry(folder, data=tmp_path))


def say(key: str, **values: object) -> str:
    return classifier_app.say(key, **values)


def images(html: str) -> list[np.ndarray]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) for text in found]


# --- the page -----------------------------------------------------------------------------------------------------


def test_a_drawing_gets_everything_that_the_page_shows(desk: Handlers, folder: Path) -> None:
    said, chances, seen, strip, stages, cam = desk.answer("mnist", 14, "area", "draw", DRAWING, None, None, *AUTO)
    expected = Classifier.load("mnist-28", folder).classify(seven(), 14, "area")
    assert chances == dict(expected.top[:5]) and expected.top[0][0] in said
    np.testing.assert_array_equal(images(seen)[0], expected.seen[0])
    assert "shrunk to 14 × 14" in seen
    assert [image.shape for image in images(stages)][-1] == (28, 28) and len(images(stages)) == 9
    assert strip.count(say("strip_missing")) == 7, "three of TVTV and the mixed network are not there; TOTV is"
    assert images(cam)[0].shape == (28, 28, 3) or "speaks for" in cam


def test_a_switch_changes_what_is_seen(desk: Handlers) -> None:
    auto = desk.answer("digits", 8, "area", "draw", DRAWING, None, None, *AUTO)
    off = desk.answer("digits", 8, "area", "draw", DRAWING, None, None, "off", "off", "auto", "off")
    assert not np.array_equal(images(auto[2])[0], images(off[2])[0])
    assert images(off[2])[0][0, 0] == 255 and 'class="off"' in off[4]


@pytest.mark.parametrize("source", ["draw", "upload", "samples"])
def test_an_empty_desk_says_what_to_do(desk: Handlers, source: str) -> None:
    for drawing in ("", as_text(png(Image.new("RGB", (280, 280), "white")))):
        said, *rest = desk.answer("mnist", 28, "area", source, drawing, None, None, *AUTO)
        assert said == desk.empty("mnist", source) and said.startswith("**") and rest == WAITING


def test_an_uploaded_picture_is_opened_and_a_bad_one_is_told(desk: Handlers, tmp_path: Path) -> None:
    (tmp_path / "seven.png").write_bytes(png(seven()))
    (tmp_path / "bad.png").write_text("hello", encoding="utf-8")
    good = desk.answer("mnist", 28, "area", "upload", "", str(tmp_path / "seven.png"), None, *AUTO)
    assert good[1] and good[1] == desk.answer("mnist", 28, "area", "draw", DRAWING, None, None, *AUTO)[1]
    assert good[0].endswith(say("look_first"))
    (tmp_path / "IMG_1.HEIC").write_bytes((FILES / "heic_named.jpg").read_bytes())
    said, *rest = desk.answer("mnist", 28, "area", "upload", "", str(tmp_path / "IMG_1.HEIC"), None, *AUTO)
    assert said == "**IMG_1.HEIC is a HEIC photograph, which cannot be read here; save it as JPEG or PNG, or take a screenshot of it**"
    assert rest == WAITING
    said, *rest = desk.answer("mnist", 28, "area", "upload", "", str(tmp_path / "bad.png"), None, *AUTO)
    assert "bad.png cannot be read as a picture" in said and rest == WAITING


def test_a_sample_comes_with_its_truth(desk: Handlers) -> None:
    gallery, _, first = desk.samples("digits", 24)
    assert len(gallery) == SAMPLES and first == 24
    said = desk.answer("digits", 8, "area", "samples", "", None, 24, *AUTO)[0]
    data = desk.registry.dataset("digits")
    assert data and f"It really is {data.classes[int(data.labels[data.train_size + 24])]}." in said
    np.testing.assert_array_equal(np.asarray(gallery[0])[6::12, 6::12], data.images[1437 + 24, 0])
    assert json.loads(desk.numbered(3, "samples", "", 4, "digits", 8, "area", None, 20, *AUTO))["shown"][0] == said


def test_a_numbered_answer_has_its_number_and_what_the_page_s_components_take(desk: Handlers) -> None:
    said, chances, *rest = desk.answer("mnist", 14, "area", "draw", DRAWING, None, None, *AUTO)
    assert chances
    answer = json.loads(desk.numbered(7, "draw", DRAWING, None, "mnist", 14, "area", None, 0, *AUTO))
    label = gr.Label(num_top_classes=5).postprocess(chances).model_dump()
    assert answer == {"number": 7, "shown": [said, label, *rest]}
    empty = json.loads(desk.numbered(8, "draw", "", None, "mnist", 14, "area", None, 0, *AUTO))
    assert empty["shown"][0] == desk.empty("mnist", "draw") and empty["shown"][1:] == [{}, *WAITING[1:]]


def test_behind_the_last_samples_stand_the_first(desk: Handlers) -> None:
    assert desk.samples("digits", 12 * 30)[2] == 0 and desk.samples("digits", 12 * 29)[2] == 12 * 29


@pytest.mark.parametrize("dataset", ["mnist", "fashion-mnist", "cifar10"])
def test_a_few_samples_come_with_the_app(dataset: str, tmp_path: Path) -> None:
    bare = Handlers(ModelRegistry(PRETRAINED, data=tmp_path))
    gallery, said, first = bare.samples(dataset, 0)
    assert len(gallery) == SAMPLES and f"core data {dataset} --fetch" in said and first == 0
    truth = sample_of(bare.registry, dataset, 3)[1]
    assert truth in SOURCES[dataset].classes
    told = bare.answer(dataset, SOURCES[dataset].side, "area", "samples", "", None, 3, *AUTO)[0]
    assert truth in told
    assert bare.samples(dataset, SAMPLES) == bare.samples(dataset, 0)
    with pytest.raises(LabError, match=rf"of {dataset} at most the first 12 test pictures are here"):
        sample_of(bare.registry, dataset, SAMPLES)


def test_missing_data_and_networks_are_told(desk: Handlers) -> None:
    gallery, said, *_ = desk.samples("mnist", 0)
    assert gallery == [] and "python -m core data mnist --fetch" in said
    said, *rest = desk.answer("cifar10", 32, "area", "samples", "", None, None, *AUTO)
    assert "there is no network for cifar10 yet" in said and rest == WAITING
    assert desk.about_trust("cifar10") == desk.about_trust("mnist") == say("trust_missing")


def test_the_chooser_has_every_data_set_and_every_network(desk: Handlers) -> None:
    told = desk.networks()
    assert [value for _, value in told] == ["digits", "mnist", "fashion-mnist", "cifar10"]
    assert told[3][0] == say("network_missing", group=say("group_colour"), dataset="CIFAR-10") and "mnist-28" in told[1][0]


def test_the_chooser_goes_by_what_a_picture_shows_and_begins_with_one_s_own_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = ModelRegistry(PRETRAINED)
    models = registry.list_models()
    own = dataclasses.replace(next(choice for choice in models if not choice.first_for), name="7ecgsg", pretrained=False)
    monkeypatch.setattr(ModelRegistry, "list_models", lambda _: [*models, own])
    told = Handlers(registry).networks()
    assert told[0][1] == "7ecgsg" and told[0][0].startswith("Your run 7ecgsg")
    groups = [shown.partition(" · ")[0] for shown, _ in told[1:]]
    assert list(dict.fromkeys(groups)) == [say(f"group_{kind}") for kind in ("drawn", "grey", "colour")]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index), "a group stands together"
    assert len(told) == len({value for _, value in told}) == len(models) + 1


def test_the_page_begins_with_a_drawing_that_blur_turns_into_another_digit_for_one_network_only() -> None:
    paper = Image.new("RGB", (280, 280), "white")
    pen, brush = ImageDraw.Draw(paper), round(280 * MEDIUM)
    for stroke in EXAMPLE:
        points = [(x * 280, y * 280) for x, y in stroke]
        pen.line(points, "black", brush, joint="curve")
        for x, y in points:
            pen.ellipse([x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2], "black")
    registry = ModelRegistry(PRETRAINED)
    network = registry.get("mnist")
    found = network.classify(paper, 28, network.recipe.filter)
    cells = {(cell.protocol, cell.resolution): cell.label for cell in compare_protocols(found.prepared.seen, network, found.filter, registry.get)}
    assert {label for place, label in cells.items() if place != ("totv", 7)} == {"8"} and cells["totv", 7] == "3"
    assert found.known is not False
    label, heat = gradcam.heat(network, found.seen)
    assert label == "8" and (heat > 0.3).mean() > 0.08, "and it is seen where the network looked"


def test_another_network_brings_its_resolutions_and_ways(desk: Handlers) -> None:
    cifar, digits = desk.chosen("cifar10", "draw"), desk.chosen("digits", "draw")
    assert cifar[0]["maximum"] == 32 and digits[0]["maximum"] == 8
    assert cifar[5]["selected"] == "samples", "nobody draws a photograph"
    assert "selected" not in digits[5] and digits[-4:] == AUTO
    assert "selected" not in desk.chosen("cifar10", "upload")[5], "a way that was chosen meanwhile stays"


def test_a_network_without_convolutions_has_no_map(desk: Handlers) -> None:
    assert desk.answer("fashion-mnist", 28, "area", "draw", DRAWING, None, None, *AUTO)[5] == say("cam_none")


# --- what is shown ------------------------------------------------------------------------------------------------


def test_what_is_seen_keeps_every_pixel() -> None:
    for shape in ((8, 8, 1), (32, 32, 3)):
        image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        np.testing.assert_array_equal(images(classifier_views.img(image, "x"))[0], image.squeeze())


def test_a_cell_says_what_it_knows() -> None:
    cells = [ProtocolAnswer("totv", 8, "a", "cat", 0.5, False), ProtocolAnswer("tvtv", 8, "b", None, None, None)]
    known, missing = map(classifier_views._cell, cells)
    assert "cat" in known and "50.0%" in known and say("strip_unknown") in known
    assert say("strip_missing") in missing


def test_the_brightest_place_is_where_the_map_is_highest() -> None:
    heat = np.random.default_rng(0).random((28, 28), np.float32) * 0.9
    heat[24, 3] = 1
    shown = overlaid(np.full((1, 28, 28), 100, np.uint8), heat)
    bright = shown.sum(axis=2, dtype=int)
    assert shown.shape == (28, 28, 3) and bright.argmax() == heat.argmax()


def test_no_font_comes_from_a_network() -> None:
    css = theme()._get_theme_css() + "".join(theme()._font_css) + "".join(theme()._stylesheets)
    assert not re.search(r"@import|googleapis|url\(['\"]?(https?:|//)", css)
    files = set(re.findall(r"url\('(static/fonts/[^']+)'\)", css))
    assert len(files) == 2, "two weights of the Streamlit half's family"
    served = Path(gr.__file__).parent / "templates" / "frontend"
    assert all((served / file).stat().st_size > 60_000 for file in files), "no cut of a few letters"


def test_the_blocks_offer_programs_the_named_endpoints_alone(folder: Path) -> None:
    blocks = classifier_app.build(ModelRegistry(folder))
    assert isinstance(blocks, gr.Blocks) and blocks.state_session_capacity == sessions.MOST
    assert len(blocks.get_api_info()["named_endpoints"]) == 6 and not blocks.get_api_info()["unnamed_endpoints"]


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in DEMO.glob("*.py"))
    there = set(texts(FOLDER / "en" / "classifier.md"))
    words = set(re.findall(r"""["'](\w+)["']""", code))
    begun = tuple(re.findall(r"""say\(f["']([a-z_]+_)\{""", code))
    assert begun and not {key for key in there if key not in words and not key.startswith(begun)}
    assert not set(re.findall(r"""say\(["'](\w+)["']""", code)) - there


def test_the_address_may_name_the_network_and_one_that_is_not_here_is_the_first(desk: Handlers) -> None:
    assert desk.opened("digits")[0]["value"] == "digits" and desk.opened("plain")[0]["value"] == "plain"
    for nothing in ("", "nosuch", "../digits", "<b>"):
        chooser = desk.opened(nothing)[0]
        assert chooser["value"] == "mnist" and chooser["choices"] == desk.networks()
