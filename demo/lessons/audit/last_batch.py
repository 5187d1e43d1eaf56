"""Sixteenths: the printed values alone, which batch sizes would leave them, and the last batch of our own networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.pretrained.outputs import Outputs, read_outputs
from core.studies import audit_last_batch
from core.vocabulary.sources import source_of
from demo.charts import export, plots
from demo.charts.figure import TRAINING
from demo.charts.plots import Axis
from demo.classroom import asking, guessing, questions
from demo.classroom.question import Settled
from demo.lessons.audit import intervals
from demo.server import services
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import one_in, percent, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("audit")
SIZE = 128
"""The batch size to begin with: the one that our runs of the report have."""
MICRO = ("micro_precision", "micro_recall", "micro_f1")


def screen() -> Screen:
    """The printed values on a scale of sixteenths."""
    guess = guessing.of(questions.why())
    rows = audit_last_batch.printed_values()
    values = [(say(row.cell), row.sixteenths, row.whole) for row in rows]
    figure = intervals.sixteenths(say("sixteenths_title"), values, audit_last_batch.SIXTEENTHS)
    ways = [Way(say("how_to_tell"), "matrix"), Way(say("next", name=say("section_classes")), "classes"), Way(say("back", name=say("section_scores")), "scores")]
    if not guess.shown:
        return Screen("audit.sixteenths", guess.question.words, say("sixteenths"), figure, guess.options, ways, whole=False)
    fit = sum(row.whole for row in rows)
    found = guess.question.answer()
    words = say("sixteenths_head" if isinstance(found, Settled) and found.right == "few" else "sixteenths_head_open", fit=fit, of=len(rows))
    number = Number(say("one_in", n=one_in(audit_last_batch.by_accident(2))), say("accident_words"), intervals.FAILS)
    note = say("hypothesis_short", odd=_odd())
    return Screen("audit.sixteenths", words, guess.sentence(), figure, lambda: finding.numbers([number], note), ways, last=guess.again)


def outputs() -> dict[str, Outputs]:
    """What our networks answered to each test image, by run, where it was kept."""
    runs = dict.fromkeys(audit_last_batch.run_of(cell) for cell in audit_last_batch.CELLS)
    kept = {run: read_outputs(run, services.pretrained_folder()) for run in runs}
    return {run: found for run, found in kept.items() if found is not None}


def short(cell: str) -> str:
    """A cell by its protocol and the side that it is tested at."""
    protocol, side = audit_last_batch.CELLS[cell]
    return say("protocol_cell", protocol=protocol.upper(), side=side)


# --- the printed values ----------------------------------------------------------------------------------------------


def printed() -> None:
    """The printed values as a table, and how improbable they are."""
    st.markdown(say("sixteenths"))
    rows = [
        {**row.as_dict(), "cell": say(row.cell), "whole": say("yes") if row.whole else say("no")} for row in audit_last_batch.printed_values()
    ]
    columns = {
        "cell": Column(say("cell")), "accuracy": Column(say("accuracy"), "printed"),
        "precision": Column(say("precision"), "printed"), "f1": Column(say("f1"), "printed"),
        "sixteenths": Column(say("times_sixteen"), "printed"), "whole": Column(say("is_whole")),
    }  # fmt: skip
    tables.table(rows, columns, key="audit.printed", alt=say("printed_alt"))


def chances() -> None:
    """How often so many sixteenths come up by accident."""
    rows = audit_last_batch.printed_values()
    st.markdown(say(
        "by_accident", fit=sum(row.whole for row in rows), of=len(rows),
        two=percent(audit_last_batch.chance(audit_last_batch.SIXTEENTHS, 2)), four=percent(audit_last_batch.chance(audit_last_batch.SIXTEENTHS, 4)),
        two_all=one_in(audit_last_batch.by_accident(2)), four_all=one_in(audit_last_batch.by_accident(4)),
    ))  # fmt: skip


def sizes() -> None:
    """Which batch sizes would leave such a last batch."""
    st.markdown(say("sizes_text"))
    rows = audit_last_batch.by_size()
    shown = [
        {**row.as_dict(), "fits": say("fits", fit=row.fit, of=row.of), "accident": row.chance and say("one_in", n=one_in(row.chance))}
        for row in rows
    ]
    columns = {
        "size": Column(say("batch_size"), "count"), "last": Column(say("last_batch"), "count"), "fits": Column(say("fit")),
        "accident": Column(say("accident"), help=say("accident_help")),
        "off": Column(say("off"), "number", help=say("off_help")),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.sizes", alt=say("evidence_sizes"))
    best = [row for row in rows if row.fit == row.of]
    nearly = [row for row in rows if row.last == audit_last_batch.SIXTEENTHS]
    st.markdown(say(
        "sizes_found", odd=_odd(), best=", ".join(str(row.size) for row in best), last=best[0].last,
        nearly=", ".join(str(row.size) for row in nearly), count=audit_last_batch.SIXTEENTHS, fit=nearly[0].fit, of=nearly[0].of,
    ))  # fmt: skip


def _odd() -> str:
    """The printed values that sixteen images do not explain."""
    return ", ".join(str(value) for value in audit_last_batch.odd_values())


# --- our networks ----------------------------------------------------------------------------------------------------


def tried() -> None:
    """Our networks on the same last pictures of the test set."""
    there = outputs()
    lacking = sorted({audit_last_batch.run_of(cell) for cell in audit_last_batch.CELLS} - there.keys())
    if there:
        _tried(there)
    if lacking:
        asking.missing(f"python -m core pretrain {' '.join(lacking)}")
    st.info(say("hypothesis", odd=_odd()), icon=":material/lightbulb:")


def _tried(there: Mapping[str, Outputs]) -> None:
    st.markdown(say("tried_text"))
    size = st.selectbox(
        say("batch_size"), audit_last_batch.SIZES, index=audit_last_batch.SIZES.index(SIZE), key="audit.size", width=280,
        format_func=lambda size: say("size_option", size=size, last=audit_last_batch.last(size)),
    )  # fmt: skip
    found = audit_last_batch.answers(there)
    _compared(found, size)
    _images(found, size)
    _spread(found, size)


def _compared(found: audit_last_batch.Answers, size: int) -> None:
    rows = audit_last_batch.compared(found, size)
    shown = [{**row.as_dict(), "cell": short(row.cell), "right": say("of", part=row.right, whole=row.of)} for row in rows]
    columns = {
        "cell": Column(say("cell")), "printed": Column(say("printed_both"), "printed"), "right": Column(say("right_in_last")),
        **{name: Column(say(name), "printed") for name in MICRO}, "accuracy": Column(say("whole_accuracy"), "percent"),
        "macro_precision": Column(say("macro_precision"), "percent"), "macro_f1": Column(say("macro_f1"), "percent"),
        "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.compared", alt=say("evidence_tried"))
    widest = max(rows, key=lambda row: row.difference)
    st.markdown(say("compared_found", apart=f"{100 * widest.difference:.1f}", cell=short(widest.cell)))


def _images(found: audit_last_batch.Answers, size: int) -> None:
    """The last images one by one, with what each network called them."""
    rows = audit_last_batch.images(found, size, class_names())
    shown = [
        {"number": row.number, "truth": row.truth,
         **{cell: say("hit" if guess == row.truth else "miss", name=guess) for cell, guess in row.guesses.items()}}
        for row in rows
    ]  # fmt: skip
    st.markdown(f"**{say('last_pictures', count=len(rows))}**")
    columns = {"number": Column(say("number"), "count"), "truth": Column(say("truth")), **{cell: Column(short(cell)) for cell in found}}
    tables.table(shown, columns, key="audit.pictures", alt=say("last_pictures", count=len(rows)))
    st.caption(say("last_pictures_note"))


def class_names() -> Sequence[str]:
    """CIFAR-10's classes, as the cards and the catalog name them."""

    return source_of("cifar10").classes


