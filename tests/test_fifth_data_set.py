"""A data set is one row and one reader: a fifth one, made of noise, goes through the whole lab and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.__main__ import main
from core.datasets import formats, loading
from core.datasets.formats import Files, Images, Labels, Reader
from core.engines.thread import ThreadEngine
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.datasets import SOURCES, Form, Presets, Source
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Result
from demo import text
from demo.classifier.handlers import Handlers
from demo.lessons.train import figures
from demo.server import services

QUICK = {
    "epochs": 4, "batch_size": 10, "precision": "float32", "threads": 1,
    "optimizer": "adam", "learning_rate": 0.001, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0,
}  # fmt: skip
NOISE = Source(
    name="noise", title="Noise (20 × 20)", shape=(3, 20, 20), train=150, train_counts=(30,) * 5, test=50,
    classes=("red", "green", "blue", "dark", "light"), home="https://example.org/noise", cite="Nobody: Noise (2026)",
    network="mnist-cnn", sides=(20, 10, 5), subject="noise", form=Form(aspect="crop"),
    presets=Presets(quick=QUICK), reader="noise",
)  # fmt: skip
"""The row: 5 classes, 20 × 20 pixels, colour."""


TEXTS = {"thing_noise": "patch of noise", "recipe_noise": "Nothing but noise around one colour."}
"""The classifier's texts of the set."""


