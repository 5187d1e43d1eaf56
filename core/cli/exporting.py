"""What `python -m core export` does: a run leaves the lab as files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from core.export import bundle
from core.pretrained.cards import FOLDER
from core.runs.snapshot import look_up_epoch
from core.runs.store import open_store, runs_folder
from core.vocabulary.errors import LabError

Answer = dict[str, Any]


def do_export(options: Namespace) -> Answer:
    """Writes a run's files into a new folder; the answer names each with its size and what it is for."""
    if not options.to:
        raise LabError("--to is ''; expected a folder that is not there yet")
    what = None if options.what is None else [word.strip() for word in options.what.split(",")]
    folder = Path(options.to).expanduser().absolute()
    run = look_up_epoch(options.run, open_store(runs_folder()), FOLDER)
    found = bundle.export(run, folder, what)
    about = {name: words for kind in bundle.KINDS.values() for name, words in kind.files.items()}
    files = [{"file": name, "bytes": len(content), "about": about[name]} for name, content in found.files.items()]
    return {"run": options.run, "to": str(folder), "files": files, "left_out": found.left_out}
