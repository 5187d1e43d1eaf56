"""Makes what lies under pretrained/, one run after another; run by `python -m core pretrain`. Resumable.

A run that is in the store already, finished or not, is used: killed and started again, nothing is trained twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli import histories
from core.engines.base import check
from core.engines.thread import ThreadEngine
from core.images.decoding import Bytes
from core.pretrained import ambiguous, test_images
from core.pretrained import landscape as landscape_file
from core.pretrained import showcase as showcase_file
from core.pretrained.ambiguous import Chances
from core.pretrained.cards import CARDS, FOLDER, Card, card_of, identity, read_card, read_cards, write_card
from core.pretrained.outputs import read_outputs, write_outputs
from core.pretrained.plan import Plan, PlannedRun, available
from core.runs.store import RunStore, StoredRun
from core.studies import architectures, architectures_comparison
from core.studies.registry import STUDIES
from core.system.atomic import write_whole
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Epoch

if TYPE_CHECKING:
    from core.datasets.loading import DataSet

__all__ = ["FOLDER", "Tables", "make", "plan", "pretrain", "study"]

Say = Callable[[str], None]
OWNER = "pretrain"
ALONE = (showcase_file.NAME, landscape_file.NAME)
"""What can be named beside the planned runs: files that are made of several networks."""


def plan() -> Plan:
    """Name -> planned run of everything under pretrained/."""
    runs: dict[str, PlannedRun] = {"digits": PlannedRun(preset("fast", "digits"), weights=True)}
    for study in STUDIES.values():
        runs |= study.plan()
    return runs


def pretrain(folder: Path, data: Path, store: RunStore, say: Say, names: Sequence[str]) -> dict[str, Any]:
    """Makes the named cards (none named: all) that are not there; name -> {status, test_accuracy}.

    Then what is made from kept networks in seconds, the images that come with the app, and, where nothing or `landscape` is
    named, the two ways through a loss landscape. `showcase`, one of these images, can be named to train nothing.
    """
    planned = plan()
    for name in names:
        if name not in planned and name not in ALONE:
            raise LabError(f"pretrained/ has no plan for {name!r}; choose some of {', '.join((*planned, *ALONE))}")
    folder.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before anything is trained
    answer = make({name: planned[name] for name in names or planned if name in planned}, folder, data, store, say)
    _renew_images(folder, data, say)
    if not names or landscape_file.NAME in names:
        _renew_landscape(folder, data, say)
    for name in answer:
        if planned[name].weights:
            set_trust(name, folder, data, say)
            _renew_history(name, folder, data, store, say)
    return answer


def _renew_history(name: str, folder: Path, data: Path, store: RunStore, say: Say) -> None:
    def images() -> DataSet:
        from core.datasets import loading

        return loading.load(read_card(folder / f"{name}.json").recipe.dataset, data)

    histories.renew_epochs(name, folder, images, store, lambda name, recipe: _train(name, recipe, data, store, say).run, say)
    histories.renew_answers(name, folder, images, say)


def _renew_landscape(folder: Path, data: Path, say: Say) -> None:
    from core.explain import landscape

    if landscape.renew(folder, data):
        say(f"{landscape_file.FILE}: made")


def _renew_images(folder: Path, data: Path, say: Say) -> None:
    """The images that come with the app, as far as the data sets and the networks are there."""
    from core.inference import showcase

    if test_images.renew_tiles(folder, data, [architectures_comparison.report_name(name) for name in architectures.REPORT]):
        say(f"{test_images.TILES_FILE}: made")
    for file in test_images.renew_first(folder, data):
        say(f"{file}: made")
    if showcase.renew(folder, data):
        say(f"{showcase_file.FILE}: made")
    if (folder / f"{ambiguous.NETWORK}.safetensors").exists() and ambiguous.renew(folder, data, lambda images: _chances(folder, images)):
        say(f"{ambiguous.FILE}: made")


def _chances(folder: Path, images: Bytes) -> Chances:
    from core.inference.classifier import Classifier

    return Classifier.load(ambiguous.NETWORK, folder).probabilities(images)


def set_trust(name: str, folder: Path, data: Path, say: Say) -> None:
    """Writes trust/NAME.json for a network whose weights are in the folder, unless there is one for these weights: with a
    lead, where drawings by other hands are there to set it on."""
    from core.datasets import loading
    from core.datasets.files import state
    from core.inference import out_of_distribution
    from core.inference.classifier import Classifier

    if not (folder / f"{name}.safetensors").exists():
        return
    available = Classifier.load(name, folder)
    by_others = out_of_distribution.DRAWN_BY_OTHERS.get(available.recipe.dataset, "")
    drawings_there = bool(by_others) and state(by_others, data).present
    if available.trust and (available.trust.drawings or not drawings_there):
        return
    say(f"{name}: from which score on a class is trusted")
    others = (loading.load(other, data) for other in out_of_distribution.out_of_distribution_sets(available.recipe.dataset) if state(other, data).present)
    found = out_of_distribution.calibrate(available.recipe, loading.load(available.recipe.dataset, data), available.logits, available.weights, others)
    if drawings_there:
        found = out_of_distribution.with_lead(found, loading.load(available.recipe.dataset, data), loading.load(by_others, data), available.logits)
    out_of_distribution.write(name, found, folder)


def study(name: str, changes: Mapping[str, Any], data: Path, store: RunStore, say: Say) -> Tables:
    """The tables of a study. Without changes from what is under pretrained/, training nothing; with changes of its
    recipes (`{"seed": 5}`) from runs of the store, which are made where they are missing. LabError for an unknown
    study or a change that does not go with one of its recipes.
    """
    planned: Plan = STUDIES[name].plan()
    if changes:
        planned = {run: dataclasses.replace(it, recipe=it.recipe.changed(**changes, preset=""), weights=False, keep_outputs_at=())
                   for run, it in planned.items()}  # fmt: skip
        make(planned, store.folder, data, store, say, named_by_run=True)
        cards = read_cards(store.folder)
    else:
        cards = read_cards(FOLDER)
    there = available(planned, cards.values())
    return Tables(STUDIES[name].as_json(there), [run for run in planned if run not in there])


@dataclass(frozen=True, slots=True)
class Tables:
    """What a study found."""

    rows: dict[str, list[dict[str, Any]]]
    """Table -> its rows; each row names its run."""
    missing: list[str]
    """Planned runs that are not there."""


def make(
    runs: Plan, folder: Path, data: Path, store: RunStore, say: Say, named_by_run: bool = False
) -> dict[str, Any]:
    """Trains and looks at what is not in the folder yet; name -> {status: there | made, test_accuracy}.

    A card takes its name from the plan, or, `named_by_run`, from its run in the store.
    """
    answer = {}
    for name, planned in runs.items():
        card = card_of(planned.recipe, read_cards(folder).values())
        there = card is not None and complete(card, planned, folder)
        if card is None or not there:
            card = _make(name, planned, _kept_run(card, folder) or _train(name, planned.recipe, data, store, say), folder, data, say,
                         named_by_run)  # fmt: skip
        answer[name] = {"status": "there" if there else "made", "test_accuracy": card.result.test_accuracy}
    return answer


def complete(card: Card, planned: PlannedRun, folder: Path) -> bool:
    """Whether a card has been looked at everywhere that the plan says, and its answers are kept where they shall be."""
    if card.recipe.filter != planned.recipe.filter:  # trained on full images, so only what it is looked at with differs
        return False
    if planned.keep_outputs_at and read_outputs(card.name, folder) is None:
        return False
    measured = {(filter, int(side)) for filter, sides in card.evaluations.items() for side in sides}
    return measured >= {(filter, side) for filter, sides in (planned.evaluate_at or {}).items() for side in sides}


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run, wherever it lies: its card so far, its weights, its id."""

    card: Card
    weights: bytes
    run: str


