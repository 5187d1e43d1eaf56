"""By which rule the first page's pictures are chosen, and that the kept file is what the kept networks say."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.inference import showcase as chosen
from core.inference.showcase import Said
from core.pretrained import showcase
from core.pretrained.cards import FOLDER
from core.pretrained.showcase import SIDES


def said(*images: tuple[int, str, str, str], sure: float = 0.5) -> tuple[Said, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """For each image its class, and for each network and side `+` right or `-` wrong."""
    label = np.zeros((3, len(SIDES), len(images)), np.int64)
    share = np.full(label.shape, sure)
    for place, (truth, *rows) in enumerate(images):
        for row, signs in enumerate(rows):
            label[row, :, place] = [truth if sign == "+" else truth + 1 for sign in signs]
            share[row, :, place] += 0.01 * place
    return Said(label, share), np.array([truth for truth, *_ in images])


ALL, LATE, NEVER, BACK = "+++++++", "------+", "-------", "+-----+"


def test_of_each_class_the_one_with_most_disagreement_is_first() -> None:
    answers, labels = said((0, "-++++++", ALL, ALL), (0, LATE, ALL, ALL), (1, "---++++", ALL, "--+++++"))
    assert chosen.choose(answers, labels) == [1, 2]


def test_who_does_not_know_the_original_or_changes_its_mind_twice_is_left_out() -> None:
    answers, labels = said((0, NEVER, ALL, ALL), (1, BACK, ALL, ALL), (2, LATE, "-++++++", ALL))
    assert chosen.choose(answers, labels) == [2], "a class without an open picture has none"


def test_of_equal_ones_the_surest_mistake_and_then_the_first() -> None:
    answers, labels = said((0, LATE, ALL, ALL), (0, LATE, ALL, ALL))
    assert chosen.choose(answers, labels) == [1]
    answers.share[:] = 0.5
    assert chosen.choose(answers, labels) == [0]


def test_without_data_or_networks_nothing_is_made(tmp_path: Path) -> None:
    assert not chosen.renew(tmp_path, tmp_path) and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_kept_file_is_what_the_kept_networks_say(real_data: Path, tmp_path: Path) -> None:
    kept = showcase.read(FOLDER)
    assert kept is not None
    for name in kept.weights:
        for end in ("json", "safetensors"):
            shutil.copy(FOLDER / f"{name}.{end}", tmp_path)
    assert chosen.renew(tmp_path, real_data)
    again = showcase.read(tmp_path)
    assert again is not None and again.indices == kept.indices and again.labels == kept.labels and again.weights == kept.weights
    assert np.array_equal(again.images, kept.images) and again.networks == kept.networks
    for protocol, rows in kept.answers.items():
        difference = np.abs(np.array(again.answers[protocol]) - np.array(rows))
        assert (difference[..., 0] == 0).all() and (difference[..., 1] <= 1).all(), "another processor rounds a percent differently"
    assert not chosen.renew(tmp_path, real_data), "what is there, of the same weights, is left alone"
