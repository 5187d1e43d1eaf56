"""The training loop: a recipe and a data set in, an iterator of records out.

`train` knows no thread, no file and no screen. Whoever reads the records decides how fast they come, when to stop
and where they go. Read `train` first; everything below it is one of its steps.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from core.datasets.loading import DataSet
from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.training import checkpoint, device, observation
from core.training.augmentation import Augmentation
from core.training.models.inputs import autocast, batch_of
from core.training.optimizers import LOSSES, learning_rate
from core.training.provenance import provenance
from core.training.state import TrainingState
from core.training.stopwatch import Stopwatch
from core.training.subsets import Subset, Subsets, make_subsets
from core.vocabulary.errors import RunFailed
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Facts, Matrix, Observation, Record, Result, Start, Tick

Returned = TypeVar("Returned")
FIRST_STEPS = 20
DIVERGED = 1e6
"""A loss from here on (nats an image; chance is 2.3) is as lost as one that is no number: the run ends."""


def train(recipe: Recipe, data: DataSet, resume: bytes | None = None) -> Iterator[Record]:
    """Trains one network and tests it once.

    Yields Start, the untrained network as epoch 0, then Ticks and one Epoch per epoch, then the Result. With the
    checkpoint of an earlier epoch as `resume` it goes on after that epoch, to the same bits as if it had never
    stopped: each epoch draws everything from (seed, epoch), and the learning rate is a function of the step.
    Raises LabError for what cannot be trained, RunFailed when the loss is no longer a number.
    """
    recipe = device.resolve(recipe)
    device.configure(recipe)  # counts for the thread that calls it, so here and not earlier
    parts = yield from make_subsets(recipe, data)
    reseed(recipe.seed, 0)
    state = TrainingState.make(recipe, data.shape, len(data.classes))
    done = state.load(resume) if resume else 0
    yield Start(recipe, facts(recipe, data, parts, state), done, observation.validation_arrays(parts))
    if not resume:
        yield (yield from check(recipe, state, parts, epoch=0, stats=None))
    for epoch in range(done + 1, recipe.epochs + 1):
        reseed(recipe.seed, epoch)
        stats = yield from train_epoch(recipe, state, parts.train, epoch)
        yield (yield from check(recipe, state, parts, epoch, stats))
    yield (yield from test(recipe, state, parts.test))


# --- one epoch ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EpochStats:
    """What one pass over the training part gave."""

    loss: float
    confusion: Matrix
    learning_rate: float
    seconds: float
    images_per_second: float
    first_losses: list[float]

    @property
    def accuracy(self) -> float:
        """The running accuracy of the epoch, 0 to 1."""
        return _accuracy(self.confusion)


def reseed(seed: int, epoch: int) -> None:
    """Everything that the epoch draws from torch's global generator (weights, dropout) depends on these two alone."""
    torch.manual_seed(_stream(seed, epoch, 0))


