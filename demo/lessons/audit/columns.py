"""Columns that are the same, scores that contradict each other, and answers that do not add up."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions import audit as found_by
from core.pretrained.cards import Card
from core.studies import audit
from demo.charts.dumbbell import dumbbell
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.classroom import asking, guessing, questions
from demo.lessons.audit import intervals
from demo.lessons.audit.intervals import Place
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent, table, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("audit")
RUN = "audit.run"


def command(cards: dict[str, Card]) -> str:
    """What makes the runs that are lacking; "" where none is."""
    lacking = [f"fashion-{short}" for name, short in audit.RUNS.items() if name not in audit.results(cards)]
    return f"python -m core pretrain {' '.join(lacking)}" if lacking else ""


# --- why puzzle 1 --------------------------------------------------------------------------------------------------


def equal() -> Screen:
    """How often two columns agree by accident, and how often the printed ones do."""
    cards, guess = asking.cards("architectures"), guessing.of(questions.chance())
    back = [Way(say("next", name=say("section_scores")), "scores"), Way(say("back", name=say("section_spot")), "spot")]
    if not guess.shown:
        return Screen("audit.columns", guess.question.words, say("columns"), _printed, guess.options, back, whole=False)
    rows = audit.equal_columns(cards)
    most = max(row.printed["accuracy_percent"] for row in rows)
    by_accident = found_by.equal_rows(cards)
    words = say("equal_head", most=most, of=10, accident=by_accident.numbers["most"]) if by_accident else say("equal_head_alone", most=most, of=10)
    copied = audit.copies()
    text = say("pairs_found", names=", ".join(copied), count=len(copied), copies=len(copied) - 1, most=most)
    missing = command(cards)

    def beside() -> None:
        st.markdown(text)
        if missing:
            asking.missing(missing)

    stage = _printed if missing else _figure(rows)
    return Screen("audit.columns", words, guess.sentence(), stage, beside, back, last=guess.again)


def _printed() -> None:
    """The table of puzzle 1, to look at."""
    labels = [row.label for row in audit.implied(next(iter(audit.RUNS)), {})]
    lines = [[label, *(f"{audit.printed(name, 'accuracy_percent')[line]:.1f}" for name in audit.RUNS)] for line, label in enumerate(labels)]
    st.markdown(table([say("class"), *audit.RUNS], lines))


def _figure(rows: list[audit.EqualRow]) -> Figure:
    pairs = [{"name": say("pair", one=row.one, other=row.other), "ours": row.ours["accuracy_percent"], "theirs": row.printed["accuracy_percent"]} for row in rows]
    return dumbbell(say("equal_title"), pairs, "name", "ours", "theirs", Axis("equal", say("equal_axis"), "d", domain=(-0.5, 10.5)))


def pairs() -> None:
    """The table behind it: all three scores."""
    cards = asking.cards("architectures")
    rows = audit.equal_columns(cards)
    shown = [
        {"pair": say("pair", one=row.one, other=row.other), **row.printed, **{f"ours_{measure}": count for measure, count in row.ours.items()}}
        for row in rows
    ]
    columns: dict[str, Column] = {"pair": Column(say("pair_column"))}
    for measure in audit.MEASURES:
        columns[measure] = Column(say(f"same_{measure}"), "count")
    for measure in audit.MEASURES:
        columns[f"ours_{measure}"] = Column(say(f"ours_same_{measure}"), "count")
    tables.table(shown, columns, key="audit.pairs", alt=say("pairs_alt"))
    runs = sorted({run for row in rows for run in row.runs})
    if runs:
        tables.runs_behind(runs)
    _lacking(cards)


# --- why puzzle 3 --------------------------------------------------------------------------------------------------


def implied() -> Screen:
    """The recall that F1 and precision imply, and the accuracy that is printed."""
    name = session.get_state(RUN, next(iter(audit.RUNS)))
    rows = audit.implied(name, {})
    wrong = [row.label for row in rows if not row.possible]
    places = [Place(row.label, 100 * row.low, 100 * row.high, 100 * row.accuracy, row.possible) for row in rows]
    figure = intervals.intervals(say("implied_title", name=name), say("recall_axis"), places)
    ways = [Way(say("next", name=say("section_means")), "means"), Way(say("back", name=say("section_classes")), "classes")]

    def beside() -> None:
        finding.numbers([Number(f"{len(wrong)} / {len(rows)}", say("implied_number"), intervals.FAILS)])
        _choose("audit.run.screen")
        st.caption(say("implied_text"))

    words = say("implied_head" if wrong else "implied_head_none", name=name, wrong=len(wrong), of=len(rows))
    return Screen("audit.implied", words, say("implied_short"), figure, beside, ways)


def _choose(key: str) -> str:
    """One of the four printed trainings; the screen and the drawer look at the same one."""
    key = session.bind_widget(key, session.get_state(RUN, next(iter(audit.RUNS))))
    st.selectbox(say("network"), list(audit.RUNS), key=key, on_change=lambda: session.set_state(RUN, session.typed(key)))
    chosen: str = session.typed(key)
    return chosen


def implied_table() -> None:
    """The same with ours beside it."""
    cards = asking.cards("architectures")
    name = _choose("audit.run.drawer")
    rows = audit.implied(name, cards)
    shown = [
        {**row.as_dict(), "range": say("range", low=percent(row.low), high=percent(row.high)),
         "possible": say("possible" if row.possible else "impossible")}
        for row in rows
    ]  # fmt: skip
    columns = {
        "class": Column(say("class")), "precision": Column(say("precision"), "printed"), "f1": Column(say("f1"), "printed"),
        "range": Column(say("implied_range"), help=say("implied_help")), "accuracy": Column(say("accuracy_percent"), "percent"),
        "possible": Column(say("together")), "ours_recall": Column(say("ours_recall"), "percent"),
        "ours_precision": Column(say("ours_precision"), "percent"), "ours_f1": Column(say("ours_f1"), "percent"),
        "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key=f"audit.implied.{name}", alt=say("implied_alt", name=name))
    wrong = [row.label for row in rows if not row.possible]
    st.markdown(say("implied_found", name=name, wrong=len(wrong), of=len(rows), names=", ".join(wrong)))
    _lacking(cards)


def sums() -> None:
    """Whether the answers of all classes add up to the number of pictures."""
    cards = asking.cards("architectures")
    st.markdown(say("sums_text"))
    rows = audit.guesses(cards)
    shown = [
        {
            "name": row.name, "mean_accuracy": row.mean_accuracy, "mean_implied": row.mean_implied,
            "by_accuracy": say("range", low=whole(row.accuracy_low), high=whole(row.accuracy_high)),
            "accuracy_fits": say("possible" if row.by_accuracy else "impossible"),
            "by_f1": say("range", low=whole(row.f1_low), high=whole(row.f1_high)),
            "f1_fits": say("possible" if row.by_f1 else "impossible"), "ours": row.ours, "run": row.run,
        }
        for row in rows
    ]  # fmt: skip
    columns = {
        "name": Column(say("network")), "by_accuracy": Column(say("named_by_accuracy")), "accuracy_fits": Column(say("adds_up")),
        "by_f1": Column(say("named_by_f1")), "f1_fits": Column(say("adds_up")),
        "mean_accuracy": Column(say("mean_printed"), "percent"), "mean_implied": Column(say("mean_implied"), "percent"),
        "ours": Column(say("ours_named"), "count"), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.sums", alt=say("evidence_sums"))
    fits = [row.name for row in rows if row.by_f1]
    st.markdown(say(
        "sums_found", pictures=whole(rows[0].images), fits=sum(row.by_accuracy for row in rows), of=len(rows),
        f1_fits=", ".join(fits) or say("none"),
    ))  # fmt: skip
    _lacking(cards)


def _lacking(cards: dict[str, Card]) -> None:
    if missing := command(cards):
        asking.missing(missing)
