"""The page "Splits", section "What a split is": drawn now, from the study's own set, with a seed to draw again."""

from __future__ import annotations

import streamlit as st

from core.datasets.files import SOURCES
from core.datasets.split_sizes import part_sizes
from core.studies.splits import DRAWS, FOLDS, IMBALANCE, plan
from demo.charts import export
from demo.lessons.splits import figures
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("splits")
SEED, MANY = "splits.seed", "splits.many"
CLASSES = SOURCES["digits"].classes


def render() -> None:
    """A split drawn with a seed: image by image, in shares and in counts; then drawn again and again."""
    st.markdown(say("drawn_text", pictures=sum(part_sizes(plan()["splits-random-0"].recipe)[:2]), ratio=f"{IMBALANCE:g}"))
    method, seed = _controls()
    st.markdown(say(f"about_{method}", folds=FOLDS))
    with st.spinner(say("loading")):  # torch and scikit-learn come with the first draw
        from core.studies import split_simulation

        labels = split_simulation.unbalanced(session.manager().data)
    found = split_simulation.parts(labels, method, seed)
    names = _parts(method)
    counts = split_simulation.counts(labels, found)
    strip, shares = st.columns([3, 2], gap="large")
    what = say("figure_what", method=say(f"method_{method}"), seed=seed)
    with strip:
        export.show(figures.strip(labels, found.tolist(), names, what), key=f"splits.strip.{method}")
    with shares:
        export.show(figures.shares(split_simulation.shares(counts).tolist(), names, CLASSES, what), key=f"splits.shares.{method}")
    st.markdown(say("counts"))
    _counts(counts.tolist(), names)
    st.subheader(say("many"), anchor=False)
    _many(labels)


def _controls() -> tuple[str, int]:
    """(method, seed) that the visitor chose."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            say("method"), list(DRAWS), key="splits.method", default="random", required=True,
            format_func=lambda name: say(f"method_{name}"),
        )  # fmt: skip
        seed: int = session.get_state(SEED, 0)
        if st.button(say("again"), key="splits.again", icon=":material/casino:", type="primary"):
            seed += 1
            session.set_state(SEED, seed)
        st.caption(say("seed", seed=seed))
    return method or "random", seed


def _parts(method: str) -> list[str]:
    """The parts of a split by number, as they are called on the page."""
    if method == "k-fold":
        return [say("part_fold", number=number + 1) for number in range(FOLDS)]
    return [say("part_train"), say("part_held")]


def _counts(counts: list[list[int]], names: list[str]) -> None:
    """How many images of each class each part has."""
    rows = [
        {"class": label, "all": sum(column), **dict(zip(names, column, strict=True))}
        for label, column in zip(CLASSES, zip(*counts, strict=True), strict=True)
    ]
    columns = {"class": Column(say("column_class")), "all": Column(say("column_all"), "count")}
    tables.table(rows, {**columns, **{name: Column(name, "count") for name in names}}, key="splits.counts", alt=say("counts"))


# --- again and again -----------------------------------------------------------------------------------------------


def _many(labels: tuple[int, ...]) -> None:
    """How often the rarest class is missing from what is held out: counted, and for a random split by arithmetic."""
    from core.studies import split_simulation

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
    tables.table(rows, columns, key="splits.absent", alt=say("many"))
    chance = split_simulation.chance_absent(len(labels), labels.count(max(labels)), split_simulation.held_out_size(labels))
    values = {"absent": percent(held_out["random"].absent), "chance": percent(chance)}
    st.markdown(say("many_words", **values, rarest=CLASSES[-1]))
