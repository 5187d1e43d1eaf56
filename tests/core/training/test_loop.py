"""The loop: what it tells, that it learns, that it resumes to the same bits, and how it fails."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from core.datasets import loading
from core.images.resampling import at_resolution
from core.training import loop, stopwatch
from core.training.augmentation import AUGMENTS, Augmentation, study_sides
from core.training.device import resolve
from core.training.models import inputs
from core.training.optimizers import LOSSES, SCHEDULES, learning_rate
from core.vocabulary.errors import LabError, RunFailed
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Epoch, Record, Result, Start, Tick

QUICK = Recipe(epochs=2, batch_size=64, threads=1, precision="float32", train_limit=300)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> loading.DataSet:
    return loading.load("digits", tmp_path_factory.mktemp("data"))


def run(recipe: Recipe, data: loading.DataSet, resume: bytes | None = None) -> list[Record]:
    return list(loop.train(recipe, data, resume))


def epochs(records: list[Record]) -> list[Epoch]:
    return [record for record in records if isinstance(record, Epoch)]


def result(records: list[Record]) -> Result:
    assert isinstance(records[-1], Result)
    return records[-1]


def same_weights(one: bytes, other: bytes) -> bool:
    left, right = load(one), load(other)
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def test_a_run_tells_start_then_epoch_zero_then_epochs_then_the_test(digits: loading.DataSet) -> None:
    told = [record for record in run(QUICK, digits) if not isinstance(record, Tick)]
    assert [type(record) for record in told] == [Start, Epoch, Epoch, Epoch, Result]
    first, last = told[1], told[3]
    assert isinstance(first, Epoch) and isinstance(last, Epoch)
    assert first.train_loss is None and first.validation_loss == pytest.approx(2.30, abs=0.1), "untrained: about ln 10"
    assert last.train_loss is not None and len(last.first_losses) == 0
    middle = told[2]
    assert isinstance(middle, Epoch) and len(middle.first_losses) == 5, "one for each of the 5 steps"
    assert sum(map(sum, last.train_confusion or [])) == 300


@pytest.mark.slow
def test_it_learns_the_digits(digits: loading.DataSet) -> None:
    assert result(run(preset("quick", "digits"), digits)).test_accuracy > 0.96


def test_start_says_what_was_resolved_and_where_it_came_from(digits: loading.DataSet) -> None:
    start = next(record for record in run(Recipe(epochs=1), digits) if isinstance(record, Start))
    assert start.recipe.device != "auto" and start.recipe.precision != "auto" and start.recipe.threads > 0
    assert start.facts.train + start.facts.validation == digits.train_size
    assert start.facts.provenance["data_sha256"] == digits.fingerprint
    assert start.recipe == resolve(start.recipe)


NORMALISED = "conv 6 3 stride 2 padding 1 none, batchnorm leaky, dropout 0.2, dense 12 none, batchnorm tanh"


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_resumed_run_keeps_the_running_values_of_batch_normalisation(precision: str, digits: loading.DataSet) -> None:
    recipe = QUICK.changed(network=NORMALISED, precision=precision, epochs=3, keep="best", validation=0.3)
    whole = run(recipe, digits)
    weights = load(result(whole).weights)
    assert weights["1.running_var"].ne(1).all() and weights["6.running_mean"].ne(0).all()
    rest = run(recipe, digits, epochs(whole)[1].checkpoint)
    assert same_weights(result(rest).weights, result(whole).weights)
    assert epochs(rest)[-1].validation_loss == epochs(whole)[-1].validation_loss


def test_a_last_batch_of_one_image_is_normalised_by_the_running_values(digits: loading.DataSet) -> None:
    """Of 101 images in batches of 20 one is left; torch's own refuses it."""
    recipe = QUICK.changed(network=NORMALISED, train_limit=101, batch_size=20, epochs=1)
    records = run(recipe, digits)
    assert next(record for record in records if isinstance(record, Start)).facts.train % 20 == 1
    assert epochs(records)[-1].train_loss is not None


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_resumed_run_ends_with_the_same_bits(optimizer: str, precision: str, digits: loading.DataSet) -> None:
    recipe = QUICK.changed(optimizer=optimizer, precision=precision, epochs=3, schedule="one-cycle", augment="flip+shift")
    whole = run(recipe, digits)
    for interrupted_after in (0, 2):
        rest = run(recipe, digits, epochs(whole)[interrupted_after].checkpoint)
        assert same_weights(result(rest).weights, result(whole).weights)
        assert epochs(rest)[-1].train_loss == epochs(whole)[-1].train_loss


def test_the_same_seed_gives_the_same_run_and_another_seed_another(digits: loading.DataSet) -> None:
    one, same, other = (run(QUICK.changed(seed=seed), digits) for seed in (1, 1, 2))
    assert same_weights(result(one).weights, result(same).weights)
    assert not same_weights(result(one).weights, result(other).weights)
    assert not same_weights(epochs(one)[0].checkpoint, epochs(other)[0].checkpoint), "initial weights differ too"


def test_keep_best_tests_the_epoch_with_the_best_validation_accuracy(digits: loading.DataSet) -> None:
    recipe = QUICK.changed(keep="best", epochs=4, learning_rate=0.2, validation=0.3)
    records = run(recipe, digits)
    accuracies = [epoch.validation_accuracy or 0.0 for epoch in epochs(records)]
    best = accuracies.index(max(accuracies))
    assert result(records).epoch == best == epochs(records)[-1].best_epoch
    at_best = {n.removeprefix("network."): t for n, t in load(epochs(records)[best].checkpoint).items() if n.startswith("network.")}
    tested = load(result(records).weights)
    assert all(torch.equal(tested[name], at_best[name]) for name in tested)
    resumed = run(recipe, digits, epochs(records)[3].checkpoint)
    assert same_weights(result(resumed).weights, result(records).weights), "the best weights are in the checkpoint"


