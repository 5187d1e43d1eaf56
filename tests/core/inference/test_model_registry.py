"""Which networks answer, by which names, and the same picture through all of them."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.loading import load
from core.engines.thread import ThreadEngine
from core.explain import activations
from core.images.resampling import at_resolution
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import compare_protocols
from core.pretrained.cards import FOLDER, read_cards
from core.runs.store import open_store
from core.training.models.inputs import batch_of
from core.training.state import TrainingState
from core.vocabulary.errors import Damaged, LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Result
from tests.networks_for_tests import lay


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pretrained"
    folder.mkdir()
    lay(folder, "mnist-28", "mnist")
    lay(folder, "mnist-7", "mnist", seed=1, resolution=7)
    lay(folder, "mnist-mixed", "mnist", seed=2, augment="mixed")
    lay(folder, "arcs", "fashion-mnist")
    return folder


def finished(runs: Path) -> str:
    store = open_store(runs)
    run = store.create(Recipe(epochs=1, train_limit=100, threads=1, precision="float32"), "somebody")
    for record in ThreadEngine(runs).stream(store.get(run).recipe):
        store.save(run, record)
        last = record
    assert isinstance(last, Result)
    return run


@pytest.mark.parametrize(
    ("asked", "found"),
    [("mnist-7", "mnist-7"), ("mnist", "mnist-28"), ("mnist-cnn", "mnist-28"), ("fashion-mnist", "arcs"), ("arc3-report", "arcs")],
)
def test_a_network_is_found_by_its_name_its_data_set_and_its_kind(folder: Path, asked: str, found: str) -> None:
    assert ModelRegistry(folder).get(asked).name == found


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("nosuch", "there is no network 'nosuch'; expected one of digits, mnist"),
        ("cifar10", "there is no network for cifar10 yet; python -m core pretrain makes it"),
        ("../mnist-28", "names no network"),
        ("", "names no network"),
        (None, "names no network"),
    ],
)
def test_other_names_are_refused(folder: Path, tmp_path: Path, asked: str, told: str) -> None:
    with pytest.raises(LabError, match=told):
        ModelRegistry(folder, runs=tmp_path / "none").get(asked)
    assert not (tmp_path / "none").exists(), "looking makes no store"


def test_a_finished_run_answers_and_can_be_chosen(folder: Path, tmp_path: Path) -> None:
    run = finished(tmp_path / "runs")
    registry = ModelRegistry(folder, data=tmp_path, runs=tmp_path / "runs")
    found = registry.get(run)
    assert found.recipe.dataset == "digits" and found is registry.get(run)
    assert found.trust and found.trust.part == "validation", "its threshold is set when it is loaded"
    assert [choice.name for choice in registry.list_models()] == ["mnist-28", "arcs", "mnist-7", "mnist-mixed", run]
    assert [choice.pretrained for choice in registry.list_models()] == [True] * 4 + [False]


def test_a_kept_epoch_answers_also_while_its_run_goes_on(folder: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path / "runs")
    run = store.create(Recipe(epochs=3, train_limit=100, threads=1, precision="float32", network="conv 8 3, batchnorm relu, dense 16"), "me")
    records = ThreadEngine(tmp_path).stream(store.get(run).recipe)
    checkpoints = []
    with store.locked(run):
        for record in records:
            store.save(run, record)
            if isinstance(record, Epoch):
                checkpoints.append(record.checkpoint)
            if len(checkpoints) == 2:
                break
        assert store.get(run).status == "running"
        registry = ModelRegistry(folder, data=tmp_path, runs=tmp_path / "runs")
        found, plain = registry.get(f"{run}@1"), registry.plain(f"{run}@1")
    assert found.name == plain.name == f"{run}@1" and registry.recipe(f"{run}@0").network == "conv 8 3, batchnorm relu, dense 16"
    assert found is registry.get(f"{run}@1") and found is not registry.get(f"{run}@0")
    image = np.random.default_rng(1).integers(0, 256, (1, 1, 8, 8), np.uint8)
    exact = TrainingState.make(store.get(run).recipe, (1, 8, 8), 10)
    exact.load(checkpoints[1])
    exact.network.eval()
    with torch.inference_mode():
        expected = exact.network(batch_of(torch.from_numpy(image).permute(0, 2, 3, 1))).numpy()
    assert found.logits(image) == pytest.approx(expected, abs=5e-3), "the weights are rounded to float16"
    assert activations.forward_pass(plain, image[0]).scores == pytest.approx(expected[0], abs=5e-3)
    assert found.trust is None and found.classify(image[0, 0]).as_dict()["known"] is None, "no threshold is known for it"
    with pytest.raises(LabError, match=rf"after epoch 2 of {run} were not kept; kept are 0, 1"):
        registry.get(f"{run}@2")
    assert run not in [choice.name for choice in registry.list_models()], "the list holds tested networks"


def test_an_epoch_that_was_not_kept_is_refused(folder: Path) -> None:
    registry = ModelRegistry(folder)
    for ask in (registry.get, registry.plain, registry.recipe):
        with pytest.raises(LabError, match="after epoch 4 of mnist-28 were not kept; none is kept"):
            ask("mnist@4")
        with pytest.raises(LabError, match="there is no network 'nosuch'"):
            ask("nosuch@1")
        for name in ("mnist@", "mnist@-1", "mnist@1.5", "@1", "mnist@1@2", "mnist@../1"):
            with pytest.raises(LabError, match="names no network"):
                ask(name)


def test_a_network_that_was_made_anew_is_read_anew(folder: Path) -> None:
    registry = ModelRegistry(folder)
    before = registry.get("mnist-28")
    lay(folder, "mnist-28", "mnist", seed=5)
    assert registry.get("mnist-28").weights != before.weights


def test_a_network_that_is_being_loaded_stops_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, loading, go_on = Classifier.load, threading.Event(), threading.Event()

    def load(name: str, folder: Path) -> Classifier:
        if name == "mnist-7":
            loading.set()
            assert go_on.wait(20)
        return real(name, folder)

    monkeypatch.setattr(Classifier, "load", load)
    registry = ModelRegistry(folder)
    slow = threading.Thread(target=registry.get, args=("mnist-7",))
    slow.start()
    assert loading.wait(20)
    got: list[Classifier] = []
    other = threading.Thread(target=lambda: got.append(registry.get("mnist-28")))
    other.start()
    other.join(20)
    go_on.set()
    slow.join()
    assert [found.name for found in got] == ["mnist-28"]


def test_what_cannot_be_read_hides_no_network(folder: Path, tmp_path: Path) -> None:
    run = finished(tmp_path / "runs")
    registry = ModelRegistry(folder, runs=tmp_path / "runs")
    store = open_store(tmp_path / "runs")
    bad = store.create(Recipe(), "somebody")
    with store._db as database:
        database.execute("UPDATE runs SET status = 'finished', recipe = 'no JSON' WHERE run = ?", (bad,))
    (folder / "bad.json").write_text("{}")
    (folder / "bad.safetensors").write_bytes(b"")
    assert [choice.name for choice in registry.list_models()] == ["mnist-28", "arcs", "mnist-7", "mnist-mixed", run]
    with pytest.raises(LabError, match=f"run {bad} cannot be read"):
        registry.get(bad)


def test_a_store_that_cannot_be_used_hides_no_network(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "runs.sqlite").write_bytes(b"this is no database" * 100)
    registry = ModelRegistry(folder, runs=tmp_path / "runs")
    assert [choice.name for choice in registry.list_models()] == ["mnist-28", "arcs", "mnist-7", "mnist-mixed"]
    assert registry.get("mnist").name == "mnist-28" and "cannot be used" in caplog.text


def test_a_run_s_altered_weights_are_told_as_damaged(tmp_path: Path) -> None:
    run = finished(tmp_path / "runs")
    weights = open_store(tmp_path / "runs").get(run).weights
    assert weights is not None
    blob = bytearray(weights.read_bytes())
    blob[-1] ^= 1  # still a safetensors file, of another network
    weights.write_bytes(blob)
    with pytest.raises(Damaged, match=r"weights\.safetensors is damaged"):
        ModelRegistry(tmp_path, runs=tmp_path / "runs").get(run)


# --- the strip ----------------------------------------------------------------------------------------------------


def test_the_strip_is_the_same_picture_at_four_sides_through_each_protocol(folder: Path) -> None:
    registry = ModelRegistry(folder)
    image = np.random.default_rng(0).integers(0, 256, (1, 1, 28, 28), np.uint8)
    cells = compare_protocols(image, registry.get("mnist"), "area", registry.get)
    assert [(cell.protocol, cell.resolution) for cell in cells] == [
        (protocol, side) for protocol in ("totv", "tvtv", "mixed") for side in (28, 21, 14, 7)
    ]
    by = {(cell.protocol, cell.resolution): cell for cell in cells}
    assert by["tvtv", 21].label is None and by["tvtv", 21].network == "mnist-21", "not trained yet"
    for protocol, side, name in (("totv", 14, "mnist-28"), ("tvtv", 7, "mnist-7"), ("mixed", 21, "mnist-mixed")):
        answer = Classifier.load(name, folder).classify(image[0, 0], side, "area")
        assert (by[protocol, side].label, by[protocol, side].probability) == answer.top[0]


def test_where_the_report_s_network_is_missing_the_fast_one_answers(folder: Path) -> None:
    lay(folder, "cifar10-fast", "cifar10")
    lay(folder, "cifar10-8", "cifar10", seed=1, resolution=8)
    lay(folder, "cifar10-fast-8", "cifar10", seed=2, resolution=8)
    registry = ModelRegistry(folder)
    cells = compare_protocols(np.zeros((1, 3, 32, 32), np.uint8), registry.get("cifar10"), "area", registry.get)
    by = {(cell.protocol, cell.resolution): (cell.network, cell.label is not None) for cell in cells}
    assert by["totv", 16] == by["tvtv", 32] == ("cifar10-fast", True), "the report's cifar10-32 is not there"
    assert by["tvtv", 8] == ("cifar10-8", True) and by["tvtv", 24] == ("cifar10-24", False)


def test_a_damaged_file_is_not_told_as_a_network_that_is_not_trained_yet(folder: Path) -> None:
    (folder / "mnist-7.safetensors").write_bytes(b"half a file")
    registry = ModelRegistry(folder)
    cells = compare_protocols(np.zeros((1, 1, 28, 28), np.uint8), registry.get("mnist"), "area", registry.get)
    by = {(cell.protocol, cell.resolution): cell for cell in cells}
    assert "mnist-7.safetensors is damaged" in by["tvtv", 7].problem and by["tvtv", 7].label is None
    assert by["tvtv", 21].problem == "" and by["tvtv", 21].label is None, "this one is not trained yet"


def test_a_network_outside_the_study_has_a_row_of_its_own(folder: Path) -> None:
    registry = ModelRegistry(folder)
    cells = compare_protocols(np.zeros((1, 1, 28, 28), np.uint8), registry.get("arcs"), "area", registry.get)
    assert [(cell.protocol, cell.resolution, cell.network) for cell in cells] == [("chosen", s, "arcs") for s in (28, 21, 14, 7)]


STUDIED = [name for name in ("cifar10-32", "mnist-28", "mnist-mixed") if name in read_cards(FOLDER)]


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("name", STUDIED)
def test_a_hundred_test_pictures_get_what_the_study_counted(name: str, real_data: Path) -> None:
    """Through the classifier one by one, against the study's own evaluation, at each of its sides."""
    from core.inference.evaluation import Trained

    network = Classifier.load(name, FOLDER)
    data = load(network.recipe.dataset, real_data)
    studied = Trained(network.recipe.changed(threads=1), (FOLDER / f"{name}.safetensors").read_bytes(), data)
    test, side = data.images[data.train_size :][:100], network.shape[1]
    for reduced in (side, side * 3 // 4, side // 2, side // 4):
        expected = studied.logits(at_resolution(test, reduced, network.recipe.filter)).argmax(1).tolist()
        images = test.permute(0, 2, 3, 1).numpy()
        said = [network.classify(image, reduced, top=1).top[0][0] for image in images]
        assert said == [network.classes[place] for place in expected]
