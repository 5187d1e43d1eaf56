"""The report of compared runs, as HTML and as PDF: made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.export.report import comparison_report
from core.runs.snapshot import Snapshot
from core.system.once import Once
from demo.text import speaker
from demo.visitor import session

say = speaker("runs")
MOST_RUNS = comparison_report.MOST_RUNS
FORMS = {"html": "text/html", "pdf": "application/pdf"}
_made: Once[dict[str, bytes]] = Once(4)
"""So many are kept: both files are made at once, and finished runs do not change, but for their names."""


def buttons(runs: Sequence[Snapshot]) -> None:
    """One for each form. `runs`: 2 to MOST_RUNS finished ones, with their histories."""
    name = "-".join(("comparison", *(run.run for run in runs)))[:80]
    with st.container(horizontal=True):
        for form, mime in FORMS.items():
            st.download_button(say(f"report_{form}"), writer(runs, form), f"{name}.{form}", mime, key=f"runs.report.{form}",
                               icon=":material/description:", help=say("report_help"), on_click="ignore")  # fmt: skip


def writer(runs: Sequence[Snapshot], form: str) -> Callable[[], bytes]:
    """What makes the report, in a thread that knows no visitor."""
    manager = session.manager()
    key = (manager.store.folder, manager.cards, manager.data, *((run.run, run.name) for run in runs))

    def write() -> bytes:
        from core.export.report import files  # the library that writes PDF is for those who ask

        return _made.get(key, lambda: files.comparison_files(runs, manager.data))[f"report.{form}"]

    return write