def _stream(seed: int, epoch: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, epoch, number]).generate_state(1, np.uint64)[0] >> np.uint64(1))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of gradient descent, as it was taken. Its tensors are good until the next step."""

    number: int
    """0-based in its epoch."""
    labels: Tensor
    logits: Tensor
    loss: Tensor
    rate: float


def steps(recipe: Recipe, state: TrainingState, part: Subset, epoch: int) -> Iterator[Step]:
    """One pass over the training part in a random order, batch by batch. Nothing in it waits for the device."""
    draw = torch.Generator().manual_seed(_stream(recipe.seed, epoch, 1))
    order = torch.randperm(len(part), generator=draw).to(part.labels.device)
    augment = Augmentation(recipe, len(part), part.images.shape[1], draw)
    starts = range(0, len(part), recipe.batch_size)
    state.network.train()
    for number, start in enumerate(starts):
        rate = learning_rate(recipe, (epoch - 1) * len(starts) + number, recipe.epochs * len(starts))
        state.set_rate(rate)
        batch = order[start : start + recipe.batch_size]
        images, labels = augment(part.images[batch], start), part.labels[batch]
        logits, loss = state.step(recipe, images, labels)
        yield Step(number, labels, logits, loss, rate)


def train_epoch(recipe: Recipe, state: TrainingState, part: Subset, epoch: int) -> Generator[Tick, None, EpochStats]:
    """One epoch, telling how it goes: losses and predictions gather on the device and are read at the ticks."""
    sizes = torch.tensor([len(chunk) for chunk in torch.split(part.labels, recipe.batch_size)], device=recipe.device)
    tally = ConfusionAccumulator(state.classes, recipe.device)
    losses = torch.zeros(len(sizes), device=recipe.device)
    watch = Stopwatch()
    reported, rate = 0, 0.0
    for step in steps(recipe, state, part, epoch):
        losses[step.number], rate = step.loss, step.rate
        tally.add(step.labels, step.logits)
        if watch.due():
            recent = _finite(losses[reported : step.number + 1], recipe, epoch, reported, rate)
            matrix, trained = tally.counts(), min((step.number + 1) * recipe.batch_size, len(part))
            reported = step.number + 1
            with watch.stopped():  # the reader may take its time, as when the run is paused
                yield Tick("training", epoch, reported, len(sizes), sum(recent) / len(recent), _accuracy(matrix), matrix,
                           rate, trained / watch.seconds, watch.seconds)  # fmt: skip
    _finite(losses[reported:], recipe, epoch, reported, rate)
    first = losses[:FIRST_STEPS].tolist() if epoch == 1 else []
    mean = float((losses * sizes).sum() / len(part))
    seconds = watch.seconds
    return EpochStats(mean, tally.counts(), rate, seconds, len(part) / seconds, first)


def first_losses(recipe: Recipe, data: DataSet) -> list[float]:
    """The losses of a new run's first 20 steps. Equal to the bit with those of an earlier run, the run is the same."""
    recipe = device.resolve(recipe)
    device.configure(recipe)
    parts = returned(make_subsets(recipe, data))
    reseed(recipe.seed, 0)
    state = TrainingState.make(recipe, data.shape, len(data.classes))
    reseed(recipe.seed, 1)
    return [float(step.loss) for step in islice(steps(recipe, state, parts.train, 1), FIRST_STEPS)]


def returned(telling: Generator[Tick, None, Returned]) -> Returned:
    """What a step of `train` returns, without what it tells meanwhile."""
    while True:
        try:
            next(telling)
        except StopIteration as end:
            value: Returned = end.value
            return value


def _finite(losses: Tensor, recipe: Recipe, epoch: int, before: int, rate: float) -> list[float]:
    """The losses as numbers; raises RunFailed, naming the step, when one of them is not."""
    values: list[float] = losses.tolist()
    for step, value in enumerate(values, start=before + 1):
        if not value < DIVERGED:  # true for NaN as well
            raise RunFailed(f"the loss became {value:.3g} in epoch {epoch}, step {step}, at a learning rate of {rate:.3g}: {_advice(recipe)}")
    return values


def _advice(recipe: Recipe) -> str:
    gentler = min(OPTIMIZERS[recipe.optimizer].learning_rate, recipe.learning_rate / 10)
    return f"try a learning rate of {gentler:.3g}" + ("" if recipe.precision == "float32" else ", or precision float32")


# --- looking without learning --------------------------------------------------------------------------------------


def check(recipe: Recipe, state: TrainingState, parts: Subsets, epoch: int, stats: EpochStats | None) -> Generator[Tick, None, Epoch]:
    """The network in evaluation mode on some training images and on the validation part; then the epoch's record."""
    with observation.unit_watch(state.network) as units:
        trained_on = yield from measure(recipe, state, parts.train.first(CHECKED_TRAINING_IMAGES), "checking", epoch)
    held_out = (yield from measure(recipe, state, parts.validation, "checking", epoch)) if len(parts.validation) else None
    matrix = held_out.confusion if held_out else None
    accuracy = _accuracy(matrix) if matrix else None
    if accuracy is None or accuracy > state.best_accuracy:
        state.best_epoch, state.best_accuracy = epoch, accuracy if accuracy is not None else -1.0
        if recipe.keep == "best":
            state.best = {name: tensor.clone() for name, tensor in state.network.state_dict().items()}
    return Epoch(
        epoch=epoch,
        train_loss=stats.loss if stats else None,
        running_accuracy=stats.accuracy if stats else None,
        train_accuracy=_accuracy(trained_on.confusion),
        validation_loss=held_out.loss if held_out else None,
        validation_accuracy=accuracy,
        validation_confusion=matrix,
        train_confusion=stats.confusion if stats else None,
        learning_rate=stats.learning_rate if stats else None,
        seconds=stats.seconds if stats else 0.0,
        images_per_second=stats.images_per_second if stats else None,
        best_epoch=state.best_epoch,
        first_losses=stats.first_losses if stats else [],
        checkpoint=state.save(epoch),
        observation=observe(state, parts, held_out, units),
        arrays=observation.probability_arrays(held_out.logits) if held_out else b"",
    )


