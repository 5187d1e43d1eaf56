"""The page "Dropout", section "What it does": one image, one layer, ten passes; which units were silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.datasets.files import SOURCES
from demo.charts import export
from demo.lessons.dropout import figures
from demo.server import services
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
    """Controls and an image on the left, the units of each pass on the right; then the answers, and the mean of many passes."""
    st.markdown(say("shown_text"))
    with st.spinner(say("loading")):
        from core.explain import dropout_masks

        subject = dropout_masks.subject(services.data_folder(), services.pretrained_folder())
    controls, drawing = st.columns([1, 3], gap="large")
    with controls:
        label, rate, seed = _controls(subject)
    image = subject.image(label)
    passes = dropout_masks.passes(subject.network, image, rate, seed)
    with controls:
        caption = say("shown_picture", network=subject.name, data=SOURCES[subject.dataset].title, units=len(passes.plain))
        st.image(images.enlarged(image.numpy()), width=160, alt=caption)
        st.caption(caption)
    with drawing:
        _units(passes, rate, subject.name)
    _answers(subject, passes, label)
    st.subheader(say("mean"), anchor=False)
    rows = dropout_masks.convergence(subject.network, image, rate, seed)
    export.show(figures.convergence(rows), key="dropout.convergence")
    ten = rows[dropout_masks.TIMES - 1]
    values = {"count": ten["passes"], "off": f"{100 * ten['measured']:.0f}", "expected": f"{100 * ten['expected']:.0f}"}
    last = {"many": rows[-1]["passes"], "many_off": f"{100 * rows[-1]['measured']:.0f}"}
    st.markdown(say("mean_words", **values, **last))


def _controls(subject: DropoutSubject) -> tuple[int, float, int]:
    """(class of the image, rate, seed) that the visitor chose."""
    names = subject.classes
    label = st.selectbox(say("picture"), range(len(names)), index=subject.hardest(), format_func=names.__getitem__, key="dropout.picture")
    rate = st.slider(say("rate"), 0.0, 0.9, RATE, 0.05, key="dropout.rate", help=say("rate_help"))
    seed: int = session.get_state(SEED, 0)
    if st.button(say("again"), key="dropout.again", icon=":material/casino:", type="primary"):
        seed += 1
        session.set_state(SEED, seed)
    st.caption(say("seed", seed=seed))
    return label, rate, seed


def _units(passes: Passes, rate: float, name: str) -> None:
    nobody = [False] * len(passes.plain)
    panels = [
        (say("panel_pass", number=number), values, off)
        for number, (values, off) in enumerate(zip(passes.sent_on.tolist(), passes.silenced.tolist(), strict=True), start=1)
    ]
    panels.append((say("panel_mean", count=len(panels)), passes.mean.tolist(), nobody))
    panels.append((say("panel_plain"), passes.plain.tolist(), nobody))
    what = say("figure_units_what", units=len(passes.plain), network=name, rate=f"{rate:g}")
    export.show(figures.units(say("figure_units"), what, panels), key="dropout.units")
    st.caption(say("units_note", scale=f"{1 / (1 - rate):.2f}"))


def _answers(subject: DropoutSubject, passes: Passes, label: int) -> None:
    """What the network says after each pass: ten thinned networks, ten answers."""
    st.markdown(say("answers_text", truth=subject.classes[label]))
    silenced = [*passes.silenced.sum(1).tolist(), 0]
    best = passes.answers.max(1)
    names = [say("panel_pass", number=number) for number in range(1, len(silenced))] + [say("panel_plain")]
    rows = [
        {"pass": name, "silenced": off, "answer": subject.classes[guess], "chance": chance, "truth": truth}
        for name, off, guess, chance, truth in zip(
            names, silenced, best.indices.tolist(), best.values.tolist(), passes.answers[:, label].tolist(), strict=True
        )
    ]
    columns = {
        "pass": Column(say("column_pass")), "silenced": Column(say("column_silenced"), "count"), "answer": Column(say("column_answer")),
        "chance": Column(say("column_chance"), "percent"), "truth": Column(say("column_truth"), "percent"),
    }  # fmt: skip
    tables.table(rows, columns, key="dropout.answers", alt=say("answers_text", truth=subject.classes[label]))
    chances = passes.answers[:-1, label]
    st.markdown(say("answers_words", least=percent(float(chances.min())), most=percent(float(chances.max()))))
