"""What `python -m core export` does: a run leaves the lab as files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.export import bundle
from core.pretrained.cards import FOLDER, read_cards
from core.runs.snapshot import look_up, look_up_epoch
from core.runs.store import open_store, runs_folder
from core.studies.registry import cards_of
from core.vocabulary.errors import LabError
from core.vocabulary.folders import data_folder

Answer = dict[str, Any]


def do_export(options: Namespace) -> Answer:
    """Writes a run's files into a new folder; the answer names each with its size and what it is for."""
    if not options.to:
        raise LabError("--to is ''; expected a folder that is not there yet")
    what = None if options.what is None else [word.strip() for word in options.what.split(",")]
    folder = Path(options.to).expanduser().absolute()
    if "," in options.run:
        return _export_comparison(options.run, folder, what)
    run = look_up_epoch(options.run, open_store(runs_folder()), FOLDER)
    found = bundle.export(run, folder, what)
    about = {name: words for kind in bundle.KINDS.values() for name, words in kind.files.items()}
    files = [{"file": name, "bytes": len(content), "about": about[name]} for name, content in found.files.items()]
    return {"run": options.run, "to": str(folder), "files": files, "left_out": found.left_out}


def _export_comparison(named: str, folder: Path, what: list[str] | None) -> Answer:
    """RUN,RUN,...: the report of their comparison, which is all that several runs give."""
    if what not in (None, ["report"]):
        raise LabError(f"several runs give a report of their comparison; --what can be report, not {', '.join(what or ())}")
    from core.export.report import files

    bundle.check_new(folder)
    store = open_store(runs_folder())
    runs = [look_up(name.strip(), store, FOLDER) for name in named.split(",")]
    return _written(named, folder, files.comparison_files(runs, data_folder()), files.ABOUT)


def write_study_report(study: str, folder: Path) -> Answer:
    """The report of a study of the runs that come with the app, written into a new folder."""
    from core.export.report import files, study_report

    bundle.check_new(folder)
    document = study_report.study_report(study, cards_of(study, read_cards(FOLDER)), FOLDER, data_folder())
    return _written(study, folder, files.report_files(document), files.ABOUT)


def _written(name: str, folder: Path, found: bundle.Files, about: Mapping[str, str]) -> Answer:
    bundle.write_files(folder, found)
    rows = [{"file": file, "bytes": len(content), "about": about[file]} for file, content in found.items()]
    return {"run": name, "to": str(folder), "files": rows, "left_out": {}}
