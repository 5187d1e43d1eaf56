"""A data set of one's own goes wherever a data set goes: every page that takes one opens with it, and says its name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.own.store import OwnStore
from core.engines.thread import ThreadEngine
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from core.vocabulary.sources import source_of
from demo.classifier.handlers import Handlers
from demo.server import services
from demo.timeline import kept

NAME, TITLE = "own:our-shapes", "Our shapes"


def shape(label: int, seed: int) -> np.ndarray:
    """uint8 (1, 16, 16): a lying, a standing or no bar."""
    draw = np.random.default_rng(seed)
    image, place = draw.integers(0, 30, (1, 16, 16)).astype(np.uint8), draw.integers(3, 11)
    if label == 0:
        image[0, place : place + 2, 2:14] = 230
    elif label == 1:
        image[0, 2:14, place : place + 2] = 230
    return image


@dataclass(frozen=True)
class Place:
    """A machine with the set and a run on it."""

    manager: JobManager
    run: str
    data: Path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with the set in `own` and a finished run in `runs`."""
    folder = tmp_path_factory.mktemp("machine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_OWN", str(folder / "own"))
        own = OwnStore()
        assert own.create(TITLE, ["lying", "standing", "nothing"], side=16, owner="ann").name == NAME
        for number in range(90):
            own.add(NAME, shape(number % 3, number), number % 3, f"visitor {number % 6}")
        own.close(NAME)
        store = open_store(folder / "runs")
        run = store.create(preset("quick", NAME).changed(epochs=8, device="cpu", network="conv 8 3, maxpool 2, dense 16"), "ann")
        with store.locked(run):
            for record in ThreadEngine(folder).stream(store.get(run).recipe):
                store.save(run, record)
        store.close()
        yield folder, run


