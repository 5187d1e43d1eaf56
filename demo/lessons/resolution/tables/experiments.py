"""Two things to do about the riddle, without training: lower the attractor's logit, and fade what is fine in the images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from core.datasets import files as dataset_files
from core.pretrained.outputs import Outputs, read_outputs
from core.studies import resolution_riddle
from core.studies.resolution import FILTER, FULL, RIDDLE
from core.vocabulary import metrics
from core.vocabulary.metrics import Scores
from core.vocabulary.recipe import FILTERS
from demo.charts import export
from demo.classroom import asking
from demo.lessons.resolution import figures, shared
from demo.lessons.resolution.shared import Cards, points
from demo.server import services
from demo.text import speaker
from demo.ui import images, tables
from demo.ui.formatting import percent, whole
from demo.visitor import links

say = speaker("resolution")
ANSWERED = tuple(f"cifar10-{side}" for side in FULL)
"""The networks whose answers to every test image are kept."""
FADED = (*RIDDLE, "cifar10-mixed")
SHOWN = 4
"""Real images of the class, and as many others."""


def score_rows(scores: Mapping[int, Scores], label: int) -> list[dict[str, Any]]:
    """Recall and precision of a class and the accuracy by side, in percent, for a figure."""
    return [
        {"side": side, "score": say(f"score_{name}"), "value": 100 * value}
        for side, found in scores.items()
        for name, value in (("recall", found.recall[label]), ("precision", found.precision[label]), ("accuracy", found.accuracy))
    ]


def _numbers(name: str, label: int, now: Scores, before: Scores) -> None:
    """Recall, precision, accuracy and predicted count of a class, and what has changed."""
    shown = {
        "metric_recall": (percent(now.recall[label]), points(now.recall[label] - before.recall[label])),
        "metric_precision": (percent(now.precision[label]), points(now.precision[label] - before.precision[label])),
        "metric_accuracy": (percent(now.accuracy), points(now.accuracy - before.accuracy)),
        "metric_predicted": (whole(now.predicted[label]), f"{now.predicted[label] - before.predicted[label]:+d}"),
    }
    with st.container(horizontal=True):
        for key, (value, change) in shown.items():
            colour: Literal["off", "normal"] = "off" if key == "metric_predicted" else "normal"
            st.metric(say(key, name=name), value, None if now == before else change, delta_color=colour)


def _bars(title: str, classes: Sequence[str], now: Scores, before: Scores, top: int, key: str) -> None:
    rows = [{"class": name, "predicted": now.predicted[place], "before": before.predicted[place]}
            for place, name in enumerate(classes)]  # fmt: skip
    export.show(figures.predicted_bars(title, rows, classes, now.support[0], top), key=key)


# --- lower one logit ----------------------------------------------------------------------------------------------


def lower(cards: Cards) -> None:
    """A slider that takes something away from the attractor's logit."""
    st.markdown(say("lower_text"))

    @links.fragment
    def view() -> None:
        there = {name: found for name in ANSWERED if name in cards and (found := read_outputs(name, services.pretrained_folder()))}
        if not there:
            asking.missing(f"python -m core pretrain {' '.join(ANSWERED)}")
            return
        with st.container(horizontal=True, gap="medium"):
            name = shared.choice("lower.network", list(there), say("network"), lambda one: shared.network(cards[one]))
            sides = sorted(there[name].logits, reverse=True)
            side = shared.choice(f"lower.side.{name}", sides, say("side_axis"), default=FULL[1])
        _lowered(name, cards[name].facts.classes, there[name], side)

    view()


def _lowered(network: str, classes: Sequence[str], outputs: Outputs, side: int) -> None:
    before = metrics.scores(resolution_riddle.lowered(outputs, side, 0, 0.0))
    label = before.predicted.index(max(before.predicted))
    name = classes[label]
    steps = resolution_riddle.lowering(outputs, side, label)
    top = resolution_riddle.best(steps)
    by = st.slider(say("by", name=name), 0.0, resolution_riddle.STEPS[-1], 0.0, 0.1, key=f"resolution.by.{network}.{side}", help=say("by_help"))
    now = metrics.scores(resolution_riddle.lowered(outputs, side, label, by))
    _numbers(name, label, now, before)
    left, right = st.columns(2, gap="medium")
    with left:
        lines = {"recall": [step.recall for step in steps], "precision": [step.precision for step in steps],
                 "accuracy": [step.accuracy for step in steps]}  # fmt: skip
        rows = [{"by": step.by, "score": say(f"score_{score}"), "value": 100 * share}
                for score, shares in lines.items() for step, share in zip(steps, shares, strict=True)]  # fmt: skip
        title = say("figure_lower", name=name, side=side, network=network)
        export.show(figures.lowering(title, rows, by, top.by), key="resolution.lower")
    with right:
        title = say("figure_bars", true=whole(now.support[0]), side=side, network=network)
        peak = max(*before.predicted, 2 * now.support[0], *now.predicted)
        _bars(title, classes, now, before, peak, "resolution.lower.bars")
    numbers = {"by": f"{top.by:.1f}", "accuracy": percent(top.accuracy), "before": percent(before.accuracy),
               "predicted": whole(top.predicted), "name": name}  # fmt: skip
    st.markdown(f"{say('best', **numbers)} {say('best_note')}\n\n{_pull(outputs, label, name)}")
    tables.runs_behind([network])


