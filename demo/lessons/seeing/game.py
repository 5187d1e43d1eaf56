"""The game "What is it?" of the page "Seeing at low resolution": an image grows until one knows what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.classroom import game
from core.classroom.game import CLASSES, DATASET, IMAGES, SIDES, Task
from core.classroom.guesses import Guess
from core.datasets import files as dataset_files
from core.images.quality import pairs
from core.inference.protocols import ProtocolAnswer
from core.pretrained import showcase
from core.pretrained.showcase import Showcase
from core.studies.resolution import PROTOCOLS
from core.vocabulary.errors import LabError
from demo.charts import protocols
from demo.classroom import asking
from demo.lessons.seeing import reveal
from demo.server import services
from demo.text import plain, speaker
from demo.ui import images, tables
from demo.ui.defaults import DEFAULTS
from demo.ui.formatting import table
from demo.visitor import session

say = speaker("seeing")
SHOWN = 288
"""Pixels of an image on the page: every side of the game divides it, so that all its squares are as large."""
SMALL = 8
"""The side of the page's question."""
PROBLEM = "seeing.guess"
FIRST = DEFAULTS["seeing"].number
"""The round that is played first."""
STYLE = """
.st-key-seeing_answers { gap: 0.45rem; }
.st-key-seeing_answers button { min-height: 2.6rem; padding-inline: 0.9rem; }
.st-key-seeing_stage img { image-rendering: pixelated; }
"""


def picture() -> None:
    """What the question is about: an image as large as it asks, and what is left of it."""
    found = showcase.read(services.pretrained_folder())
    if found is None:
        return
    pair = pairs(found.images[:1].transpose(0, 3, 1, 2), (SMALL,), "bilinear")[0]
    st.image(images.squares([pair.reduced[0], pair.restored[0]], SHOWN), width=340, alt=say("alt_game", side=SMALL))


def render() -> None:
    """The image that is asked about; or what was answered, and the score of the round."""
    st.html(f"<style>{STYLE}</style>")
    kept = None
    if not dataset_files.state(DATASET, services.data_folder()).present:
        kept = showcase.read(services.pretrained_folder())
        if kept is None:
            st.info(say("no_pictures"), icon=":material/download:")
            st.code(f"python -m core data {DATASET} --fetch", language="sh")
            return
    seed = _seed()
    indices = game.indices(seed, kept)
    place = _place(seed, indices)
    with st.spinner(say("loading")):
        task = _task(indices[place], kept)
    mine = _mine(task.index)
    st.markdown(say("task", place=place + 1, count=IMAGES, round=seed, index=task.index))
    if line := session.notice(PROBLEM):
        st.error(plain(line), icon=":material/error:")
    side = next((side for side in SIDES if side not in mine), None)
    with st.container(key="seeing_stage"):
        if side is not None:
            _ask(task, side, mine)
            return
        with st.spinner(say("asking")):
            _reveal(task, mine)
            _next(seed, place, indices)
            _score([_task(index, kept) for index in indices if len(_mine(index)) == len(SIDES)])


def _task(index: int, kept: Showcase | None) -> Task:
    return game.task(index, services.data_folder()) if kept is None else game.kept_task(index, kept)


def settings() -> None:
    """Which round: everybody who plays the same one gets the same images."""
    st.number_input(say("round"), 1, 999, key=session.keep_widget("seeing.round", FIRST), help=say("round_help"), width=180)
    st.markdown(say("game_text", count=IMAGES) + " " + say("reveal_note"))
    if not dataset_files.state(DATASET, services.data_folder()).present:
        st.caption(say("kept_pictures"))


def another_round() -> None:
    """The next round, in a callback."""
    session.bind_widget("seeing.round", _seed() % 999 + 1)


def _seed() -> int:
    found: int = session.typed("seeing.round") or FIRST
    return found


def _mine(index: int) -> Mapping[int, Guess]:
    return services.guesses().of(session.visitor(), index)


def _place(seed: int, indices: list[int]) -> int:
    """Where the visitor is in the round: where they left it, else at the first image that is open."""
    found: int = session.get_state(f"seeing.place.{seed}", next(iter(_open(indices)), 0))
    return found


def _open(indices: list[int]) -> list[int]:
    """The places in a round whose images were not guessed at every side."""
    return [place for place, index in enumerate(indices) if len(_mine(index)) < len(SIDES)]


# --- guessing -------------------------------------------------------------------------------------------------------