def test_nothing_held_out_means_no_validation_curve(digits: loading.DataSet) -> None:
    records = run(QUICK.changed(validation=0.0, epochs=1), digits)
    assert all(epoch.validation_loss is None and epoch.validation_confusion is None for epoch in epochs(records))


def test_a_loss_that_is_no_number_ends_the_run_with_step_and_advice(digits: loading.DataSet) -> None:
    with pytest.raises(RunFailed, match=r"the loss became .* in epoch 1, .*step.*try a learning rate of 0.05"):
        run(QUICK.changed(learning_rate=1000.0), digits)
    with pytest.raises(RunFailed, match=r"the loss became \d.* in epoch 1, step \d+.*try a learning rate of 0.001"):
        run(QUICK.changed(learning_rate=1000.0, optimizer="adam"), digits)  # huge, and yet a number


def test_a_foreign_or_cut_checkpoint_is_refused(digits: loading.DataSet) -> None:
    good = epochs(run(QUICK.changed(epochs=1), digits))[-1].checkpoint
    other = epochs(run(QUICK.changed(epochs=1, network="arc1"), digits))[-1].checkpoint
    for bad in (good[: len(good) // 2], b"nonsense", other):
        with pytest.raises(LabError, match="checkpoint cannot be read"):
            run(QUICK, digits, bad)


def test_ticks_come_while_it_trains_and_pausing_the_reader_does_not_count(digits: loading.DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "TICK_SECONDS", 0.0)
    ticks = [record for record in run(QUICK.changed(epochs=1), digits) if isinstance(record, Tick)]
    training_ticks = [tick for tick in ticks if tick.phase == "training"]
    assert [tick.step for tick in training_ticks] == [1, 2, 3, 4, 5]
    assert {tick.phase for tick in ticks} == {"loading", "training", "checking", "testing"}
    last = training_ticks[-1]
    assert sum(map(sum, last.confusion or [])) == 300 and last.accuracy is not None and last.loss is not None


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("augment", AUGMENTS)
def test_every_loss_and_augmentation_trains(loss: str, augment: str, digits: loading.DataSet) -> None:
    records = run(QUICK.changed(loss=loss, augment=augment, epochs=1, optimizer="adam"), digits)
    assert result(records).test_loss > 0


def test_resolution_is_what_the_network_sees(digits: loading.DataSet) -> None:
    sharp, blurred = (run(QUICK.changed(resolution=side, epochs=1), digits) for side in (8, 2))
    plain = run(QUICK.changed(epochs=1), digits)
    assert result(sharp).weights == result(plain).weights, "the original side is the original"
    assert result(blurred).weights != result(plain).weights


def test_one_cycle_rises_to_the_peak_and_ends_near_nothing() -> None:
    recipe = preset("fast", "cifar10")
    rates = [learning_rate(recipe, step, 1000) for step in range(1000)]
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(recipe.learning_rate, rel=1e-3) and 290 <= top <= 310
    assert all(a <= b for a, b in itertools.pairwise(rates[: top + 1]))
    assert all(a >= b for a, b in itertools.pairwise(rates[top:])) and rates[-1] < 1e-6
    assert SCHEDULES["constant"](0.7) == 1.0


def augmented(kind: str, images: torch.Tensor) -> torch.Tensor:
    recipe = Recipe(augment=kind, device="cpu")
    return Augmentation(recipe, len(images), 8, torch.Generator().manual_seed(3))(images.clone(), 0)


def test_mixed_gives_each_picture_one_of_the_four_resolutions() -> None:
    images = torch.randint(0, 256, (400, 8, 8, 1), dtype=torch.uint8)
    mixed = augmented("mixed", images)
    count = dict.fromkeys(study_sides(8), 0)
    whole = {side: at_resolution(images.permute(0, 3, 1, 2), side, "bilinear-antialias").permute(0, 2, 3, 1) for side in count}
    for place, image in enumerate(mixed):
        is_at = [side for side in count if torch.equal(image, whole[side][place])]
        assert len(is_at) == 1
        count[is_at[0]] += 1
    assert all(60 < number < 140 for number in count.values()), "each as likely"


def test_augmentation_moves_whole_pictures_and_nothing_else() -> None:
    images = torch.randint(1, 255, (64, 8, 8, 3), dtype=torch.uint8)
    flipped = augmented("flip", images)
    same = [torch.equal(a, b) for a, b in zip(flipped, images, strict=True)]
    mirrored = [torch.equal(a, b.flip(1)) for a, b in zip(flipped, images, strict=True)]
    assert all(a or b for a, b in zip(same, mirrored, strict=True)) and 10 < sum(mirrored) < 54
    shifted = augmented("flip+shift", images)
    assert shifted.shape == images.shape and not torch.equal(shifted, flipped)
    for image, moved in zip(flipped[:8], shifted[:8], strict=True):  # its middle 6x6 stands somewhere in the moved one
        places = [moved[y : y + 6, x : x + 6] for y in range(3) for x in range(3)]
        assert any(torch.equal(place, image[1:7, 1:7]) for place in places)


def test_normalise_maps_black_and_white_to_minus_one_and_one() -> None:
    assert inputs.normalise(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1.0, 1.0]


@pytest.mark.data
def test_the_report_recipe_trains_on_all_fifty_thousand(real_data: Path) -> None:
    recipe = resolve(preset("report").changed(epochs=2))
    prepared = loop.make_subsets(recipe, loading.load("cifar10", real_data))
    try:
        while True:
            next(prepared)
    except StopIteration as done:
        parts = done.value
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (50_000, 0, 10_000)
