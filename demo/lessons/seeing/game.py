"""The section "What is it?" of the page "Seeing at low resolution": an image grows until one knows what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.classroom import game
from core.classroom.game import CLASSES, DATASET, IMAGES, SIDES, Task
from core.classroom.guesses import Guess
from core.datasets import files as dataset_files
from core.inference.protocols import ProtocolAnswer
from core.studies.resolution import PROTOCOLS
from core.vocabulary.errors import LabError
from demo.classroom import asking
from demo.server import services
from demo.text import plain, speaker
from demo.ui import images, tables
from demo.ui.formatting import percent, table
from demo.visitor import session

say = speaker("seeing")
SHOWN = 288
"""Pixels of an image on the page: every side of the game divides it, so that all its squares are as large."""
PROBLEM = "seeing.guess"


def render() -> bool:
    """The image that is asked about; or what was answered, and the score of the round: then True."""
    folder = session.manager().data
    if not dataset_files.state(DATASET, folder).present:
        st.info(say("no_pictures"), icon=":material/download:")
        st.code(f"python -m core data {DATASET} --fetch", language="sh")
        return False
    st.markdown(say("game_text", count=IMAGES))
    seed = st.number_input(say("round"), 1, 999, 1, key="seeing.round", help=say("round_help"), width=180)
    indices = game.indices(seed)
    place = _place(seed, indices)
    with st.spinner(say("loading")):
        task = game.task(indices[place], folder)
    mine = _mine(task.index)
    st.markdown(f"#### {say('task', place=place + 1, count=IMAGES, round=seed, index=task.index)}")
    if line := session.notice(PROBLEM):
        st.error(plain(line), icon=":material/error:")
    side = next((side for side in SIDES if side not in mine), None)
    if side is not None:
        _ask(task, side)
        return False
    with st.spinner(say("asking")):
        _reveal(task, mine)
        _next(seed, place, indices)
        _score([game.task(index, folder) for index in indices if len(_mine(index)) == len(SIDES)])
    return True


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


def _ask(task: Task, side: int) -> None:
    """The image at a side, as pixels and as a network gets it, and the classes to choose from."""
    view = task.views[side]
    shown = images.squares([view.reduced[0], view.restored[0]], SHOWN)
    st.image(shown, caption=say("caption", side=side), alt=say("alt_game", side=side))
    st.markdown(f"**{say('what')}**")
    with st.container(horizontal=True, key="seeing.answers"):
        for number, name in enumerate((*CLASSES, say("no_idea"))):
            answer = number if number < len(CLASSES) else None
            st.button(name, key=f"seeing.guess.{number}", on_click=_guess, args=(Guess(task.index, side, task.label, answer),),
                      type="secondary" if answer is not None else "tertiary")  # fmt: skip
    st.progress(SIDES.index(side) / len(SIDES), say("step", number=SIDES.index(side) + 1, count=len(SIDES)))


def _guess(guess: Guess) -> None:
    session.set_notice("", PROBLEM)
    try:
        services.guesses().submit(session.visitor(), guess)
    except LabError as error:
        session.set_notice(str(error), PROBLEM)


# --- the answer -----------------------------------------------------------------------------------------------------


def _reveal(task: Task, mine: Mapping[int, Guess]) -> None:
    """What it is, and who said what at each side."""
    truth = CLASSES[task.label]
    known = next((side for side in SIDES if all(mine[later].right for later in SIDES if later >= side)), None)
    st.success(say("truth", truth=truth) + " " + (say("known_from", side=known) if known else say("never_known")), icon=":material/visibility:")
    st.image(images.sheet([[task.views[side].restored[0] for side in SIDES]], 900), alt=say("alt_growing", sides=_sides(), truth=truth))
    st.caption(say("growing", sides=_sides()))
    cells = {(cell.protocol, cell.resolution): cell for cell in game.answers(task, services.registry())}
    rows = [[str(side), _own(mine[side]), *(_said(cells[protocol, side], truth) for protocol in PROTOCOLS)] for side in SIDES]
    head = [say("column_side_short"), say("column_you"), *(say(f"protocol_{protocol}") for protocol in PROTOCOLS)]
    st.markdown(table(head, rows, left=len(head)))
    st.caption(say("reveal_note"))
    there = dict.fromkeys(cell.network for cell in cells.values() if cell.label is not None)
    tables.runs_behind(list(there))
    absent = dict.fromkeys(cell.network for cell in cells.values() if cell.label is None)
    if absent:
        asking.missing(f"python -m core pretrain {' '.join(absent)}")


def _sides() -> str:
    return ", ".join(map(str, SIDES))


def _own(guess: Guess) -> str:
    name = say("no_idea") if guess.answer is None else CLASSES[guess.answer]
    return say("right" if guess.right else "wrong", answer=name)


def _said(cell: ProtocolAnswer, truth: str) -> str:
    if cell.label is None or cell.probability is None:
        return say("not_there")
    answer = say("answer", label=cell.label, probability=percent(cell.probability))
    return say("right" if cell.label == truth else "wrong", answer=answer)


def _next(seed: int, place: int, indices: list[int]) -> None:
    """To the next open image of the round; behind the last one to those that were left out."""
    left = sorted(_open(indices), key=lambda other: (other < place, other))
    if not left:
        st.markdown(say("round_over", round=seed))
        return
    st.button(say("next_picture"), key="seeing.next", type="primary", icon=":material/arrow_forward:",
              on_click=session.set_state, args=(f"seeing.place.{seed}", left[0]))  # fmt: skip


def _score(done: list[Task]) -> None:
    """Over the images of this round that were guessed at every side: right answers by side."""
    st.subheader(say("score", count=len(done)), anchor=False)
    answers = {task.index: {(cell.protocol, cell.resolution): cell for cell in game.answers(task, services.registry())} for task in done}
    rows = []
    for side in SIDES:
        own = sum(_mine(task.index)[side].right for task in done)
        rows.append([str(side), str(own), *(_right(protocol, side, done, answers) for protocol in PROTOCOLS)])
    head = [say("column_side_short"), say("column_you"), *(say(f"protocol_{protocol}") for protocol in PROTOCOLS)]
    st.markdown(table(head, rows))


def _right(protocol: str, side: int, done: list[Task], answers: Mapping[int, Mapping[tuple[str, int], ProtocolAnswer]]) -> str:
    """How many of the images a network knew; a dash where it is not there."""
    said = [(answers[task.index][protocol, side].label, CLASSES[task.label]) for task in done]
    return "–" if any(label is None for label, _ in said) else str(sum(label == truth for label, truth in said))
