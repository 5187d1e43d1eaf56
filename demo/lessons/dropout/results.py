"""The first screen of the page "Dropout": the gap between training and test at each rate, and the best test accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.pretrained.cards import Card
from core.studies import dropout as study_3
from core.studies.dropout import GapChange, Verdict
from demo.charts.figure import TRAINING
from demo.classroom import guessing, questions
from demo.lessons.dropout import gap_figures
from demo.lessons.dropout.rates import NETWORKS, of_network
from demo.text import speaker
from demo.ui import evidence, finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent
from demo.visitor import session

say = speaker("dropout")
NETWORK = "dropout.network"
HARDLY = 0.02
"""A lead that chance may explain is called small below it, and open above."""
NEXT = (Way(say("next_shown"), "shown"), Way(say("next_published"), "published"))


def screen(cards: Mapping[str, Card]) -> Screen:
    """Before it is answered the figure shows what is known without dropout."""
    guess = guessing.of(questions.dropout())
    names = [name for name in NETWORKS if of_network(cards, name)]
    network = session.typed(NETWORK) if guess.shown and session.typed(NETWORK) in names else names[0]
    rates = of_network(cards, network)
    found, change = study_3.verdict(rates), study_3.gap_change(cards, network)
    if found is None or change is None:
        return Screen("dropout.results", say("title"), say("verdict_waits"), lambda: None, lambda: None, NEXT, whole=False)
    if not guess.shown:
        figure = gap_figures.gap(network, rates, found.best, "", whole=False)
        return Screen("dropout.results", guess.question.words, say("intro"), figure, guess.options, NEXT, whole=False)
    sketch = guess.option if network == NETWORKS[0] else ""
    figure = gap_figures.gap(network, rates, found.best, sketch, whole=True)

    def beside() -> None:
        finding.numbers(_numbers(found, change), say("verdict_chosen", **_chosen(found)))
        _toggle(names)

    sentence = guess.sentence() if network == NETWORKS[0] else say("setting_short_arc1")
    return Screen("dropout.results", headline(found, change), sentence, figure, beside, NEXT, last=guess.again)


def _toggle(names: Sequence[str]) -> None:
    if len(names) > 1:
        st.segmented_control(
            say("network"), names, key=NETWORK, default=names[0], required=True, label_visibility="collapsed",
            format_func=lambda name: say(f"network_{name}"),
        )  # fmt: skip


def headline(found: Verdict, change: GapChange) -> str:
    """What dropout does to the gap, and what to the test: two short sentences, chosen by the runs."""
    test = found.words
    if test == "unknown" or (test == "inside" and found.lead >= HARDLY):
        test = "open"
    return f"{say(f'gap_{change.words}')} {say(f'test_{test}', lead=f'{100 * found.lead:.1f}')}"


def _numbers(found: Verdict, change: GapChange) -> list[Number]:
    gap = Number(f"{100 * change.plain:.1f} → {100 * change.last:.1f}", say("number_gap", rate=f"{change.rate:g}"), TRAINING)
    if found.words == "none":
        return [gap, Number(percent(found.best_test), say("number_none"), gap_figures.LOOK_HERE)]
    sure = evidence.words(found.difference).partition(":")[0].replace("*", "")
    best = say("number_best", rate=f"{found.best:g}", sure=sure.rstrip("."))
    return [gap, Number(f"+{100 * found.lead:.1f}", best, gap_figures.LOOK_HERE)]


def _chosen(found: Verdict) -> dict[str, str]:
    return {"chosen": f"{found.chosen:g}", "chosen_lead": f"{100 * found.chosen_lead:+.1f}".replace("-", "−")}


# --- by epoch ------------------------------------------------------------------------------------------------------


def by_epoch(cards: Mapping[str, Card]) -> Screen:
    """When the gap opens: without dropout, at a middle rate, at the highest."""
    network = next(name for name in NETWORKS if of_network(cards, name))
    curves = study_3.curves(cards, network)
    there = sorted({row.rate for row in curves})
    shown = list(dict.fromkeys([there[0], min(there, key=lambda rate: abs(rate - 0.3)), there[-1]]))
    ways = [Way(say("next_below"), "below")]
    ends = {rate: [row for row in curves if row.rate == rate] for rate in shown}
    figure = gap_figures.opening(network, curves, shown)
    numbers = [Number(f"{100 * line[-1].gap:.1f}".replace("-", "−"), say("number_end", rate=f"{rate:g}", epochs=len(line)), colour)
               for (rate, line), colour in zip(ends.items(), gap_figures.THREE.values(), strict=False)]  # fmt: skip
    opens = tuple("opens" if study_3.is_open(ends[rate]) else "shut" for rate in (shown[0], shown[-1]))
    words = say(f"time_{opens[0]}_{opens[1]}", rate=f"{shown[-1]:g}")
    return Screen("dropout.time", words, say("time_text"), figure, lambda: finding.numbers(numbers), ways)
