"""What each verb of the command line does: an options object in, a plain dict for JSON out."""

from __future__ import annotations

import math
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.cli import own_data
from core.datasets import files as dataset_files
from core.engines import base
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER, read_cards
from core.runs.foreground import train_to_the_end
from core.runs.snapshot import Snapshot, card_snapshot, look_up
from core.runs.store import RunStore, StoredRun, open_store, runs_folder
from core.vocabulary import metrics, networks, sources
from core.vocabulary.errors import LabError
from core.vocabulary.layers import Layer
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import FIELDS, Recipe, preset
from core.vocabulary.records import Epoch, Record, Start, Tick, as_dict
from core.vocabulary.sources import source_of

Answer = dict[str, Any]
OWNER = "command line"
ENGINES: dict[str, Callable[[Path], base.Engine]] = {"thread": ThreadEngine, "process": ProcessEngine}
"""Where `train` trains, by the name of its option."""


def say(line: str, end: str = "\n") -> None:
    """Writes a line of progress to stderr; with `end=""` the next one goes on in it."""
    print(line, end=end, file=sys.stderr, flush=True)


# --- data, networks ------------------------------------------------------------------------------------------------


def do_data(options: Namespace) -> Answer:
    """Data set -> whether it is there, where, and what it holds; with --fetch after downloading what is missing.

    With --import, --export or --delete what was done with a set of one's own (core/cli/own_data.py).
    """
    if own_data.chosen(options):
        return own_data.run(options)
    folder = dataset_files.data_folder()
    names = options.names or list(sources.names())
    for name in names:
        source_of(name)
    if options.fetch:
        for name in names:
            dataset_files.fetch(name, folder, _show_download, mirror=dataset_files.mirror_of())
    return {name: _state_of(name, folder) for name in names}


def _state_of(name: str, folder: Path) -> Answer:
    source, state = source_of(name), dataset_files.verified(name, folder)
    return {
        "present": state.present, "path": str(state.path) if state.path else None, "layout": state.layout,
        "problem": state.problem, "train": source.train, "test": source.test, "classes": list(source.classes),
    }  # fmt: skip


def _show_download(progress: dataset_files.FetchProgress) -> None:
    total = progress.total_bytes or progress.done_bytes or 1
    share = progress.done_bytes / total
    bar = ("#" * round(30 * share)).ljust(30, ".")
    numbers = f"{progress.done_bytes / 1e6:.1f} of {total / 1e6:.1f} MB, {progress.bytes_per_second / 1e6:.2f} MB/s"
    say(f"\r{progress.name} {progress.file} [{bar}] {numbers}, {_time_left(progress.seconds_left)}   ", end="\n" if share >= 1 else "")


def _time_left(seconds: float) -> str:
    """
    >>> _time_left(2400.0)
    '40 min left'
    """
    if seconds in (0, math.inf):
        return "waiting" if seconds else "done"
    return "less than a minute left" if seconds < 60 else f"{seconds / 60:.0f} min left"


def do_networks(options: Namespace) -> Answer:
    """All networks with their numbers of parameters, or the layer table of one, or of a list of layers."""
    if options.layers is not None:
        if options.name is not None:
            raise LabError(f"--layers lists a network of one's own; leave out {options.name!r} or --layers")
        return _own_network(options.layers, options.shape)
    if options.name is None:
        return {"networks": [
            {"network": name, "about": NETWORKS[name].about, "shape": list(_shape_for(name)),
             "total_parameters": networks.total_parameters(networks.layer_table(name, _shape_for(name)))}
            for name in NETWORKS
        ]}  # fmt: skip
    if options.name not in NETWORKS:
        raise LabError(f"unknown network {options.name!r}; choose one of {', '.join(NETWORKS)}")
    shape = _shape_for(options.name) if options.shape is None else _parse_shape(options.shape)
    table = networks.layer_table(options.name, shape)
    layers = [_row(layer) for layer in table]
    return {"network": options.name, "shape": list(shape), "layers": layers, "total_parameters": networks.total_parameters(table)}


def _own_network(text: str, shape_text: str | None) -> Answer:
    """A list of layers, in its canonical spelling, with what each layer costs and sees."""
    shape = source_of(Recipe().dataset).shape if shape_text is None else _parse_shape(shape_text)
    table = networks.layer_table(text, shape)
    rows = [{**_row(layer), "multiplications": layer.multiplications, "receptive_field": layer.receptive_field} for layer in table]
    return {"network": networks.canonical(text), "shape": list(shape), "layers": rows,
            "total_parameters": networks.total_parameters(table), "total_multiplications": networks.multiplications(text, shape)}  # fmt: skip