def _kept_run(card: Card | None, folder: Path) -> Finished | None:
    """A run whose card and weights are in the folder: it need not be trained to be looked at once more."""
    weights = folder / f"{card.name}.safetensors" if card else None
    return Finished(card, weights.read_bytes(), card.name) if card and weights and weights.exists() else None


def _make(
    name: str, planned: PlannedRun, run: Finished, folder: Path, data: Path, say: Say, named_by_run: bool
) -> Card:
    record = dataclasses.replace(run.card.record, recipe=dataclasses.replace(run.card.recipe, filter=planned.recipe.filter))
    card, weights = dataclasses.replace(run.card, name=run.run if named_by_run else name, record=record), run.weights
    if planned.weights or planned.evaluate_at or planned.keep_outputs_at:
        from core.datasets import loading

        weights, card = _evaluated(card, planned, weights, loading.load(card.recipe.dataset, data), folder, say)
    if planned.weights:
        file = folder / f"{name}.safetensors"
        if not file.exists() or file.read_bytes() != weights:
            histories.forget(name, folder)
        write_whole(file, weights)
    write_card(card, folder if planned.weights else folder / CARDS)
    return card


def _train(name: str, recipe: Recipe, data: Path, store: RunStore, say: Say) -> Finished:
    same = [run for run in store.summaries() if identity(run.recipe) == identity(recipe)]
    finished = next((run for run in same if run.status == "finished"), None)
    if finished:
        return _finished(name, store.get(finished.run))
    open_runs = [run for run in same if run.status in ("interrupted", "stopped")]
    if not open_runs:
        check(recipe, data, thoroughly=True)  # what cannot be trained makes no run
    run = open_runs[0].run if open_runs else store.create(recipe, OWNER)
    with store.locked(run):
        say(f"{name}: run {run}")
        for record in ThreadEngine(data).stream(store.get(run).recipe, store.checkpoint(run)):
            store.save(run, record)
            if isinstance(record, Epoch):
                say(f"{name}: epoch {record.epoch} of {recipe.epochs}, training accuracy {record.train_accuracy:.1%}")
    return _finished(name, store.get(run))


def _finished(name: str, stored: StoredRun) -> Finished:
    assert stored.weights is not None  # it is finished
    return Finished(Card(name, stored.record), stored.weights.read_bytes(), stored.run)


def _evaluated(
    card: Card, planned: PlannedRun, weights: bytes, images: DataSet, folder: Path, say: Say
) -> tuple[bytes, Card]:
    """The weights as small as they may be, and the card with the matrices that the plan asks for."""
    from core.inference import evaluation

    if planned.weights:
        weights = evaluation.smallest(card.recipe, weights, images)
    trained = evaluation.Trained(card.recipe, weights, images)
    evaluations: dict[str, Any] = {}
    for filter, sides in (planned.evaluate_at or {}).items():
        say(f"{card.name}: testing at {sides[0]} to {sides[-1]} pixels, {filter}")
        evaluations[filter] = {str(side): card.matrix(side, filter) or trained.matrix(side, filter) for side in sides}
    if planned.keep_outputs_at:
        write_outputs(card.name, trained.outputs(planned.keep_outputs_at, planned.recipe.filter), folder)
    return weights, dataclasses.replace(card, evaluations=evaluations)
