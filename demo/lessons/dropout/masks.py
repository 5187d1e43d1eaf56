"""The page "Dropout", section "What it does": one image, one layer, ten passes; which units were silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.datasets.files import SOURCES
from demo.charts import plots
from demo.lessons.dropout import figures
from demo.text import speaker
from demo.ui import images, tables
from demo.ui.formatting import percent
from demo.ui.tables import Column
from demo.visitor import session

if TYPE_CHECKING:
    from core.explain.dropout_masks import DropoutSubject, Passes

say = speaker("dropout")
RATE = 0.5
SEED = "dropout.seed"


def render() -> None:
    st.markdown(say("shown_text"))
    with st.spinner(say("loading")):
        from core.explain import dropout_masks as silenced

        watched = silenced.subject(session.manager().data)
    controls, drawing = st.columns([1, 3], gap="large")
    with controls:
        label, rate, seed = _controls(watched)
    image = watched.image(label)
    seen = silenced.passes(watched.network, image, rate, seed)
    with controls:
        told = say("shown_picture", network=watched.name, data=SOURCES[watched.dataset].title, units=len(seen.plain))
        st.image(images.enlarged(image.numpy()), width=160, alt=told)
        st.caption(told)
    with drawing:
        _units(seen, rate, watched.name)
    _answers(watched, seen, label)
    st.subheader(say("mean"), anchor=False)
    rows = silenced.convergence(watched.network, image, rate, seed)
    plots.show(figures.convergence(rows), key="dropout.convergence")
    ten = rows[silenced.TIMES - 1]
    values = {"count": ten["passes"], "off": f"{100 * ten['measured']:.0f}", "expected": f"{100 * ten['expected']:.0f}"}
    last = {"many": rows[-1]["passes"], "many_off": f"{100 * rows[-1]['measured']:.0f}"}
    st.markdown(say("mean_words", **values, **last))


def _controls(watched: DropoutSubject) -> tuple[int, float, int]:
    """(class of the image, rate, seed) as the visitor wishes them."""
    names = watched.classes
    label = st.selectbox(say("picture"), range(len(names)), index=watched.hardest(), format_func=names.__getitem__, key="dropout.picture")
    rate = st.slider(say("rate"), 0.0, 0.9, RATE, 0.05, key="dropout.rate", help=say("rate_help"))
    seed: int = session.get_state(SEED, 0)
    if st.button(say("again"), key="dropout.again", icon=":material/casino:", type="primary"):
        seed += 1
        session.set_state(SEED, seed)
    st.caption(say("seed", seed=seed))
    return label, rate, seed


def _units(seen: Passes, rate: float, name: str) -> None:
    nobody = [False] * len(seen.plain)
    panels = [
        (say("panel_pass", number=number), values, off)
        for number, (values, off) in enumerate(zip(seen.sent_on.tolist(), seen.silenced.tolist(), strict=True), start=1)
    ]
    panels.append((say("panel_mean", count=len(panels)), seen.mean.tolist(), nobody))
    panels.append((say("panel_plain"), seen.plain.tolist(), nobody))
    what = say("figure_units_what", units=len(seen.plain), network=name, rate=f"{rate:g}")
    plots.show(figures.units(say("figure_units"), what, panels), key="dropout.units")
    st.caption(say("units_note", scale=f"{1 / (1 - rate):.2f}"))


def _answers(watched: DropoutSubject, seen: Passes, label: int) -> None:
    """What the network says after each pass: ten thinned networks, ten answers."""
    st.markdown(say("answers_text", truth=watched.classes[label]))
    silenced = [*seen.silenced.sum(1).tolist(), 0]
    best = seen.answers.max(1)
    names = [say("panel_pass", number=number) for number in range(1, len(silenced))] + [say("panel_plain")]
    rows = [
        {"pass": name, "silenced": off, "answer": watched.classes[guess], "chance": chance, "truth": truth}
        for name, off, guess, chance, truth in zip(
            names, silenced, best.indices.tolist(), best.values.tolist(), seen.answers[:, label].tolist(), strict=True
        )
    ]
    columns = {
        "pass": Column(say("column_pass")), "silenced": Column(say("column_silenced"), "count"), "answer": Column(say("column_answer")),
        "chance": Column(say("column_chance"), "percent"), "truth": Column(say("column_truth"), "percent"),
    }  # fmt: skip
    tables.table(rows, columns, key="dropout.answers", alt=say("answers_text", truth=watched.classes[label]))
    chances = seen.answers[:-1, label]
    st.markdown(say("answers_words", least=percent(float(chances.min())), most=percent(float(chances.max()))))
