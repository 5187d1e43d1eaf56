"""The screen "What a split is": drawn now, from the study's own set, again and again; who is held out of the rarest class."""

from __future__ import annotations

import streamlit as st

from core.studies.splits import DRAWS, FOLDS, IMBALANCE
from core.vocabulary.sources import source_of
from demo.charts import export, figure
from demo.charts.figure import TRAINING, VALIDATION
from demo.lessons.splits import figures, promise_figures
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import one_in, percent, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("splits")
METHOD, SEED, MANY = "splits.method", "splits.seed", "splits.many"
CLASSES = source_of("digits").classes
ENOUGH = 5
"""Draws after which the page says how often it happens."""
SHOWN = 40
"""The last draws, as squares."""
SQUARES = """<div role="img" aria-label="{label}" style="display:flex;flex-wrap:wrap;gap:3px;max-width:17rem">{squares}</div>"""
SQUARE = '<span style="width:1.5rem;height:1.5rem;line-height:1.5rem;text-align:center;border-radius:3px;font-size:0.85rem;{colour}">{count}</span>'
HELD, NONE = "background:light-dark(#e3eaee,#2a333a);color:light-dark(#1c2a33,#e6ebee)", "background:#ffa90e;color:#1c2a33;font-weight:700"


def _labels() -> tuple[int, ...]:
    from core.studies import split_simulation

    return split_simulation.unbalanced(session.manager().data)


def _method() -> str:
    return session.typed(METHOD) or "random"


def _seed() -> int:
    seed: int = session.get_state(SEED, 0)
    return seed


def screen() -> Screen:
    """All images as dots, and the rarest class large: until it was drawn often enough the question stays open."""
    from core.studies import split_simulation

    labels, method, seed = _labels(), _method(), _seed()
    found = split_simulation.parts(labels, method, seed)
    rare = max(labels)
    held = [int(split_simulation.counts(labels, split_simulation.parts(labels, method, number))[1:].sum(0)[rare]) if method == "k-fold" else
            int(split_simulation.counts(labels, split_simulation.parts(labels, method, number))[split_simulation.HELD_OUT, rare])
            for number in range(max(0, seed + 1 - SHOWN), seed + 1)]  # fmt: skip
    names, what = _parts(method), say("figure_what", method=say(f"method_{method}"), seed=seed + 1)

    def stage() -> None:
        _controls(say("rare_row", rarest=CLASSES[rare], count=labels.count(rare)))
        colours = dict(zip(names, figures.FOLDS if method == "k-fold" else (TRAINING, VALIDATION), strict=True))
        figure.show(promise_figures.rare([names[part] for part, label in zip(found.tolist(), labels, strict=True) if label == rare], colours, what), key=f"splits.rare.{method}")
        figure.show(figures.strip(labels, found.tolist(), names, what), key=f"splits.strip.{method}")

    chance = split_simulation.chance_absent(len(labels), labels.count(rare), split_simulation.held_out_size(labels))
    known = {"rarest": CLASSES[rare], "often": one_in(chance)}
    words = say(f"never_{method}", **known) if seed >= ENOUGH or method != "random" else say("never_asks", **known)
    sentence = say(f"about_{method}", folds=FOLDS)
    return Screen("splits.drawn", words, sentence, stage, lambda: _tally(held, method, CLASSES[rare]), [Way(say("next_fold"), "fold")])


def _controls(words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            say("method"), list(DRAWS), key=METHOD, default="random", required=True, label_visibility="collapsed",
            format_func=lambda name: say(f"method_{name}"),
        )  # fmt: skip
        if st.button(say("again"), key="splits.again", icon=":material/casino:", type="primary"):
            session.set_state(SEED, _seed() + 1)
            st.rerun()
        st.markdown(words)


def _tally(held: list[int], method: str, rarest: str) -> None:
    """Each draw so far as a square with how many of the rarest class it held out; none is the eye-catcher."""
    absent = held.count(0)
    finding.numbers([Number(say("tally", absent=absent, draws=len(held)), say("tally_words", rarest=rarest), promise_figures.TEST)])
    if method != "k-fold":
        squares = "".join(SQUARE.format(colour=HELD if count else NONE, count=count) for count in held)
        st.html(SQUARES.format(label=say("tally_said", counts=", ".join(map(str, held)), rarest=rarest), squares=squares))
    st.caption(say("tally_note", rarest=rarest))


def _parts(method: str) -> list[str]:
    """The parts of a split by number, as they are called on the page."""
    if method == "k-fold":
        return [say("part_fold", number=number + 1) for number in range(FOLDS)]
    return [say("part_train"), say("part_held")]


# --- in the drawer -------------------------------------------------------------------------------------------------


def shares() -> None:
    """The draw that is shown, in shares and in counts of each class."""
    from core.studies import split_simulation

    labels, method, seed = _labels(), _method(), _seed()
    found = split_simulation.parts(labels, method, seed)
    counts, names = split_simulation.counts(labels, found), _parts(method)
    st.markdown(say("drawn_text", pictures=len(labels), ratio=f"{IMBALANCE:g}"))
    what = say("figure_what", method=say(f"method_{method}"), seed=seed + 1)
    export.show(figures.strip(labels, found.tolist(), names, what), key=f"splits.drawer.{method}")
    export.show(figures.shares(split_simulation.shares(counts).tolist(), names, CLASSES, what), key=f"splits.shares.{method}")
    st.markdown(say("counts"))
    rows = [
        {"class": label, "all": sum(column), **dict(zip(names, column, strict=True))}
        for label, column in zip(CLASSES, zip(*counts.tolist(), strict=True), strict=True)
    ]
    columns = {"class": Column(say("column_class")), "all": Column(say("column_all"), "count")}
    tables.table(rows, {**columns, **{name: Column(name, "count") for name in names}}, key="splits.counts", alt=say("counts"))


def many() -> None:
    """How often the rarest class is missing from what is held out: counted, and for a random split by arithmetic."""
    from core.studies import split_simulation

    labels = _labels()
    st.markdown(say("many_text", draws=whole(split_simulation.DRAWS), rarest=CLASSES[-1], count=labels.count(max(labels))))
    if st.button(say("many_button", draws=whole(split_simulation.DRAWS)), key="splits.many", type="primary"):
        session.set_state(MANY, True)
    if not session.get_state(MANY, False):
        return
    with st.spinner(say("drawing")):
        held_out = {method: split_simulation.rarest_held_out(labels, method) for method in DRAWS}
    rows = [
        {"method": say(f"method_{method}"), "absent": held.absent, "least": held.least, "mean": held.mean, "most": held.most}
        for method, held in held_out.items()
    ]
    columns = {
        "method": Column(say("method")), "absent": Column(say("column_absent"), "percent", say("column_absent_help")),
        "least": Column(say("column_least"), "count"), "mean": Column(say("column_mean"), "rate"),
        "most": Column(say("column_most"), "count"),
    }  # fmt: skip
    tables.table(rows, columns, key="splits.absent", alt=say("evidence_many"))
    chance = split_simulation.chance_absent(len(labels), labels.count(max(labels)), split_simulation.held_out_size(labels))
    values = {"absent": percent(held_out["random"].absent), "chance": percent(chance)}
    st.markdown(say("many_words", **values, rarest=CLASSES[-1]))