def _pull(outputs: Outputs, label: int, name: str) -> str:
    """How the class's logit stands above the others for images that are not of the class, side by side."""
    sides = sorted(outputs.logits, reverse=True)
    values = ", ".join(say("pull_at", side=side, value=f"{resolution_riddle.pull(outputs, side, label):+.1f}") for side in sides)
    return say("pull", name=name, values=values)


# --- fade the fine parts ------------------------------------------------------------------------------------------


def fade(cards: Cards) -> None:
    """A slider over the side: what is fine in the images fades, and the scores move."""
    st.markdown(say("fade_text"))

    @links.fragment
    def view() -> None:
        with st.container(horizontal=True, gap="medium"):
            name = shared.choice("fade.network", [name for name in FADED if name in cards], say("network"), lambda one: shared.network(cards[one]))
            filters = [filter for filter in FILTERS if filter in cards[name].evaluations]
            filter = shared.choice("fade.filter", filters, say("column_filter"), default=FILTER)
        card = cards[name]
        classes = card.facts.classes
        with st.container(horizontal=True, gap="medium"):
            label = classes.index(shared.choice("fade.class", classes, say("column_class"), default="cat"))
        scores = {side: metrics.scores(card.evaluations[filter][str(side)])
                  for side in sorted(map(int, card.evaluations[filter]), reverse=True)}  # fmt: skip
        sides = list(scores)
        side = st.select_slider(say("fade_side"), sides, key=f"resolution.fade.{len(sides)}", help=say("fade_help"))
        _numbers(classes[label], label, scores[side], scores[sides[0]])
        place = st.container()
        left, right = st.columns(2, gap="medium")
        with left:
            title = say("figure_fade", name=classes[label], network=name, filter=filter)
            export.show(figures.scores(title, score_rows(scores, label), marked=side), key="resolution.fade")
        with right:
            title = say("figure_bars", true=whole(scores[side].support[0]), side=side, network=name)
            peak = max(count for found in scores.values() for count in found.predicted)
            _bars(title, classes, scores[side], scores[sides[0]], peak, "resolution.fade.bars")
        tables.runs_behind([name])
        with place, st.spinner(say("loading")):  # last, for it needs torch and the data set
            _images(name, classes, label, side, filter)

    view()


def _images(network: str, classes: Sequence[str], label: int, side: int, filter: str) -> None:
    """A few test images of the class and of others, as the network gets them, and what it resolution_findings."""
    folder = services.data_folder()
    if not dataset_files.state("cifar10", folder).present:
        st.caption(say("no_pictures"))
        st.code("python -m core data cifar10 --fetch", language="sh")
        return
    outputs = read_outputs(network, services.pretrained_folder()) if filter == FILTER else None
    columns = st.columns(2, gap="medium")
    for column, own, key in zip(columns, (True, False), ("pictures_own", "pictures_other"), strict=True):
        chosen = images.chosen_tests("cifar10", folder, label, own, SHOWN)
        with column:
            caption = say(key, name=classes[label], side=side)
            st.image(images.tests("cifar10", folder, chosen, side, filter), width="stretch", alt=caption)
            st.caption(f"{caption} {_answers(outputs, classes, chosen, side)}")


def _answers(outputs: Outputs | None, classes: Sequence[str], chosen: tuple[int, ...], side: int) -> str:
    """What the network answered to these images, where its answers are kept."""
    if outputs is None or side not in outputs.logits:
        return ""
    guesses = resolution_riddle.guesses(outputs.logits[side][list(chosen)], 0, 0.0)
    return say("it_answers", answers=", ".join(classes[guess] for guess in guesses))