def _row(layer: Layer) -> Answer:
    return {"name": layer.name, "output_shape": list(layer.output_shape), "parameters": layer.parameters, "activation": layer.activation}


def _shape_for(network: str) -> tuple[int, int, int]:
    return source_of(NETWORKS[network].dataset).shape


def _parse_shape(text: str) -> tuple[int, int, int]:
    numbers = text.split("x")
    if len(numbers) != 3 or not all(n.isdecimal() and 0 < int(n) < 10_000 for n in numbers):
        raise LabError(f"shape is {text!r}; expected channels x height x width, as 3x32x32")
    channels, height, width = map(int, numbers)
    return channels, height, width


# --- train ---------------------------------------------------------------------------------------------------------


def do_train(options: Namespace) -> Answer:
    """Trains and tests one run, or goes on with a stored one; the answer is the run's result."""
    given = {name: value for name, value in vars(options).items() if name in FIELDS and name != "preset"}
    folder = dataset_files.data_folder()
    if options.resume is not None:
        if given or options.preset:
            named = sorted(given or ["preset"])[0].replace("_", "-").replace("network", "network or --layers")
            raise LabError(f"a resumed run keeps its recipe; leave out --{named}")
        store = open_store(runs_folder())
        return _resume(store, look_up(options.resume, store, FOLDER), folder, options.engine)
    recipe = recipe_of(options.preset, given)
    base.check(recipe, folder, thoroughly=True)
    store = open_store(runs_folder())
    return _train(store, store.create(recipe, OWNER), folder, options.engine)


def recipe_of(preset_name: str | None, given: Answer) -> Recipe:
    """The preset's recipe (`quick` when none is named) with the given values in it."""
    recipe = preset(preset_name or "quick", given.get("dataset"))
    return recipe.changed(**given)


def _resume(store: RunStore, stored: Snapshot, folder: Path, engine: str) -> Answer:
    if stored.status == "finished":
        return summary(stored)
    if stored.status == "failed":
        raise LabError(f"run {stored.run} failed and cannot go on: {stored.message}")
    base.check(stored.recipe, folder, thoroughly=True)
    return _train(store, stored.run, folder, engine)


def _train(store: RunStore, run: str, folder: Path, engine_name: str) -> Answer:
    engine = ENGINES[engine_name](folder)
    try:
        ending, why = train_to_the_end(store, run, engine, lambda goes_on: say(f"run {run}{' goes on' if goes_on else ''}"), _tell)
    finally:
        engine.close()
    if ending == "stopped":
        say(f"\nstopped after epoch {store.get(run).epochs_done}; go on with: python -m core train --resume {run}")
    elif ending != "finished":
        say(f"\nthe run {'failed' if ending == 'failed' else 'was interrupted'}: {why}")
    return summary(store.get(run))


def _tell(record: Record) -> None:
    if isinstance(record, Start):
        sizes = {"train": record.facts.train, "validation": record.facts.validation, "test": record.facts.test}
        sized = ", ".join(f"{size:,} {part}" for part, size in sizes.items())
        device = f"{record.recipe.device} {record.recipe.precision}, {record.recipe.threads} threads"
        say(f"{record.recipe.network} on {record.recipe.dataset}: {record.facts.parameters:,} parameters; {sized}; {device}")
    elif isinstance(record, Tick) and sys.stderr.isatty() and record.loss is not None:
        say(f"\repoch {record.epoch} step {record.step}/{record.steps} loss {record.loss:.3f} "
            f"{record.images_per_second:,.0f} pictures/s   ", end="")  # fmt: skip
    elif isinstance(record, Epoch) and record.train_loss is not None:
        checked = "" if record.validation_loss is None else (
            f", validation loss {record.validation_loss:.3f}, accuracy {record.validation_accuracy:.1%}")  # fmt: skip
        say(f"\repoch {record.epoch}: loss {record.train_loss:.3f}, accuracy {record.train_accuracy:.1%}{checked}, "
            f"{record.images_per_second:,.0f} pictures/s, {record.seconds:.1f} s")  # fmt: skip