def observe(state: TrainingState, parts: Subsets, held_out: Measured | None, units: Sequence[tuple[int, Tensor]]) -> Observation:
    """What was seen of the network after the epoch; `units` as core.training.observation.unit_watch noted them."""
    answers = observation.answers(held_out.logits, parts.validation.labels) if held_out else ((), ())
    return Observation(*answers, observation.norms(state.network), observation.dead_units(units))


def test(recipe: Recipe, state: TrainingState, part: Subset) -> Generator[Tick, None, Result]:
    """The one look at the test set, with the weights that the recipe keeps."""
    if recipe.keep == "best":
        state.network.load_state_dict(state.best)
    epoch = state.best_epoch if recipe.keep == "best" else recipe.epochs
    watch = Stopwatch()
    found = yield from measure(recipe, state, part, "testing", recipe.epochs)
    return Result(epoch, found.loss, _accuracy(found.confusion), found.confusion, watch.seconds, checkpoint.weights(state.network),
                  arrays=observation.probability_arrays(found.logits))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What a network answers to a part."""

    loss: float
    """Mean over the images."""
    confusion: Matrix
    logits: list[Tensor]
    """float32 (n, C) of each batch, on the device."""


def measure(recipe: Recipe, state: TrainingState, part: Subset, phase: str, epoch: int) -> Generator[Tick, None, Measured]:
    """The answers to a part, in evaluation mode (dropout off), without learning."""
    state.network.eval()
    answers = []
    tally = ConfusionAccumulator(state.classes, recipe.device)
    total = torch.zeros((), device=recipe.device)
    watch = Stopwatch()
    starts = range(0, len(part), 500)
    for step, start in enumerate(starts):
        labels = part.labels[start : start + 500]
        with torch.inference_mode(), autocast(recipe):
            logits = state.network(batch_of(part.images[start : start + 500])).float()
            total += LOSSES[recipe.loss](logits, labels) * len(labels)
        tally.add(labels, logits)
        answers.append(logits)
        if watch.due():
            yield Tick(phase, epoch, step + 1, len(starts))
    loss = float(total) / len(part)
    if not loss < DIVERGED:
        raise RunFailed(f"the loss became {loss:.3g} in epoch {epoch}, with its last step: {_advice(recipe)}")
    return Measured(loss, tally.counts(), answers)


class ConfusionAccumulator:
    """A confusion matrix that grows on the device, without a copy to the host."""

    def __init__(self, classes: int, device: str) -> None:
        self.classes = classes
        self.matrix = torch.zeros(classes * classes, dtype=torch.int64, device=device)

    def add(self, truth: Tensor, logits: Tensor) -> None:
        """Counts a batch: labels int64 (N,) and logits (N, C)."""
        cell = truth * self.classes + logits.argmax(1)
        self.matrix.index_add_(0, cell, torch.ones_like(cell))

    def counts(self) -> Matrix:
        """The confusion matrix (C, C) so far, rows are the truth; brings it to the host."""
        matrix: Matrix = self.matrix.reshape(self.classes, self.classes).tolist()
        return matrix


def _accuracy(matrix: Matrix) -> float:
    return sum(row[i] for i, row in enumerate(matrix)) / max(1, sum(map(sum, matrix)))


def facts(recipe: Recipe, data: DataSet, parts: Subsets, state: TrainingState) -> Facts:
    """What stays the same for the whole run and is told once."""
    return Facts(
        classes=tuple(data.classes),
        shape=tuple(data.shape),
        parameters=sum(p.numel() for p in state.network.parameters()),
        train=len(parts.train),
        validation=len(parts.validation),
        test=len(parts.test),
        steps_per_epoch=-(-len(parts.train) // recipe.batch_size),
        provenance=provenance(recipe.device, data.fingerprint),
    )