def drawn(source: Source) -> tuple[Images, Labels]:
    """Noise around another colour or brightness for each class; the same at every call."""
    labels = np.tile(np.arange(5), (source.train + source.test) // 5)
    middle = np.array([[200, 60, 60], [60, 200, 60], [60, 60, 200], [30, 30, 30], [220, 220, 220]])[labels][:, :, None, None]
    noise = np.random.default_rng(0).integers(-30, 31, (len(labels), *source.shape))
    return (middle + noise).clip(0, 255).astype(np.uint8), labels


def read(source: Source, files: Files) -> tuple[Images, Labels]:
    return drawn(source)


def first(source: Source, folder: Path | None, indices: Sequence[int]) -> Images:
    return drawn(source)[0][list(indices)]


@pytest.fixture
def noise(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The set is known inside the test alone."""
    before = list(SOURCES)
    with monkeypatch.context() as patch:
        patch.setitem(SOURCES, NOISE.name, NOISE)
        patch.setitem(formats.READERS, NOISE.reader, Reader(read, first))
        yield NOISE.name
    assert list(SOURCES) == before
    with pytest.raises(LabError, match="noise"):
        preset("quick", NOISE.name)


@pytest.fixture
def noise_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts of the set, beside those of the classifier."""
    read_texts = text.texts
    monkeypatch.setattr(text, "texts", lambda path: read_texts(path) | (TEXTS if path.stem == "classifier" else {}))


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    context = SimpleNamespace(cookies={"lab_owner": "ann"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="secret", threads=1, cards=FOLDER)
    services.install(made)
    yield made
    made.close()


def trained(folder: Path) -> str:
    """The id of a finished run on the noise, by its preset `quick`."""
    store = open_store(folder / "runs")
    run = store.create(preset("quick", NOISE.name).changed(device="cpu"), "somebody")
    with store.locked(run):
        for record in ThreadEngine(folder).stream(store.get(run).recipe):
            store.save(run, record)
    assert isinstance(record, Result) and len(record.confusion) == 5 and sum(map(sum, record.confusion)) == NOISE.test
    assert record.test_accuracy > 0.5, "five colours are told apart after some epochs"
    return run


def page(name: str, *unfolded: str, **query: str) -> AppTest:
    """A lesson, its question skipped where it asks one, and the folds with these keys open."""
    opened = AppTest.from_string(f"from demo.lessons.{name} import page\n\npage.render()\n", default_timeout=120)
    for key, value in query.items():
        opened.query_params[key] = value
    for key in unfolded:
        opened.session_state[key] = True
    opened.run()
    if "ask.question.skip" in [button.key for button in opened.button]:
        opened.button(key="ask.question.skip").click().run()
    assert not opened.exception, opened.exception
    return opened


def words(page: AppTest) -> str:
    return "\n".join(element.value for element in [*page.markdown, *page.caption, *page.subheader, *page.title])


def test_its_row_and_its_reader_are_enough_to_load_and_to_train(noise: str, tmp_path: Path) -> None:
    data = loading.load(noise, tmp_path)
    assert data.images.shape == (200, 3, 20, 20) and data.classes == NOISE.classes and data.train_size == 150
    assert Recipe.from_dict(preset("quick", noise).as_dict()).dataset == noise
    run = trained(tmp_path)
    found = ModelRegistry(FOLDER, data=tmp_path, runs=tmp_path / "runs").get(run)
    images = data.images[data.train_size :].numpy()
    right = (found.probabilities(images).argmax(1) == data.labels[data.train_size :].numpy()).mean()
    assert found.classes == NOISE.classes and right > 0.5


def test_the_command_line_knows_it(noise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    assert main(["data", noise]) == 0 and "noise" in capsys.readouterr().out
    assert main(["train", "--dataset", noise, "--device", "cpu"]) == 0
    assert "test accuracy" in capsys.readouterr().out


@pytest.mark.slow
def test_train_shows_it_and_its_run(noise: str, manager: JobManager, tmp_path: Path) -> None:
    opened = page("train", dataset=noise)
    chooser = opened.selectbox(key="train.dataset")
    assert chooser.value == noise and NOISE.title in chooser.options
    run = trained(tmp_path)
    shown = words(page("train", figures.KEY, run=run))
    assert run in shown and all(f"| {name} |" in shown for name in NOISE.classes), "a row of precision and recall for each class"


def test_seeing_makes_it_smaller(noise: str, manager: JobManager) -> None:
    opened = page("seeing", section="lost")
    opened.selectbox(key="seeing.dataset").set_value(noise).run()
    assert not opened.exception, opened.exception
    assert list(opened.dataframe[0].value.iloc[:, 0])[: len(NOISE.sides)] == ["20 × 20", "10 × 10", "5 × 5"]


@pytest.mark.slow
def test_a_whole_network_shows_what_its_run_makes_of_it(noise: str, manager: JobManager, tmp_path: Path) -> None:
    run = trained(tmp_path)
    opened = page("network")
    opened.selectbox(key="network.network").set_value(run).run()
    assert not opened.exception, opened.exception
    opened.selectbox(key=f"network.{noise}.picture").set_value("test").run()
    assert opened.number_input(key="network.number.noise").max == NOISE.test
    assert NOISE.title in "".join(opened.selectbox(key="network.network").options)


def test_the_classifier_answers_with_its_classes(noise: str, noise_texts: None, manager: JobManager, tmp_path: Path) -> None:
    run = trained(tmp_path)
    registry = services.registry()
    desk = Handlers(registry)
    assert {noise, run} <= {value for _, value in desk.networks()}
    for name in (noise, run):
        side, _, _, steps, _, tab, gallery, *_ = desk.chosen(name, "draw")
        assert side["maximum"] == 20 and tab["selected"] == "samples" and len(gallery) > 0
        assert NOISE.title in steps and TEXTS["recipe_noise"] in steps
    said, chances, *_ = desk.answer(run, 20, "bilinear", "samples", "", None, 0, *["auto"] * 4)
    assert chances.keys() <= set(NOISE.classes) and "It really is" in said
    assert TEXTS["thing_noise"] in desk.empty(noise, "draw") and "red, green, blue" in desk.empty(noise, "upload")
    image = drawn(NOISE)[0][-1].transpose(1, 2, 0)
    answer = registry.get(run).classify(image, None, None, None)
    assert {label for label, _ in answer.top} == set(NOISE.classes) and answer.dataset == noise
