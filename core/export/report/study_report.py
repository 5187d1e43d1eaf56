"""The report of a study: made of the runs that are there, beside what is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from core.export.report.document import Document, Paragraph, Section
from core.export.report.parts import OWN_WORDS, question
from core.export.report.studies import architectures, dropout, resolution, splits
from core.pretrained.cards import Card
from core.vocabulary.errors import LabError

Cards = Mapping[str, Card]
TITLES = {
    "resolution": ("What the resolution of the images does", "How well does a network recognise images that have lost their detail?"),
    "architectures": ("Which architecture, which optimizer?", "Which of five small networks is best on Fashion-MNIST and MNIST, and what does the optimizer add?"),
    "dropout": ("How much dropout?", "Does dropout close the gap between training and test, and does it make the test better?"),
    "splits": ("How to hold images out", "Which way of holding images out tells best how good a network is?"),
}  # fmt: skip
"""Study -> title, and its question."""
_SECTIONS: dict[str, Callable[[Cards, Path, Path], list[Section]]] = {
    "resolution": resolution.sections, "architectures": architectures.sections,
    "dropout": lambda cards, folder, data: dropout.sections(cards), "splits": lambda cards, folder, data: splits.sections(cards),
}  # fmt: skip


def study_report(name: str, cards: Cards, folder: Path, data: Path) -> Document:
    """The report of a study, one of core.studies.registry.STUDIES. `cards`: planned name -> card of the runs that are there;
    `folder`: where they lie; `data`: the data sets. LabError where no run is there."""
    if not cards:
        raise LabError(f"no run of the study {name} is there yet; python -m core pretrain makes them")
    heading, asked = TITLES[name]
    method = Section("Sources", (Paragraph(
        "Published numbers are shown as they are printed: of the course report, of Kannojia and Jaiswal 2018 (IJCSE 6(9):451-456) and of "
        "Kadam 2020 (Journal of Scientific Research 64(2):374-384). All others are counted from this lab's own runs. "
        "A difference is called real where chance alone would make one as large in less than 1 of 20 tries."),))  # fmt: skip
    return Document(heading, f"Report of the study “{name}”, {len(cards)} runs of the Resolution Lab",
                    (question(asked), method, *_SECTIONS[name](cards, folder, data), OWN_WORDS))  # fmt: skip