def _ask(task: Task, side: int, mine: Mapping[int, Guess]) -> None:
    """The image at a side, as pixels and as a network gets it, and the classes to choose from; what one said last comes first."""
    view = task.views[side]
    shown = images.squares([view.reduced[0], view.restored[0]], SHOWN)
    st.image(shown, caption=say("caption", side=side), alt=say("alt_game", side=side))
    last = mine[SIDES[SIDES.index(side) - 1]] if side != SIDES[0] else None
    with st.container(horizontal=True, key="seeing_answers"):
        if last:
            st.button(say("still", answer=_word(last)), key="seeing.still", type="primary", on_click=_guess,
                      args=(Guess(task.index, side, task.label, last.answer),))  # fmt: skip
        for number, name in enumerate((*CLASSES, say("no_idea"))):
            answer = number if number < len(CLASSES) else None
            st.button(name, key=f"seeing.guess.{number}", on_click=_guess, args=(Guess(task.index, side, task.label, answer),))
    st.progress(SIDES.index(side) / len(SIDES), say("step", number=SIDES.index(side) + 1, count=len(SIDES)))


def _word(guess: Guess) -> str:
    return say("no_idea") if guess.answer is None else CLASSES[guess.answer]


def _guess(guess: Guess) -> None:
    session.set_notice("", PROBLEM)
    try:
        services.guesses().submit(session.visitor(), guess)
    except LabError as error:
        session.set_notice(str(error), PROBLEM)


# --- the answer -----------------------------------------------------------------------------------------------------


def _reveal(task: Task, mine: Mapping[int, Guess]) -> None:
    """What it is, who knew it from which side on, and below the images who said what."""
    truth = CLASSES[task.label]
    cells = {(cell.protocol, cell.resolution): cell for cell in game.answers(task, services.registry())}
    own: dict[int, reveal.Word | None] = {side: reveal.Word(_word(mine[side]), mine[side].right) for side in SIDES}
    rows: dict[str, dict[int, reveal.Word | None]] = {say("column_you"): own}
    rows |= {_name(one): {side: reveal.word(cells[one, side], truth) for side in SIDES} for one in PROTOCOLS}
    known = [
        say("knew", who=capital(name), side=side) if (side := reveal.known_from(row)) else say("never", who=capital(name))
        for name, row in reversed(rows.items()) if all(row.values())
    ]  # fmt: skip
    st.markdown(f"{say('truth', truth=truth)} {' '.join(known)}")
    st.html(reveal.sheet([task.views[side].restored[0] for side in SIDES], rows))
    there = dict.fromkeys(cell.network for cell in cells.values() if cell.label is not None)
    absent = dict.fromkeys(cell.network for cell in cells.values() if cell.label is None)
    if absent:
        asking.missing(f"python -m core pretrain {' '.join(absent)}")
    with st.expander(say("sure"), icon=":material/percent:"):
        head = [say("column_side_short"), *(_name(protocol) for protocol in PROTOCOLS)]
        st.markdown(table(head, [[str(side), *(reveal.sure(cells[protocol, side]) for protocol in PROTOCOLS)] for side in SIDES], left=len(head)))
        tables.runs_behind(list(there))


def capital(name: str) -> str:
    """A name at the beginning of a sentence.

    >>> capital("sharp only")
    'Sharp only'
    """
    return name[:1].upper() + name[1:]


def _name(protocol: str) -> str:
    return protocols.PROTOCOLS[protocol].word


def _next(seed: int, place: int, indices: list[int]) -> None:
    """To the next open image of the round; behind the last one to those that were left out."""
    left = sorted(_open(indices), key=lambda other: (other < place, other))
    if not left:
        st.markdown(say("round_over", round=seed))
        st.button(say("try_round"), key="seeing.another", type="primary", on_click=another_round)
        return
    st.button(say("next_picture"), key="seeing.next", type="primary", icon=":material/arrow_forward:",
              on_click=session.set_state, args=(f"seeing.place.{seed}", left[0]))  # fmt: skip


def _score(done: list[Task]) -> None:
    """Over the images of this round that were guessed at every side: right answers, in all and by side."""
    answers = {task.index: {(cell.protocol, cell.resolution): cell for cell in game.answers(task, services.registry())} for task in done}
    own = {side: sum(_mine(task.index)[side].right for task in done) for side in SIDES}
    right = {protocol: {side: _right(protocol, side, done, answers) for side in SIDES} for protocol in PROTOCOLS}
    totals = [(say("column_you"), sum(own.values()))] + [
        (_name(protocol), sum(value for value in row.values() if value is not None) if all(v is not None for v in row.values()) else None)
        for protocol, row in right.items()
    ]
    st.html(reveal.counters(totals, say("score", count=len(done), all=len(done) * len(SIDES))))
    with st.expander(say("score_by_side"), icon=":material/table_rows:"):
        head = [say("column_side_short"), say("column_you"), *map(_name, PROTOCOLS)]
        rows = [[str(side), str(own[side]), *("–" if (value := right[protocol][side]) is None else str(value) for protocol in PROTOCOLS)] for side in SIDES]
        st.markdown(table(head, rows))


def _right(protocol: str, side: int, done: list[Task], answers: Mapping[int, Mapping[tuple[str, int], ProtocolAnswer]]) -> int | None:
    """How many of the images a network knew; None where it is not there."""
    said = [(answers[task.index][protocol, side].label, CLASSES[task.label]) for task in done]
    return None if any(label is None for label, _ in said) else sum(label == truth for label, truth in said)
