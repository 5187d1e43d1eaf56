"""Dropout shown: the masks are the layer's own, what is kept is scaled, and on average nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from core.explain import dropout_masks
from core.explain.dropout_masks import DropoutSubject
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.vocabulary.errors import LabError


def network() -> nn.Sequential:
    """Two layers with dropout between; the hidden units are alive for every picture."""
    torch.manual_seed(5)
    made = nn.Sequential(nn.Flatten(), nn.Linear(16, 40), nn.Sigmoid(), nn.Dropout(0.25), nn.Linear(40, 3))
    return made.eval()


IMAGE = (torch.arange(16, dtype=torch.uint8) * 16).reshape(1, 4, 4)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.7])
def test_a_silenced_unit_is_zero_and_the_others_are_scaled(rate: float) -> None:
    seen = dropout_masks.passes(network(), IMAGE, rate, seed=3, times=50)
    assert seen.silenced.shape == seen.sent_on.shape == (50, 40)
    expected = torch.where(seen.silenced, 0.0, seen.plain / (1 - rate))
    torch.testing.assert_close(seen.sent_on, expected)
    assert seen.silenced.float().mean().item() == pytest.approx(rate, abs=0.04)


def test_what_arrives_and_what_is_answered_are_the_network_s_own() -> None:
    net = network()
    seen = dropout_masks.passes(net, IMAGE, 0.5, seed=0)
    x = (IMAGE[None].float() - 127.5) / 127.5
    hidden = torch.sigmoid(net[1](x.flatten(1)))[0]
    torch.testing.assert_close(seen.plain, hidden.detach())
    torch.testing.assert_close(seen.answers[-1], net(x).softmax(1)[0].detach())
    with torch.no_grad():
        by_hand = torch.stack([net[4](row) for row in seen.sent_on]).softmax(1)
    torch.testing.assert_close(seen.answers[:-1], by_hand)
    torch.testing.assert_close(seen.mean, seen.sent_on.sum(0) / dropout_masks.TIMES)


def test_a_unit_that_is_zero_of_its_own_is_not_called_silenced() -> None:
    net = network()
    net[2] = nn.ReLU()
    with torch.no_grad():
        net[1].bias[:20] = -1e6  # type: ignore[union-attr]
    seen = dropout_masks.passes(net, IMAGE, 0.5, seed=0, times=100)
    assert (seen.plain[:20] == 0).all() and seen.silenced[:, :20].float().mean().item() == pytest.approx(0.5, abs=0.05)


def test_rate_zero_silences_nobody() -> None:
    seen = dropout_masks.passes(network(), IMAGE, 0.0, seed=0)
    assert not seen.silenced.any() and torch.equal(seen.sent_on, seen.plain.expand(dropout_masks.TIMES, -1))


def test_a_seed_fixes_the_draw_and_nothing_else_is_disturbed() -> None:
    net, before = network(), torch.get_rng_state()
    threads = torch.get_num_threads()
    one, same, other = (dropout_masks.passes(net, IMAGE, 0.5, seed) for seed in (1, 1, 2))
    assert torch.equal(one.silenced, same.silenced) and not torch.equal(one.silenced, other.silenced)
    assert torch.equal(torch.get_rng_state(), before), "a run that trains in this process keeps its draws"
    assert torch.get_num_threads() == threads and not net[3].training and net[3].p == 0.25


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_the_mean_of_the_passes_comes_to_evaluation_mode_as_the_arithmetic_says(rate: float) -> None:
    many = [dropout_masks.convergence(network(), IMAGE, rate, seed, times=64) for seed in range(60)]
    for place in (0, 9, 63):
        squares = [rows[place]["measured"] ** 2 for rows in many]
        expected = many[0][place]["expected"]
        assert expected == pytest.approx((rate / (1 - rate) / (place + 1)) ** 0.5)
        assert (sum(squares) / len(squares)) ** 0.5 == pytest.approx(expected, rel=0.08)
    assert [row["passes"] for row in many[0]] == list(range(1, 65))


def labelled() -> DropoutSubject:
    """The network's own answers are the truth, so that it is right everywhere while dropout is off."""
    net = network()
    images = torch.randint(0, 256, (200, 1, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    labels = net((images.float() - 127.5) / 127.5).argmax(1)
    return DropoutSubject("x", "digits", ("a", "b", "c"), net, (images[:50], 2 - labels[:50]), lambda: (images, labels))


def test_only_the_switch_changes_the_accuracy() -> None:
    watched = labelled()
    none, half, most = dropout_masks.train_and_eval_accuracy(watched, (0.0, 0.5, 0.9), seed=0)
    assert {row["off"] for row in (none, half, most)} == {1.0} and (none["on"], none["on_spread"]) == (1.0, 0.0)
    assert 1.0 > half["on"] > most["on"]
    truth = watched.test[1]
    right = float((watched.train()[1][:50] == truth).float().mean())
    assert none["test"] == pytest.approx(right)


def test_the_hardest_picture_is_the_one_of_the_least_certain_class() -> None:
    images, _ = labelled().test
    test = images, torch.tensor([2, 1, 0] * 16 + [0, 1])
    full = DropoutSubject("x", "digits", ("a", "b", "c"), network(), test, lambda: test)
    assert torch.equal(full.image(0), images[2]) and torch.equal(full.image(2), images[0])
    chances = [dropout_masks.passes(full.network, full.image(label), 0.0, 0).answers[-1, label].item() for label in range(3)]
    assert full.hardest() == chances.index(min(chances))


def test_a_network_is_taken_with_pictures_that_it_was_trained_on(tmp_path: Path) -> None:
    if not (FOLDER / "digits.safetensors").exists():
        pytest.fail("pretrained/digits.safetensors is part of the project")
    found = dropout_masks.subject(tmp_path, FOLDER, ("nosuch", "digits"))
    assert found.name == "digits" and len(found.train()[1]) == 1_000 and len(found.test[1]) == 360
    card = Classifier.load("digits", FOLDER)
    same = dropout_masks.accuracy(found.network, ((found.test[0].float() - 127.5) / 127.5, found.test[1]))
    assert card.classes == found.classes and same > 0.95
    with pytest.raises(LabError, match="none of the networks nosuch"):
        dropout_masks.subject(tmp_path, FOLDER, ("nosuch",))
