"""The screen "What it does": one image, one layer, ten passes; which units were silenced, and what is answered each time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary.sources import source_of
from demo.charts import export
from demo.components import passes as view
from demo.components.passes import Pass, Words
from demo.lessons.dropout import figures
from demo.server import services
from demo.text import speaker
from demo.ui import finding, images, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent
from demo.ui.tables import Column
from demo.visitor import session

if TYPE_CHECKING:
    from core.explain.dropout_masks import DropoutSubject, Passes

say = speaker("dropout")
RATE = 0.5
SEED = "dropout.seed"
RATE_KEY, IMAGE_KEY = "dropout.rate", "dropout.picture"
TRIED = 40
"""Draws among which the one that is shown first is looked for."""


def seed() -> int:
    """Of the draw that is shown; 0: nothing was drawn yet."""
    count: int = session.get_state(SEED, 0)
    return count


def subject() -> DropoutSubject:
    """The network that is shown, and its images."""
    with st.spinner(say("loading")):  # the first call reads the data set
        from core.explain import dropout_masks

        return dropout_masks.subject(services.data_folder(), services.pretrained_folder())


@lru_cache(maxsize=8)
def first(shown: DropoutSubject) -> int:
    """The draw that is shown first: of the image that is shown first, one in which not all thinned networks agree."""
    from core.explain import dropout_masks

    def differs(seed: int) -> bool:
        answers = dropout_masks.passes(shown.network, shown.image(shown.hardest()), RATE, seed).answers.argmax(1).tolist()
        return len(set(answers)) > 1

    return next((seed for seed in range(TRIED) if differs(seed)), 0)


def draw_seed(shown: DropoutSubject) -> int:
    """The seed of the draw that is shown."""
    return first(shown) + max(0, seed() - 1)


def drawn(shown: DropoutSubject) -> tuple[Passes, int, float]:
    """The ten passes of what is chosen, the class of the image, and the rate."""
    from core.explain import dropout_masks

    label = session.typed(IMAGE_KEY)
    label = shown.hardest() if label is None else int(label)
    rate = session.typed(RATE_KEY)
    rate = RATE if rate is None else float(rate)
    return dropout_masks.passes(shown.network, shown.image(label), rate, draw_seed(shown)), label, rate


def screen() -> Screen:
    """Until somebody draws the ten answers are hidden: whether they are the same is what is asked."""
    shown = subject()
    passes, label, rate = drawn(shown)
    answers = passes.answers.argmax(1).tolist()
    others = sum(answer != answers[-1] for answer in answers[:-1])

    def stage() -> None:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(say("again") if seed() else say("draw_first"), key="dropout.again", icon=":material/casino:", type="primary"):
                session.set_state(SEED, seed() + 1)
                st.rerun()
            st.caption(say("seed", seed=seed()) if seed() else say("not_drawn"))
        _units(shown, passes, label)

    ways = [Way(say("next_time"), "time")]
    beside = lambda: _beside(shown, passes, label, rate)  # noqa: E731
    if not seed():
        return Screen("dropout.shown", say("shown_asks"), say("shown_text"), stage, beside, ways)
    words = say("shown_differ" if others else "shown_same", others=others, answer=shown.network.classes[answers[-1]], count=len(answers) - 1)
    return Screen("dropout.shown", words, say("answers_why"), stage, beside, ways)


def _beside(shown: DropoutSubject, passes: Passes, label: int, rate: float) -> None:
    """The image and the rate, and once they were drawn how sure the passes are."""
    names = shown.network.classes
    if seed():
        chances = passes.answers[:-1, label]
        finding.numbers([Number(f"{percent(float(chances.min()))} – {percent(float(chances.max()))}", say("number_range", truth=names[label]), "#7d8f9b")])
    with st.container(horizontal=True, vertical_alignment="center"):
        caption = say("shown_picture", network=shown.network.name, data=source_of(shown.network.recipe.dataset).title, units=len(passes.plain))
        st.image(images.enlarged(shown.image(label)), width=110, alt=caption)
        st.selectbox(say("picture"), range(len(names)), index=shown.hardest(), format_func=names.__getitem__, key=IMAGE_KEY)
    st.slider(say("rate"), 0.0, 0.9, RATE, 0.05, key=RATE_KEY, help=say("rate_help"))


def _units(shown: DropoutSubject, passes: Passes, label: int) -> None:
    """The passes as the browser draws them."""
    names = shown.network.classes

    def one(name: str, values: Sequence[float], silenced: Sequence[bool] | None, answers: Sequence[float]) -> Pass:
        best = max(range(len(names)), key=answers.__getitem__)
        share = percent(answers[best])
        said = say("pass_said", name=name, answer=names[best], share=share, silenced=sum(silenced or ()), units=len(values))
        return Pass(values, silenced, answers, best, names[best], share, said)

    answers = passes.answers.tolist()
    ten = [one(_name(number), values, silenced, answers[number]) if seed() else None
           for number, (values, silenced) in enumerate(zip(passes.sent_on.tolist(), passes.silenced.tolist(), strict=True))]  # fmt: skip
    plain = one(say("panel_plain"), passes.plain.tolist(), None, answers[-1])
    words = Words(say("figure_units"), say("panel_plain"), [_name(number) for number in range(len(ten))], say("hidden"))
    view.show(plain, ten, label, seed(), words, key="dropout.passes")


def _name(number: int) -> str:
    return say("panel_pass", number=number + 1)


# --- in the drawer -------------------------------------------------------------------------------------------------


def units() -> None:
    """The same passes as a figure that can be taken home, with the mean of the passes."""
    shown = subject()
    passes, _, rate = drawn(shown)
    nobody = [False] * len(passes.plain)
    panels = [
        (_name(number), values, off)
        for number, (values, off) in enumerate(zip(passes.sent_on.tolist(), passes.silenced.tolist(), strict=True))
    ]
    panels.append((say("panel_mean", count=len(panels)), passes.mean.tolist(), nobody))
    panels.append((say("panel_plain"), passes.plain.tolist(), nobody))
    what = say("figure_units_what", units=len(passes.plain), network=shown.network.name, rate=f"{rate:g}")
    export.show(figures.units(say("figure_units"), what, panels), key="dropout.units")
    st.caption(say("units_note", scale=f"{1 / (1 - rate):.2f}"))


def answers() -> None:
    """What the network says after each pass: ten thinned networks, ten answers."""
    shown = subject()
    passes, label, _ = drawn(shown)
    st.markdown(say("answers_text", truth=shown.network.classes[label]))
    silenced = [*passes.silenced.sum(1).tolist(), 0]
    names = [_name(number) for number in range(len(silenced) - 1)] + [say("panel_plain")]
    rows = [
        {"pass": name, "silenced": off, "answer": shown.network.classes[guess], "chance": chance, "truth": truth}
        for name, off, guess, chance, truth in zip(
            names, silenced, passes.answers.argmax(1).tolist(), passes.answers.max(1).tolist(), passes.answers[:, label].tolist(), strict=True
        )
    ]
    columns = {
        "pass": Column(say("column_pass")), "silenced": Column(say("column_silenced"), "count"), "answer": Column(say("column_answer")),
        "chance": Column(say("column_chance"), "percent"), "truth": Column(say("column_truth"), "percent"),
    }  # fmt: skip
    tables.table(rows, columns, key="dropout.answers", alt=say("answers_text", truth=shown.network.classes[label]))


def convergence() -> None:
    """How the mean of many passes comes near what the layer sends on with dropout off."""
    from core.explain import dropout_masks

    shown = subject()
    _, label, rate = drawn(shown)
    rows = dropout_masks.convergence(shown.network, shown.image(label), rate, draw_seed(shown))
    export.show(figures.convergence(rows), key="dropout.convergence")
    ten = rows[dropout_masks.TIMES - 1]
    values = {"count": ten["passes"], "off": f"{100 * ten['measured']:.0f}", "expected": f"{100 * ten['expected']:.0f}"}
    last = {"many": rows[-1]["passes"], "many_off": f"{100 * rows[-1]['measured']:.0f}"}
    st.markdown(say("mean_words", **values, **last))