def _spread(found: audit_last_batch.Answers, size: int) -> None:
    st.markdown(f"**{say('spread')}**")
    cell = st.segmented_control(
        say("cell"), list(found), key=session.bind_widget("audit.cell_shown", session.get_state("audit.cell_shown", next(iter(found)))),
        format_func=short, required=True, on_change=lambda: session.set_state("audit.cell_shown", session.typed("audit.cell_shown")),
    )  # fmt: skip
    spread = audit_last_batch.spread(found, cell or next(iter(found)), size)
    name = short(spread.cell)
    bars = [{"batches": bar.batches, "hits": _label(bar.low, bar.high), "series": name} for bar in spread.bars]
    figure = plots.bars(
        say("spread_title", cell=name, count=spread.of), bars, "hits", say("spread_axis", count=spread.of),
        Axis("batches", say("batches_axis"), "d"), "series", {name: TRAINING}, order=[bar["hits"] for bar in bars],
    )  # fmt: skip
    export.show(figure, key="audit.spread")
    values = {"mean": spread.mean, "deviation": spread.deviation, "least": spread.least, "most": spread.most}
    shares = {key: percent(value) for key, value in values.items()}
    st.markdown(say("spread_found", batches=whole(spread.batches), count=spread.of, **shares))
    tables.runs_behind([audit_last_batch.run_of(spread.cell)])


def _label(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
