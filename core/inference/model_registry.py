"""The networks that can answer, by name: those under pretrained/, every finished run of the store, and each epoch whose
weights a run keeps, as RUN@EPOCH, also of a run that still goes on.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.files import state
from core.inference import out_of_distribution
from core.inference.classifier import Classifier
from core.inference.kept_epoch import KeptEpoch
from core.inference.plain_network import PlainNetwork
from core.pretrained.cards import Card, read_card, with_weights
from core.runs.history import FOLDER as HISTORY
from core.runs.history import History
from core.runs.store import RunStore, StoredRun, StoreError, open_store
from core.runs.summaries import RunSummary
from core.system.once import Once
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import is_own, problem_of, source_of

if TYPE_CHECKING:
    from core.datasets.loading import DataSet

LOG = logging.getLogger(__name__)
KEPT = 32
"""So many networks stay in memory; the one that was not asked for longest goes first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A network that can be chosen."""

    name: str
    recipe: Recipe
    pretrained: bool
    accuracy: float | None
    """On the test set, 0 to 1."""
    first_for: str = ""
    """The data set that it answers for when nobody names a network."""


@dataclass(eq=False)
class ModelRegistry:
    """Loads each network once. `folder` is that of the pretrained networks. `data` and `runs` are folders that may be missing, or None: then nothing is read there.

    A run has no stored threshold (core/inference/out_of_distribution.py): it gets one when it is loaded, where its data set is at hand.
    """

    folder: Path
    data: Path | None = None
    runs: Path | None = None
    _loaded: Once[Classifier] = field(default_factory=lambda: Once(KEPT), repr=False)
    _plain: Once[PlainNetwork] = field(default_factory=lambda: Once(KEPT), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _store: RunStore | None = field(default=None, repr=False)
    _choices: tuple[int, dict[str, Card], list[Choice]] | None = field(default=None, repr=False)

    def get(self, name: str) -> Classifier:
        """The network of a card, of a finished run, of a kept epoch (RUN@EPOCH; it knows no threshold), or the first one
        for a data set or a network of the registry.

        Raises LabError for a name that is none of these, and for weights that are missing or damaged.
        """
        found = self._named(name)
        if isinstance(found, KeptEpoch):
            return self._loaded.get((found.name, found.changed), lambda: Classifier.of_epoch(found))
        if isinstance(found, StoredRun):
            return self._load(found.run, found.weights, found)
        return self._load(found, self.folder / f"{found}.safetensors", None)

    def plain(self, name: str) -> PlainNetwork:
        """The same networks as arrays, without torch. LabError as `get`."""
        found = self._named(name)
        if isinstance(found, KeptEpoch):
            return self._plain.get((found.name, found.changed), lambda: PlainNetwork.of_epoch(found))
        weights = found.weights if isinstance(found, StoredRun) else self.folder / f"{found}.safetensors"
        changed = weights.stat().st_mtime_ns if weights and weights.exists() else 0

        def load() -> PlainNetwork:
            return PlainNetwork.of_run(found) if isinstance(found, StoredRun) else PlainNetwork.load(found, self.folder)

        return self._plain.get((found.run if isinstance(found, StoredRun) else found, changed), load)

    def recipe(self, name: str) -> Recipe:
        """How a network was trained, without loading it. LabError as `find`."""
        found = self._named(name)
        if isinstance(found, KeptEpoch):
            return found.record.recipe
        return found.recipe if isinstance(found, StoredRun) else read_card(self.folder / f"{found}.json").recipe

    def _named(self, name: str) -> str | StoredRun | KeptEpoch:
        """The card's name, the run, or the epoch of one."""
        if not isinstance(name, str) or not (match := re.fullmatch(r"((?:own:)?[\w-]{1,80}(?::[a-z]{1,9})?)(?:@([0-9]{1,9}))?", name)):
            raise LabError(f"{name!r} names no network; expected letters, digits and hyphens, and @EPOCH for a kept epoch of a run")
        found = self._run_or_card(match[1])
        return found if match[2] is None else self._kept_epoch(found, int(match[2]))

    def _kept_epoch(self, found: str | StoredRun, epoch: int) -> KeptEpoch:
        if isinstance(found, StoredRun):
            history, run, record = self._runs().history(found.run), found.run, found.record
        else:
            history, run, record = History(self.folder / HISTORY / found), found, read_card(self.folder / f"{found}.json").record
        history.weights_file(epoch)  # LabError where it was not kept
        return KeptEpoch(run, epoch, record, history)

    def _run_or_card(self, name: str) -> str | StoredRun:
        if not (self.folder / f"{name}.json").exists():
            if name in SOURCES or name in NETWORKS:
                return self._first(name)
            if is_own(name):
                return self._newest(name)
            if stored := self._stored(name):
                return stored
            raise LabError(f"there is no network {name!r}; expected one of {', '.join(self._names())} or a finished run's id")
        return name

    def list_models(self) -> list[Choice]:
        """Every network that is there: the data sets' own first, then the other cards, then runs, the newest first."""
        cards = with_weights(self.folder)
        newest = self._newest_change()
        kept = self._choices
        if kept is None or kept[0] != newest or kept[1] != cards:
            runs = self._runs().summaries() if newest else []
            kept = self._choices = newest, cards, self._listed(cards, runs)
        return [choice for choice in kept[2] if not problem_of(choice.recipe.dataset)]

    def _listed(self, cards: Mapping[str, Card], runs: Sequence[RunSummary]) -> list[Choice]:
        firsts = {name: dataset for dataset in SOURCES for name in self._firsts(dataset, cards)[:1]}
        of_cards = [Choice(name, cards[name].recipe, True, cards[name].result.test_accuracy, firsts.get(name, ""))
                    for name in dict.fromkeys([*firsts, *cards])]  # fmt: skip
        return of_cards + [Choice(run.run, run.recipe, False, run.test_accuracy) for run in runs if run.status == "finished"]

    def _newest(self, dataset: str) -> StoredRun:
        """The newest finished run on a data set of one's own, best at its full resolution. LabError where there is none."""
        source_of(dataset)
        runs = [choice for choice in self.list_models() if not choice.pretrained and choice.recipe.dataset == dataset]
        runs.sort(key=lambda choice: choice.recipe.resolution is not None)
        if not runs:
            raise LabError(f"there is no network for {dataset} yet; train one: python -m core train --dataset {dataset}")
        return self._runs().get(runs[0].name)

    def _first(self, name: str) -> str:
        for card in source_of(name).cards if name in SOURCES else ():  # asked most often, and found without reading every card
            if all((self.folder / f"{card}.{end}").exists() for end in ("json", "safetensors")):
                return card
        found = self._firsts(name, with_weights(self.folder))
        if not found:
            raise LabError(f"there is no network for {name} yet; python -m core pretrain makes it")
        return found[0]

    def _firsts(self, wanted: str, cards: Mapping[str, Card]) -> list[str]:
        """Names of cards for a data set or a network, best suited first: those of its row, then others for full images."""
        listed = [name for source in SOURCES.values() for name in source.cards if name in cards]
        whole = [name for name, card in cards.items() if card.recipe.resolution is None and "mixed" not in card.recipe.augment]
        return [name for name in dict.fromkeys([*listed, *whole])
                if wanted in (cards[name].recipe.dataset, cards[name].recipe.network)]  # fmt: skip

    def _names(self) -> list[str]:
        return [*SOURCES, *(name for name in with_weights(self.folder) if name not in SOURCES)]

    def _load(self, name: str, weights: Path | None, stored: StoredRun | None) -> Classifier:
        changed = weights.stat().st_mtime_ns if weights and weights.exists() else 0

        def load() -> Classifier:
            began = time.perf_counter()
            found = self._trusted(Classifier.of_run(stored)) if stored else Classifier.load(name, self.folder)
            LOG.debug("network %s loaded in %.0f ms", name, 1000 * (time.perf_counter() - began))
            return found

        return self._loaded.get((name, changed), load)

    def _trusted(self, made: Classifier) -> Classifier:
        data = self.dataset(made.recipe.dataset)
        if data is None or (data.shape, data.classes) != (made.shape, made.classes):  # a set of one's own, made anew under its name
            return made
        found = out_of_distribution.calibrate(made.recipe, data, made.logits, made.weights, iter(()))
        return dataclasses.replace(made, trust=found)

    def dataset(self, name: str) -> DataSet | None:
        """A data set, if it is at hand. `digits` always is."""
        if self.data is None or not state(name, self.data).present:
            return None
        from core.datasets import loading

        return loading.load(name, self.data)

    # --- the store ---------------------------------------------------------------------------------------------

    def _newest_change(self) -> int:
        """Of the runs; 0 without any. A store that cannot be read hides no network that comes with the app."""
        try:
            return self._runs().newest_change() if self._has_runs() else 0
        except StoreError as error:
            LOG.error("%s", error)
            return 0

    def _stored(self, run: str) -> StoredRun | None:
        if not self._has_runs() or self._runs().version(run) is None:
            return None
        return self._runs().get(run)

    def _has_runs(self) -> bool:
        return self.runs is not None and (self.runs / "runs.sqlite").exists()

    def _runs(self) -> RunStore:
        assert self.runs is not None
        with self._lock:
            if self._store is None:
                self._store = open_store(self.runs)
            return self._store
