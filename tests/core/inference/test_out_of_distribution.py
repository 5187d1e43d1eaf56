"""The threshold below which no class is trusted: against torch's arithmetic, and on pictures nobody trained on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets import splits
from core.datasets.loading import DataSet, load
from core.images.resampling import at_resolution
from core.inference import out_of_distribution
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER, read_card
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from tests.networks_for_tests import lay, trained_on_digits


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return load("digits", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def classifier(digits: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = tmp_path_factory.mktemp("pretrained")
    return Classifier.load(lay(folder, "digits", "digits", network=trained_on_digits(digits)), folder)


def test_the_energy_is_torch_s_logsumexp() -> None:
    logits = np.random.default_rng(0).normal(0, 300, (50, 10)).astype(np.float32)
    np.testing.assert_allclose(out_of_distribution.energy(logits), torch.from_numpy(logits).double().logsumexp(1).numpy(), rtol=1e-12)


def test_the_held_out_pictures_are_those_of_the_split(digits: DataSet) -> None:
    recipe = preset("fast", "digits")
    images, part = out_of_distribution.calibration_images(recipe, digits)
    expected = splits.split(digits, recipe.split, validation=recipe.validation, seed=recipe.split_seed).validation
    assert part == "validation" and torch.equal(images, digits.images[expected])
    images, part = out_of_distribution.calibration_images(recipe.changed(validation=0.0), digits)
    assert part == "test" and torch.equal(images, digits.images[digits.train_size : digits.train_size + 180])


def test_most_held_out_pictures_are_trusted_and_noise_is_not(classifier: Classifier, digits: DataSet) -> None:
    noise = DataSet("noise", torch.randint(0, 256, (100, 3, 32, 32), dtype=torch.uint8), torch.zeros(100), (), 0, "")
    found = out_of_distribution.calibrate(classifier.recipe, digits, classifier.logits, classifier.weights, iter([noise]))
    held_out, _ = out_of_distribution.calibration_images(classifier.recipe, digits)
    for side in (8, 6, 4, 2):
        logits = classifier.logits(at_resolution(held_out, side, classifier.recipe.filter))
        assert abs(np.mean([found.in_distribution(row, side) for row in logits]) - out_of_distribution.ACCEPTED) <= 1 / 144
    assert found.images == len(held_out) == 144
    assert found.threshold(7) == pytest.approx((found.threshold(8) + found.threshold(6)) / 2) and found.threshold(1) == found.threshold(2)
    assert found.refused["noise"] >= 0.8
    assert found.weights == hashlib.sha256(classifier.weights).hexdigest()


def test_it_is_read_again_for_these_weights_alone(classifier: Classifier, digits: DataSet, tmp_path: Path) -> None:
    found = out_of_distribution.calibrate(classifier.recipe, digits, classifier.logits, classifier.weights, iter(()))
    assert out_of_distribution.read("digits", classifier.weights, tmp_path) is None
    out_of_distribution.write("digits", found, tmp_path)
    assert out_of_distribution.read("digits", classifier.weights, tmp_path) == found
    assert out_of_distribution.read("digits", b"others", tmp_path) is None
    (tmp_path / "trust" / "digits.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LabError, match=r"digits\.json is damaged"):
        out_of_distribution.read("digits", classifier.weights, tmp_path)


def test_foreign_pictures_take_the_network_s_form(digits: DataSet) -> None:
    colours = torch.full((2, 3, 32, 32), 7, dtype=torch.uint8)
    assert torch.equal(out_of_distribution.as_images_of(digits, colours), torch.full((2, 1, 8, 8), 7, dtype=torch.uint8))
    assert out_of_distribution.out_of_distribution_sets("mnist") == ("fashion-mnist", "cifar10")
    assert out_of_distribution.out_of_distribution_sets("cifar10") == ("digits", "mnist", "fashion-mnist")


def test_the_thresholds_that_come_with_the_app_are_read() -> None:
    files = sorted((FOLDER / out_of_distribution.FOLDER).glob("*.json"))
    assert len(files) >= 18
    for file in files:
        values = json.loads(file.read_text(encoding="utf-8"))
        found = out_of_distribution.EnergyThreshold.from_dict(values)
        assert found.images > 0 and found.threshold(28) > 0 and found.as_dict() == values
        assert bool(found.drawings and found.lead > 0) == (read_card(FOLDER / file.name).recipe.dataset in out_of_distribution.DRAWN_BY_OTHERS)


def test_every_kept_network_has_the_threshold_of_its_own_weights() -> None:
    """One made for weights that were replaced is not used: the classifier would name a class for everything, without a word."""
    networks = [path.stem for path in FOLDER.glob("*.safetensors") if not path.stem.endswith(".outputs")]
    files = {path.stem for path in (FOLDER / out_of_distribution.FOLDER).glob("*.json")}
    assert files == set(networks)
    stale = [name for name in networks if out_of_distribution.read(name, (FOLDER / f"{name}.safetensors").read_bytes(), FOLDER) is None]
    assert stale == []


@pytest.mark.slow
@pytest.mark.data
def test_of_drawings_by_other_hands_few_are_trusted_and_wrong(classifier: Classifier, digits: DataSet, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawings that the lead was not set on."""
    monkeypatch.setattr(out_of_distribution, "DRAWINGS", 400)
    mnist = load("mnist", real_data)
    plain = out_of_distribution.calibrate(classifier.recipe, digits, classifier.logits, classifier.weights, iter(()))
    found = out_of_distribution.with_lead(plain, digits, mnist, classifier.logits)
    assert found.lead > 0 and found.drawings == 400 and found.thresholds == plain.thresholds
    assert out_of_distribution.EnergyThreshold.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    drawings = [out_of_distribution.as_drawing(image) for image in mnist.images[-200:, 0].numpy()]
    careful = dataclasses.replace(classifier, trust=found)
    answers = [careful.classify(drawing, steps=out_of_distribution.CUT_OUT) for drawing in drawings]
    logits = classifier.logits(np.stack([answer.seen for answer in answers]))
    wrong = [answer.top[0][0] != str(int(label)) for answer, label in zip(answers, mnist.labels[-200:], strict=True)]
    after = [bool(answer.known) and mistaken for answer, mistaken in zip(answers, wrong, strict=True)]
    before = [plain.in_distribution(row, 8) and mistaken for row, mistaken in zip(logits, wrong, strict=True)]
    assert sum(after) <= 4 and sum(after) < sum(before)


def test_a_lead_is_asked_of_drawings_alone() -> None:
    trust = out_of_distribution.EnergyThreshold({"8": 1.0}, 1, "test", "", {}, lead=5.0, drawings=10)
    near, far = np.array([9.0, 8.0], np.float32), np.array([9.0, 3.0], np.float32)
    assert trust.in_distribution(near, 8) and not trust.in_distribution(near, 8, drawn=True)
    assert trust.in_distribution(far, 8, drawn=True)
    assert out_of_distribution.leads(np.stack([near, far])).tolist() == [1.0, 6.0]
    assert "lead" not in out_of_distribution.EnergyThreshold({"8": 1.0}, 1, "test", "", {}).as_dict()