@pytest.fixture
def place(trained: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    folder, run = trained
    for name in ("own", "runs"):
        shutil.copytree(folder / name, tmp_path / name)
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    context = SimpleNamespace(cookies={"lab_owner": "ann"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    manager = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="secret", threads=1, cards=FOLDER)
    services.install(manager)
    yield Place(manager, run, tmp_path)
    manager.close()


def page(name: str, **query: str) -> AppTest:
    """A page, its question skipped where it asks one."""
    opened = AppTest.from_string(f"from demo.lessons.{name} import page\n\npage.render()\n", default_timeout=120)
    for key, value in query.items():
        opened.query_params[key] = value
    opened.run()
    if "ask.question.skip" in [button.key for button in opened.button]:
        opened.button(key="ask.question.skip").click().run()
    assert not opened.exception, opened.exception
    return opened


@pytest.mark.slow
def test_train_takes_it_from_the_list_and_from_the_address(place: Place) -> None:
    opened = page("train")
    chooser = opened.selectbox(key="train.dataset")
    assert TITLE in chooser.options
    chooser.set_value(NAME).run()
    assert not opened.exception, opened.exception
    assert opened.query_params["dataset"] in (NAME, [NAME]) and opened.slider(key="train.resolution").max == 16
    opened = page("train", dataset=NAME, resolution="8")
    assert (opened.selectbox(key="train.dataset").value, opened.slider(key="train.resolution").value) == (NAME, 8)
    shown = page("train", run=place.run)
    assert place.run in "\n".join(element.value for element in [*shown.markdown, *shown.caption, *shown.subheader, *shown.title])


def test_train_says_what_is_wrong_with_one_that_is_not_here(place: Place) -> None:
    opened = page("train", dataset="own:nowhere")
    assert "it was deleted, or made on another machine" in "\n".join(element.value for element in [*opened.markdown, *opened.warning])


def test_seeing_makes_it_smaller(place: Place) -> None:
    opened = page("seeing", section="lost")
    opened.selectbox(key="seeing.dataset").set_value(NAME).run()
    assert not opened.exception, opened.exception
    assert list(opened.dataframe[0].value.iloc[:, 0])[:4] == ["16 × 16", "12 × 12", "8 × 8", "4 × 4"]


@pytest.mark.slow
def test_a_whole_network_shows_its_run_on_its_pictures(place: Place) -> None:
    opened = page("network")
    opened.selectbox(key="network.network").set_value(place.run).run()
    assert not opened.exception, opened.exception
    assert TITLE in "".join(opened.selectbox(key="network.network").options)
    opened.selectbox(key=f"network.{NAME}.picture").set_value("test").run()
    assert not opened.exception, opened.exception
    assert opened.number_input(key=f"network.number.{NAME}").max == source_of(NAME).test == 18


@pytest.mark.slow
@pytest.mark.parametrize("lesson", ["convolution", "pooling"])
def test_a_lesson_s_picture_may_be_one_of_it(place: Place, lesson: str) -> None:
    opened = page(lesson)
    pickers = [box for box in opened.selectbox if box.key and box.key.endswith(".picture")]
    if not pickers:
        opened = page(lesson, section="own")
        pickers = [box for box in opened.selectbox if box.key and box.key.endswith(".picture")]
    assert pickers and TITLE in pickers[0].options
    pickers[0].set_value(NAME).run()
    assert not opened.exception, opened.exception


def test_runs_and_the_board_name_it(place: Place) -> None:
    opened = page("runs")
    assert TITLE in str(opened.dataframe[0].value.to_dict())


@pytest.mark.slow
def test_the_other_pages_open_beside_it(place: Place) -> None:
    for name in ("home", "data", "resolution", "splits", "architectures", "dropout", "audit", "own"):
        page(name)


@pytest.mark.slow
def test_the_classifier_answers_for_it(place: Place) -> None:
    registry = services.registry()
    desk = Handlers(registry)
    assert place.run in {value for _, value in desk.networks()} and any(TITLE in shown for shown, _ in desk.networks())
    for name in (place.run, NAME):
        side, _, _, steps, _, tab, gallery, *_ = desk.chosen(name, "samples")
        assert side["maximum"] == 16 and "selected" not in tab and len(gallery) > 0 and TITLE in steps
        said, chances, *_ = desk.answer(name, 16, "bilinear", "samples", "", None, 0, *["auto"] * 7)
        assert chances is not None and chances.keys() <= {"lying", "standing", "nothing"} and "It really is" in said
    assert "picture of one class" in desk.empty(place.run, "draw") and "lying, standing, nothing" in desk.empty(place.run, "upload")
    found = registry.get(NAME)
    assert found.trust is not None, "it can say that a picture is none of its classes"
    noise = np.random.default_rng(5).integers(0, 256, (16, 16), np.uint8)
    assert found.classify(noise, None, None, None).known in (True, False)


def test_a_run_goes_back_to_its_pictures_until_they_change(place: Place) -> None:
    now = place.manager.snapshot(place.run)
    found = kept.predictions(now, kept.TEST, 1, place.data)
    assert found is not None and len(found.labels) == 18
    own = OwnStore()
    own.remove(NAME, [own.contributions(NAME)[0].id])
    with pytest.raises(LabError, match="the pictures of Our shapes have changed since run"):
        kept.predictions(now, kept.TEST, 1, place.data)


@pytest.mark.slow
def test_runs_on_a_set_that_was_forgotten_harm_no_page(place: Place) -> None:
    assert [run.run for run in place.manager.list()] == [place.run] and place.manager.snapshot(place.run).status == "finished"
    assert services.registry().get(place.run).classes == ("lying", "standing", "nothing")
    OwnStore().delete(NAME)
    assert place.manager.list() == [] and list(place.manager.unreadable()) == [place.run]
    with pytest.raises(LabError, match="it was deleted"):
        place.manager.snapshot(place.run)
    fresh = ModelRegistry(FOLDER, data=place.data, runs=place.data / "runs")
    assert place.run not in {choice.name for registry in (fresh, services.registry()) for choice in registry.list_models()}
    with pytest.raises(LabError, match="it was deleted, or made on another machine"):
        fresh.get(place.run)
    for name in ("train", "network", "seeing", "runs", "data", "own"):
        page(name)
