"""A picture through a network: what it says, at which resolution, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.datasets.loading import DataSet, load
from core.images.preprocessing import prepare
from core.images.resampling import at_resolution
from core.inference import classifier as classify
from core.inference import evaluation
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER, read_cards
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from tests.networks_for_tests import drawn, lay, trained_on_digits

SHAPE = (1, 8, 8)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return load("digits", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def folder(digits: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    lay(folder, "digits", "digits", network=trained_on_digits(digits))
    return folder


@pytest.fixture(scope="module")
def classifier(folder: Path) -> Classifier:
    return Classifier.load("digits", folder)


# --- what it says -----------------------------------------------------------------------------------------------


def test_the_test_pictures_drawn_large_are_recognised(classifier: Classifier, digits: DataSet) -> None:
    images = digits.images[digits.train_size :, 0].numpy()
    seen = np.concatenate([prepare(drawn(image), "digits", SHAPE).seen for image in images])
    said = classifier.probabilities(seen).argmax(1)
    assert (said == digits.labels[digits.train_size :].numpy()).mean() >= 0.95


def test_the_answer_is_sorted_and_sums_to_one(classifier: Classifier, digits: DataSet) -> None:
    image = drawn(digits.images[0, 0].numpy())
    answer = classifier.classify(image)
    chances = [chance for _, chance in answer.top]
    assert len(chances) == 10 and sum(chances) == pytest.approx(1, abs=1e-5)
    assert chances == sorted(chances, reverse=True)
    assert answer.seen.shape == SHAPE and answer.seen.dtype == np.uint8
    assert classifier.classify(image, top=3).top == answer.top[:3]
    assert answer.as_dict()["resolution"] == 8 and answer.as_dict()["known"] is None


def test_probabilities_are_those_of_the_network(classifier: Classifier, digits: DataSet) -> None:
    images = digits.images[:5]
    with torch.inference_mode():
        expected = torch.softmax(classifier.network((images.float() / 255 - 0.5) / 0.5), 1).numpy()
    np.testing.assert_allclose(classifier.probabilities(images.numpy()), expected, atol=1e-6)


@pytest.mark.parametrize("filter", ["area", "nearest", "bilinear-antialias"])
def test_the_network_sees_the_reduced_picture(classifier: Classifier, digits: DataSet, filter: str) -> None:
    image = digits.images[9:10]
    expected = at_resolution(image, 4, filter).numpy()
    answer = classifier.classify(image[0, 0].numpy(), 4, filter)
    np.testing.assert_array_equal(answer.seen, expected[0])
    assert dict(answer.top) == dict(zip(classifier.classes, classifier.probabilities(expected)[0].tolist(), strict=True))


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist-28", "cifar10-32"])
def test_one_picture_alone_gets_the_study_s_prediction(name: str, real_data: Path) -> None:
    """The studies look at 500 pictures at a time, the classifier at one."""
    card = read_cards(FOLDER)[name]
    data = load(card.recipe.dataset, real_data)
    file = FOLDER / f"{name}.safetensors"
    test = data.images[data.train_size :][:500]
    studied = evaluation.Trained(card.recipe.changed(threads=1), file.read_bytes(), data).logits(test)
    network = Classifier.load(name, FOLDER)
    alone = np.concatenate([network.logits(image[None]) for image in test])
    assert (alone.argmax(1) == studied.argmax(1).numpy()).all()


def test_loading_draws_no_random_number(folder: Path) -> None:
    """A training in the same process would go another way."""
    before = torch.get_rng_state()
    Classifier.load("digits", folder)
    assert torch.equal(before, torch.get_rng_state())


# --- what it refuses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"top": 0}, "top is 0; expected 1 to 10"),
        ({"top": 11}, "top is 11; expected 1 to 10"),
        ({"top": True}, "top is True"),
        ({"resolution": 3}, "resolution is 3; expected a whole number from 4 to 8 for digits"),
        ({"resolution": 9}, "resolution is 9"),
        ({"resolution": 4.0}, "resolution is 4.0"),
        ({"filter": "sharp"}, "unknown filter 'sharp'; choose one of bilinear"),
    ],
)
def test_impossible_values_are_refused(classifier: Classifier, digits: DataSet, values: dict[str, Any], told: str) -> None:
    with pytest.raises(LabError, match=told):
        classifier.classify(digits.images[0, 0].numpy(), **values)


@pytest.mark.parametrize("lost", ["digits.json", "digits.safetensors"])
def test_missing_or_damaged_networks_are_told(folder: Path, tmp_path: Path, lost: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / lost).write_bytes((folder / lost).read_bytes()[:100])
    with pytest.raises(LabError, match=lost):
        Classifier.load("digits", tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(LabError, match="python -m core pretrain"):
        Classifier.load("digits", tmp_path)


def test_a_card_of_another_network_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "digits.safetensors").write_bytes((folder / "digits.safetensors").read_bytes())
    card = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    card["facts"]["shape"] = [1, 12, 12]
    (tmp_path / "digits.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(LabError, match="does not fit its card"):
        Classifier.load("digits", tmp_path)


def test_a_run_that_is_not_finished_does_not_answer(tmp_path: Path) -> None:
    from core.vocabulary.recipe import preset

    store = open_store(tmp_path)
    run = store.create(preset("quick", "digits"), "somebody")
    with pytest.raises(LabError, match=f"run {run} is interrupted; only a finished run classifies"):
        Classifier.of_run(store.get(run))


@pytest.mark.slow
def test_importing_needs_no_torch() -> None:
    check = "import sys, core.inference.classifier, core.inference.model_registry, core.inference.protocols, core.explain.gradcam; sys.exit('torch' in sys.modules)"
    root = Path(classify.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", check], cwd=root).returncode == 0