def summary(stored: StoredRun | Snapshot) -> Answer:
    """The facts of a run that `train` and `runs` print. Scores are of the test, None before there is one."""
    trained = [epoch for epoch in stored.epochs if epoch.epoch > 0]
    seconds = sum(epoch.seconds for epoch in trained)
    images, result = len(trained) * stored.facts.train, stored.result
    scores = metrics.scores(result.confusion) if result else None
    return {
        "run": stored.run,
        "status": stored.status,
        "message": stored.message,
        "epochs": stored.epochs_done,
        "dataset": stored.recipe.dataset,
        "network": stored.recipe.network,
        "name": stored.name,
        "test_accuracy": result.test_accuracy if result else None,
        "macro_precision": scores.macro.precision if scores else None,
        "macro_recall": scores.macro.recall if scores else None,
        "macro_f1": scores.macro.f1 if scores else None,
        "confusion": result.confusion if result else None,
        "images_per_second": images / seconds if seconds else None,
        "seconds": seconds,
    }


# --- runs, pretrain ------------------------------------------------------------------------------------------------


def do_runs(options: Namespace) -> Answer:
    """The list of stored and pretrained runs, or everything about one."""
    store = open_store(runs_folder())
    if options.run is None:
        for run, reason in store.unreadable().items():
            say(f"run {run} is left out, for it cannot be read: {reason}")
        cards = [card_snapshot(card, FOLDER) for card in read_cards(FOLDER).values()]
        return {"runs": [summary(stored) for stored in store.all()], "pretrained": [_short(card) for card in cards]}
    stored = look_up(options.run, store, FOLDER)
    facts = {name: value for name, value in stored.facts.as_dict().items() if name != "provenance"}
    return {
        **summary(stored),
        "recipe": stored.recipe.as_dict(),
        "facts": facts,
        "records": [*map(as_dict, stored.epochs), *([as_dict(stored.result)] if stored.result else [])],
        "weights": str(stored.weights) if stored.weights else None,
        "provenance": stored.facts.provenance,
        "evaluations": dict(stored.evaluations),
    }


def _short(card: Snapshot) -> Answer:
    """What the list says of a run that comes with the app."""
    known = summary(card)
    return {name: known[name] for name in ("run", "status", "epochs", "dataset", "network", "test_accuracy", "macro_f1")}


def do_pretrain(options: Namespace) -> Answer:
    """Makes what is missing of `pretrained/`, all of the plan or the named runs."""
    from core.cli import pretraining

    if options.to == "":
        raise LabError("--to is ''; expected a folder")
    folder = Path(options.to) if options.to else pretraining.FOLDER
    return pretraining.pretrain(folder, dataset_files.data_folder(), open_store(runs_folder()), say, options.names)


def do_study(options: Namespace) -> Answer:
    """The tables of a study, and the names of the runs that are planned and not there yet."""
    from core.cli import exporting, pretraining

    given = {name: value for name, value in vars(options).items() if name in FIELDS}
    report = None if options.report is None else Path(options.report).expanduser().absolute()
    if report and given:
        raise LabError(f"--report is made of the runs that come with the app; leave out --{next(iter(given)).replace('_', '-')}")
    written = exporting.write_study_report(options.study, report) if report else None
    found = pretraining.study(options.study, given, dataset_files.data_folder(), open_store(runs_folder()), say)
    return {"tables": {name: {"rows": rows} for name, rows in found.rows.items()}, "missing": found.missing, **({"report": written} if written else {})}


def do_classify(options: Namespace) -> Answer:
    """What a network says about an image, or about each of several; the same to the last digit as over HTTP.

    Of several, one that cannot be answered has an `error`, a sentence, in the place of an answer. LabError where none can.
    """
    from core.images.preprocessing import Steps
    from core.inference.model_registry import ModelRegistry

    steps = Steps(options.invert, options.crop, options.aspect, options.centre, options.ground, options.drawing, options.thicken)
    network = ModelRegistry(FOLDER, data=dataset_files.data_folder(), runs=runs_folder()).get(options.network)
    network.check(options.resolution, network.recipe.filter if options.filter is None else options.filter, options.top)

    def answer(file: str) -> Answer:
        from core.images.decoding import open_image

        return network.classify(open_image(Path(file)), options.resolution, options.filter, options.top, steps).as_dict()

    if len(options.pictures) == 1:
        return answer(options.pictures[0])
    found = [{"file": file, **_answer_or_error(answer, file)} for file in options.pictures]
    if all("error" in row for row in found):
        raise LabError(f"none of {len(found)} pictures can be classified; of the first: {found[0]['error']}")
    return {"pictures": found}


def _answer_or_error(answer: Callable[[str], Answer], file: str) -> Answer:
    try:
        return answer(file)
    except LabError as error:
        return {"error": str(error)}
