"""The second question of the resolution study: why 'cat' gets more accurate as the pictures get blurrier. One stage with a slider."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from core.images import preview
from core.pretrained import test_images
from core.pretrained.cards import Card
from core.pretrained.outputs import read_outputs
from core.studies import resolution, resolution_riddle
from core.studies.published import report_recall
from core.studies.resolution import FILTER, FULL, RIDDLE, SIDES
from core.vocabulary import metrics
from core.vocabulary.metrics import Scores
from demo.charts import figure
from demo.classroom import guessing, questions
from demo.classroom.guessing import Guess
from demo.lessons.resolution import figures, shared
from demo.lessons.resolution.shared import Cards
from demo.lessons.resolution.tables.cats import CAT, SMALL
from demo.server import services
from demo.text import speaker
from demo.ui import finding, images
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent
from demo.visitor import links

say = speaker("resolution")
SHOWN = (0, 8, 5, 6, 9, 11, 10, 1)
"""Of the first test pictures: both cats, then six that are none."""
LARGE = 224
"""Pixels of a picture's side as it is sent."""
STYLE = """
.lab-answers { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.5rem 0.6rem; margin: 0; }
.lab-answers figure { margin: 0; text-align: center; line-height: 1.25; }
.lab-answers img { width: 100%; max-width: 6rem; aspect-ratio: 1; image-rendering: auto; border-radius: 0.3rem; display: block; margin: 0 auto 0.15rem; }
.lab-answers .right { color: light-dark(#0b5f78, #7cc7de); }
.lab-answers .wrong { color: light-dark(#a04e05, #f0a35e); font-weight: 600; }
"""


def screen(cards: Cards) -> Screen:
    """The question; once it is answered the stage."""
    guess = guessing.of(questions.cat())
    printed = {f"at_{side}": percent((report_recall("totv", side) or {})[CAT]) for side in FULL}
    ways = (Way(say("to_sweep"), section="sweep"), Way(say("beside"), section="published"))
    name = next((name for name in RIDDLE if name in cards), None)
    rows = resolution.riddle(cards)
    if name is None or not rows:
        return shared.waiting(guess.question.words, say("riddle_intro", **printed), cards, RIDDLE, ways)
    card = cards[name]
    if not guess.shown:
        return Screen("resolution.riddle.asked", guess.question.words, say("riddle_intro", **printed), lambda: _asked(card), guess.options, ways, whole=False)
    found = resolution_riddle.count(resolution_riddle.cats(rows, FILTER), lambda row: row.explained)
    headline = say("finding_cat" if found.confirmed else "finding_cat_partly" if found.holds else "finding_cat_not")
    return Screen("resolution.riddle", headline, guess.sentence(), lambda: _stage(card, guess, _confirmed(cards)), None, ways, last=guess.again)


def _confirmed(cards: Cards) -> str:
    """How far the answer is confirmed, and what decides which class attracts: the rest is in the tables."""
    rows = resolution.riddle(cards)
    found = resolution_riddle.count(resolution_riddle.cats(rows, FILTER), lambda row: row.explained)
    numbers = {"holds": found.report_holds, "of": found.report_of, "enough": resolution_riddle.ENOUGH}
    smallest = resolution_riddle.attractors(rows, SMALL[-1])
    third = say(f"remember_{resolution_riddle.decides(smallest)}") if len(smallest) > 1 else say("remember_open")
    if not found.enough:
        return f"{say('not_yet_confirmed', **numbers)} {third}"
    return f"{say('confirmed' if found.confirmed else 'refuted' if not found.report_holds else 'partly', **numbers)} {third}"


def _scores(card: Card) -> dict[int, Scores]:
    """Of the sides at which the answer to each picture is kept, the sharpest first."""
    return {side: metrics.scores(matrix) for side in SIDES["cifar10"] if (matrix := card.matrix(side, FILTER))}


# --- before the guess ---------------------------------------------------------------------------------------------


def _asked(card: Card) -> None:
    """The pictures without answers, and the recall of the class that rises."""
    scores, cat = _scores(card), card.facts.classes.index(CAT)
    rows = [{"side": side, "score": say("score_recall"), "value": 100 * found.recall[cat]} for side, found in scores.items()]
    left, right = st.columns(2, gap="medium")
    with left:
        _pictures(card, min(scores), answers=False)
    with right:
        figure.show(figures.rising(say("figure_rising"), rows, list(scores)), key="resolution.rising")


# --- the stage ----------------------------------------------------------------------------------------------------


def _stage(card: Card, guess: Guess, note: str) -> None:
    """A slider over the sizes: pictures, words and the two numbers move with it."""

    @links.fragment
    def view() -> None:
        scores = _scores(card)
        cat, sides = card.facts.classes.index(CAT), list(scores)
        left, right = st.columns([0.46, 0.54], gap="medium")
        with left:
            side = st.select_slider(say("pixels"), sides, sides[-1], key=f"resolution.stage.{len(sides)}", format_func=lambda one: f"{one} × {one}")
            _pictures(card, side)
        with right:
            first, now = scores[sides[0]], scores[side]
            title = say("figure_said", side=side, network=card.name)
            top = max(count for found in scores.values() for count in found.predicted)
            figure.show(figures.said(title, card.facts.classes, now, cat, top, _guessed(scores, cat, guess.option)), key="resolution.said")
            recall, precision = st.columns(2, gap="small")
            with recall:
                finding.numbers([Number(f"{percent(first.recall[cat])} → {percent(now.recall[cat])}", say("of_cats"), figures.SCORES["recall"])])
            with precision:
                finding.numbers([Number(f"{percent(first.precision[cat])} → {percent(now.precision[cat])}", say("of_called"), figures.SCORES["precision"])])
        st.caption(note)

    view()


def _guessed(scores: Mapping[int, Scores], label: int, option: str) -> float | None:
    """How often the word is said at its peak if the guess is right; None without a guess."""
    first = next(iter(scores.values()))
    peak = max(scores.values(), key=lambda found: found.recall[label])
    as_precise = peak.recall[label] * first.support[label] / max(first.precision[label], 0.01)
    return {"easier": as_precise, "called": float(peak.predicted[label]), "luck": float(first.predicted[label])}.get(option)


def _pictures(card: Card, side: int, answers: bool = True) -> None:
    """Eight test pictures as the network gets them, with its word under each where the answers are kept."""
    folder = services.pretrained_folder()
    outputs = read_outputs(card.name, folder) if answers else None
    known = outputs is not None and side in outputs.logits and len(outputs.labels) > max(SHOWN)
    cells: list[str] = []
    for number in SHOWN:
        found = test_images.first_image("cifar10", number, folder)
        if found is None:
            return
        truth = card.facts.classes[found[1]]
        word = card.facts.classes[int(outputs.logits[side][number].argmax())] if outputs is not None and known else None
        cells.append(_cell(images.as_address(images.picture(preview.at_resolution(found[0], side), LARGE)), side, truth, word))
    st.html(f'<style>{STYLE}</style><div class="lab-answers">{"".join(cells)}</div>')


def _cell(picture: str, side: int, truth: str, word: str | None) -> str:
    """A picture and the network's word: right or wrong told by a mark and a colour."""
    if word is None:
        caption, alt = "", say("picture_of", truth=truth, side=side)
    else:
        mark, kind = ("✓", "right") if word == truth else ("✗", "wrong")
        caption, alt = f'<figcaption class="{kind}">{mark} {html.escape(word)}</figcaption>', say("picture_called", truth=truth, side=side, word=word)
    return f'<figure><img src="{picture}" alt="{html.escape(alt)}">{caption}</figure>'

