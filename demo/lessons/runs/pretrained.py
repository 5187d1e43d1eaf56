"""The runs that come with the app, on the page "Runs": by study, to be opened and compared, never deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.runs.summaries import RunSummary
from core.studies.registry import planned_names
from core.vocabulary.errors import LabError
from demo.classroom import asking
from demo.lessons.runs import table
from demo.text import plain, speaker
from demo.visitor import navigation, session

say = speaker("runs")
REST = "rest"
"""Where the runs stand that no study plans."""
COMMAND = "python -m core pretrain"


def render(chosen: Sequence[str], choose: Callable[[Sequence[str]], None]) -> list[RunSummary]:
    """Heading, choice of a study, its table. Returns the runs that can be chosen: those of the study, and `chosen`."""
    st.markdown(f"#### {say('of_the_app_title')}")
    try:
        every = session.manager().pretrained()
    except LabError as damaged:  # one file must not hide the visitor's own runs
        st.warning(plain(damaged), icon=":material/info:")
        return []
    if not every:
        asking.missing(COMMAND)
        return []
    groups = by_study(every)
    which = _study(groups)
    shown = groups.get(which, [])
    if which and not shown:
        asking.missing(COMMAND)
    elif which:
        _table(which, shown, chosen, choose)
    return [run for run in every if run in shown or run.run in chosen]


def by_study(every: Sequence[RunSummary]) -> dict[str, list[RunSummary]]:
    """Study -> its runs, also where it has none yet; at the end those of no study."""
    known = {run.run: run for run in every}
    groups = {name: [known.pop(run) for run in sorted(names) if run in known] for name, names in planned_names().items()}
    return groups | ({REST: list(known.values())} if known else {})


def _study(groups: dict[str, list[RunSummary]]) -> str:
    st.markdown(say("of_the_app_intro", count=sum(map(len, groups.values()))))
    key = session.bind_widget("runs.study", navigation.section(["", *groups]) or None)
    chosen = st.segmented_control(
        say("study"), list(groups), key=key, format_func=lambda name: say(f"study_{name}", count=len(groups[name])),
        on_change=lambda: navigation.to_section(session.typed(key) or ""),
    )  # fmt: skip
    return chosen or ""


def _table(
    which: str, shown: Sequence[RunSummary], chosen: Sequence[str], choose: Callable[[Sequence[str]], None]
) -> None:
    table.choosable(shown, table.rows(shown, ""), f"runs.{which}", chosen, choose, table.OF_THE_APP)
    planned = planned_names().get(which, ())
    if len(shown) < len(planned):
        st.caption(say("of_the_app_some", there=len(shown), planned=len(planned)))
