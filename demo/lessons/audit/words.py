"""Where two places of a source, or its text and its numbers, do not go together."""

from __future__ import annotations

import streamlit as st

from core.studies import audit
from core.studies.published import kannojia, published
from demo.classroom import asking, guessing, questions
from demo.lessons.audit import intervals
from demo.lessons.audit.means import lacking
from demo.text import speaker
from demo.ui import tables
from demo.ui.finding import Screen, Way
from demo.ui.formatting import percent, table
from demo.ui.tables import Column

say = speaker("audit")
STATEMENTS = ("deeper", "names", "loss", "headline", "paper")


def screen() -> Screen:
    """A training accuracy below the test's: printed, and ours."""
    guess = guessing.of(questions.below())
    rows = audit.headlines(asking.cards("architectures"))
    printed = [(say("printed_row", name=row.name), 100 * row.best_train, 100 * row.best_test) for row in rows]
    ours = [(say("our_row", name=row.name), 100 * row.ours_train, 100 * row.ours_test) for row in rows if row.ours_train is not None and row.ours_test is not None]
    ways = [Way(say("next", name=say("section_checklist")), "checklist"), Way(say("to_dropout"), page="dropout")]
    if not guess.shown:
        figure = intervals.both(say("below_alt"), say("accuracy_axis"), printed)
        return Screen("audit.words", guess.question.words, say("words"), figure, guess.options, ways, whole=False)
    figure = intervals.both(say("below_alt"), say("accuracy_axis"), [*printed, *ours])
    words = say("below_head" if any(row.train_below_test for row in rows) else "below_head_none")
    return Screen("audit.words", words, guess.sentence(), figure, _why, ways, last=guess.again)


def _why() -> None:
    st.markdown(say("below_text"))


def below() -> None:
    """The same as a table."""
    rows = audit.headlines(asking.cards("architectures"))
    shown = [{**row.as_dict(), "below": _yes(row.train_below_test), "own_below": _yes(row.ours_below)} for row in rows]
    columns = {
        "name": Column(say("network")), "best_train": Column(say("best_train"), "percent"), "best_test": Column(say("best_test"), "percent"),
        "below": Column(say("train_below_test")), "ours_train": Column(say("ours_train"), "percent"),
        "ours_test": Column(say("ours_test"), "percent"), "own_below": Column(say("train_below_test")), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.below", alt=say("below_alt"))
    lacking(rows)


def statements() -> None:
    """Statement by statement: one place, another place, and what a reader can do."""
    heads = [say("statement_says"), say("statement_but"), say("statement_reader")]
    values = _values()
    lines = [[say(f"says_{name}", **values), say(f"but_{name}", **values), say(f"reader_{name}")] for name in STATEMENTS]
    st.markdown(table(heads, lines, left=3))


def _yes(holds: bool | None) -> str | None:
    return None if holds is None else say("yes" if holds else "no")


def _values() -> dict[str, str]:
    """The printed numbers that the statements speak of."""
    best = published()["report"]["architectures"]["headline_percent"]
    totv, tvtv = kannojia("cifar10", "totv", 24), kannojia("cifar10", "tvtv", 24)
    assert totv and tvtv
    return {
        "arc2": f"{best['Arc2 Adam']['best_test']}%", "arc3": f"{best['Arc3 Adam']['best_test']}%",
        "paper_totv": percent(totv[0]), "paper_tvtv": percent(tvtv[0]),
    }  # fmt: skip
