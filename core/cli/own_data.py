"""What `python -m core data` does with data sets of one's own: import, export, delete."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from core.datasets.own.store import OwnStore
from core.images.own import exporting, importing
from core.images.own.importing import Wanted
from core.vocabulary.errors import LabError
from core.vocabulary.sources import is_own, source_of

Answer = dict[str, Any]
OWNER = "command line"
OPTIONS = ("name", "side", "colour", "drawings", "split", "keep_rest", "authors")
"""What goes with --import alone."""


def chosen(options: Namespace) -> bool:
    """Whether the verb is about a set of one's own. LabError for options that do not go together."""
    verbs = [name for name in ("import_from", "export", "delete") if getattr(options, name) is not None]
    given = [name for name in OPTIONS if getattr(options, name) not in (None, False)]
    if len(verbs) > 1 or (verbs and (options.names or options.fetch)):
        raise LabError("data imports, exports, deletes, or fetches; expected one of --import, --export, --delete, or names of data sets")
    if given and options.import_from is None:
        raise LabError(f"--{given[0].replace('_', '-')} goes with --import")
    if (options.to is not None) != (options.export is not None):
        raise LabError("--export NAME and --to DIR go together")
    return bool(verbs)


def run(options: Namespace) -> Answer:
    """Does what `chosen` found; the answer is what was imported, exported or deleted."""
    store = OwnStore()
    if options.delete is not None:
        name = _full(options.delete)
        about, count = store.get(name), store.counts(name).total
        store.delete(name)
        return {"deleted": name, "title": about.title, "images": count}
    if options.export is not None:
        name, to = _full(options.export), Path(options.to).expanduser()
        return {"exported": name, "to": str(to.absolute()), "images": exporting.export_set(store, name, to)}
    return _import(options, store)


def _import(options: Namespace, store: OwnStore) -> Answer:
    """Imports and closes: what cannot be split is no data set, and leaves nothing behind."""
    source = Path(options.import_from).expanduser()
    wanted = Wanted(
        title=options.name or source.stem, owner=OWNER, side=options.side, channels=None if options.colour is None else 3 if options.colour else 1,
        drawn=options.drawings, keep_rest=options.keep_rest, authors=options.authors,
    )  # fmt: skip
    report = importing.import_set(source, wanted, store, _progress)
    parted = all(set(parts) <= {"train", "test"} for parts in report.counts.values())
    try:
        store.close(report.name, options.split or ("given" if parted else "random"))
    except BaseException:
        store.delete(report.name)
        raise
    row = source_of(report.name)
    about = {"shape": list(row.shape), "train": row.train, "test": row.test, "classes": list(row.classes), "folder": str(store.folder)}
    return {"imported": report.name, "title": row.title, **about, "report": report.as_dict()}


def _full(name: str) -> str:
    return name if is_own(name) else f"own:{name}"


def _progress(done: int, all: int) -> None:
    if done and done % 500 == 0:
        print(f"{done:,} of {all:,} pictures read", file=sys.stderr, flush=True)
