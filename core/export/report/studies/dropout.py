"""Sections of the report of study 3: dropout."""

from __future__ import annotations

from collections.abc import Mapping

from core.export.report import figures
from core.export.report.document import Block, Figure, Paragraph, Section, Table
from core.export.report.figures import Series
from core.export.report.words import percent, points
from core.pretrained.cards import Card
from core.studies.dropout import NETWORKS, beside_paper, paper_setting, rate_rows


def sections(cards: Mapping[str, Card]) -> list[Section]:
    """All of study 3. `cards`: planned name -> card."""
    return [Section(f"The network {network}", _network(cards, network)) for network in NETWORKS]


def _network(cards: Mapping[str, Card], network: str) -> list[Block]:
    rows = [row for row in beside_paper(rate_rows(cards)) if row.network == network]
    if not rows:
        return [Paragraph("No run of it is there yet.")]
    printed = any(row.paper_test is not None for row in rows)
    cells = [(f"{row.rate:g}", str(len(row.tested)), percent(row.train_accuracy), percent(row.test_accuracy), percent(row.test_accuracy_spread, 2), points(row.gap),
              *((percent(row.paper_train), percent(row.paper_test)) if printed else ())) for row in rows]  # fmt: skip
    head = ("rate", "seeds", "training", "test", "test spread", "gap", *(("paper, training", "paper, test") if printed else ()))
    setting = paper_setting()
    note = f" The paper (Kadam 2020) trained for {setting['epochs']} epochs in batches of {setting['batch']}." if printed else ""
    series = [Series("training", [(row.rate, row.train_accuracy) for row in rows]), Series("test", [(row.rate, row.test_accuracy) for row in rows])]
    theirs = [(row.rate, row.paper_test) for row in rows if row.paper_test is not None]
    return [
        Table(f"Accuracy at each dropout rate: means over the seeds, the test's standard deviation, and the gap (training less test) in percentage points.{note}", head, cells),
        Figure("Accuracy on training images, in evaluation mode, and on the test set.",
               figures.plot([*series, *([Series("test, paper", theirs)] if theirs else [])], "dropout rate", "accuracy", shares=True)),
    ]  # fmt: skip
