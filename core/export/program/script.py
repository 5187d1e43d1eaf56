"""A finished run as one PyTorch script that needs nothing of this project and prints the run's numbers."""

from __future__ import annotations

import textwrap

from core.datasets.files import state
from core.export.program import data, training
from core.export.program.part import Part, import_lines
from core.export.titles import label, title
from core.runs.snapshot import Snapshot
from core.vocabulary.datasets import Layout
from core.vocabulary.folders import data_folder
from core.vocabulary.sources import is_own, source_of

WIDTH = 110
"""Of a comment, in characters."""
DEFINITIONS = ("def ", "class ", "@")
"""How a block begins that has two empty lines around it."""


def script_of(run: Snapshot, layout: Layout | None) -> str:
    """The script of a finished run. LabError where its data set or one of its layers cannot be written down."""
    parts = parts_of(run, layout, in_notebook=False)
    text = f'"""{heading(run)}\n"""\n\n' + "\n".join(import_lines(parts))
    after_definition = False
    for part in parts:
        text += "\n\n\n" if after_definition or part.code.startswith(DEFINITIONS) else "\n\n"
        text += _commented(part)
        after_definition = part.code.rpartition("\n\n\n")[2].startswith(DEFINITIONS)
    return text + "\n"


def parts_of(run: Snapshot, layout: Layout | None, in_notebook: bool) -> list[Part]:
    """The steps of the program, in their order."""
    recipe, facts = run.recipe, run.facts
    return [
        data.settings(recipe, in_notebook, _epochs(run)),
        data.data(recipe, layout),
        data.split(recipe, facts),
        data.resolution(recipe, facts),
        training.network(recipe, facts),
        training.training(recipe, facts),
        training.evaluation(recipe, facts),
        training.run(recipe, facts, keep_history=in_notebook, until=run.epoch),
        training.test(run.result),
    ]


def _epochs(run: Snapshot) -> int:
    """How many the program trains."""
    return run.recipe.epochs if run.epoch is None else run.epoch


def heading(run: Snapshot, in_notebook: bool = False) -> str:
    """What the program is, what it needs, and where it prints the same digits."""
    recipe, made = run.recipe, run.facts.provenance
    source = source_of(recipe.dataset)
    lines = [f"Run {label(run)} of Resolution Lab: {title(run)}.", ""]
    where = f"{made.get('processor') or made.get('device_name', 'an unknown processor')}, torch {made.get('torch', 'unknown')}"
    fetched = "fetches the data" if source.layouts and not is_own(recipe.dataset) else "reads the data"
    told = (f"It {fetched}, trains for {_epochs(run)} epoch{'' if _epochs(run) == 1 else 's'} and tests once. It draws its random "
            f"numbers in the order of the lab: on the same kind of machine ({where}) it prints the run's numbers to the last digit.")  # fmt: skip
    if recipe.device != "cpu":
        told += " On a graphics card that has not been compared."
    lines += textwrap.wrap(told, WIDTH)
    lines.append(f"It needs: pip install torch{' torchvision' if fetched == 'fetches the data' else ''} numpy scikit-learn.")
    if in_notebook:
        lines[-1] = f"{lines[-1].removesuffix('.')} matplotlib." + _where(recipe.dataset)
    elif source.layouts:
        lines[-1] += " Usage: python train.py [FOLDER of the data sets]"
    return "\n".join(lines)


def _where(dataset: str) -> str:
    """Where a notebook finds its data."""
    if is_own(dataset):
        return " The images lie beside it, in `./data`."
    return " The data sets go to `./data`, or where LAB_DATA says." if source_of(dataset).layouts else ""


def layout_at_hand(dataset: str) -> Layout | None:
    """The layout that a program reads: the one on this machine, else the one that torchvision fetches; None without files."""
    source = source_of(dataset)
    found = state(dataset, data_folder())
    by_title = {layout.title: layout for layout in source.layouts}
    usual = next((layout for layout in source.layouts if layout.kind in ("idx", "python")), None)
    return by_title.get(found.layout, usual) if found.present else usual


def _commented(part: Part) -> str:
    return "\n".join([*(f"# {line}" for line in textwrap.wrap(f"--- {part.title}. {part.text}", WIDTH - 2)), part.code])
