"""Three puzzles, one a screen: a printed table, the learner's marks in it, and what a check finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.studies import audit, audit_last_batch
from core.studies.audit import Marks
from demo.components import puzzle
from demo.components.puzzle import Checked, Note, Printed
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent
from demo.visitor import session

say = speaker("audit")
SHOWN = "Arc2 Adam"
"""The run whose three scores are asked about class by class."""
PUZZLES = ("spot", "scores", "classes")
"""Their sections, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A printed table, what a check finds wrong in it, the cells that show it, and the sections behind "Why?"."""

    name: str
    printed: Printed
    wrong: Sequence[str]
    lit: Sequence[tuple[int, int]]
    notes: Mapping[str, str]
    """What a check says of a column or row."""
    asks: str
    finds: str
    why: Sequence[Way]


def spot() -> Screen:
    """Puzzle 1: columns that cannot all be results of their own."""
    return _screen(0, columns())


def scores() -> Screen:
    """Puzzle 2: columns that are equal where they should not be."""
    return _screen(1, equal_scores())


def classes() -> Screen:
    """Puzzle 3: scores that cannot be true together."""
    return _screen(2, contradictions())


# --- the three -----------------------------------------------------------------------------------------------------


def columns() -> Puzzle:
    """The accuracy of each class in four trainings; a cell is lit where another of the copied columns has the same."""
    names, copied = list(audit.RUNS), audit.copies()
    found = {name: audit.printed(name, "accuracy_percent") for name in names}
    labels = [row.label for row in audit.implied(SHOWN, {})]
    lit = [(line, at) for line in range(len(labels)) for at, name in enumerate(names, start=1)
           if name in copied and any(found[other][line] == found[name][line] for other in copied if other != name)]  # fmt: skip
    same = {name: max((_equal(found[name], found[other]) for other in copied if other != name), default=0) for name in copied}
    printed = Printed(say("spot_columns"), "columns", [say("class"), *names],
                      [[label, *(f"{found[name][line]:.1f}" for name in names)] for line, label in enumerate(labels)], names)  # fmt: skip
    most, of = max(same.values(), default=0), len(labels)
    return Puzzle(
        "columns", printed, copied, lit, {name: say("note_columns", same=count, of=of) for name, count in same.items()},
        say("asks_columns", count=_word(len(copied)), of=_word(len(names)).lower()), say("finds_columns", count=_word(len(copied)), same=most, of=of),
        [Way(say("why_button"), "columns")],
    )  # fmt: skip


def equal_scores() -> Puzzle:
    """The scores of the resolution study; a cell is lit where the scores of its row are equal."""
    names, rows = ("accuracy", "precision", "f1"), audit_last_batch.printed_values()
    same = audit_last_batch.same_scores()
    lit = [(line, at) for line, row in enumerate(rows) for at, name in enumerate(names, start=1) if name in same and row.equal]
    equal = sum(row.equal for row in rows)
    printed = Printed(say("spot_scores"), "columns", [say("cell"), *(say(name) for name in names)],
                      [[say(row.cell), f"{row.accuracy:g}", f"{row.precision:g}", f"{row.f1:g}"] for row in rows], names)  # fmt: skip
    return Puzzle(
        "scores", printed, same, lit, {name: say("note_columns", same=equal, of=len(rows)) for name in same},
        say("asks_scores"), say("finds_scores", names=_listed([say(name) for name in same]), same=equal, of=len(rows)),
        [Way(say("why_button"), "sixteenths"), Way(say("how_to_tell"), "matrix")],
    )  # fmt: skip


def contradictions() -> Puzzle:
    """Three scores of each class of one training; a row is lit where they contradict each other."""
    rows, wrong = audit.implied(SHOWN, {}), audit.impossible(SHOWN)
    lit = [(line, at) for line, row in enumerate(rows) if row.label in wrong for at in (1, 2, 3)]
    printed = Printed(say("spot_classes"), "rows", [say("class"), say("accuracy_percent"), say("precision"), say("f1")],
                      [[row.label, f"{100 * row.accuracy:.1f}", f"{row.precision:.2f}", f"{row.f1:.2f}"] for row in rows], [row.label for row in rows])  # fmt: skip
    notes = {row.label: say("note_classes", low=f"{100 * row.low:.1f}", high=f"{100 * row.high:.1f}") for row in rows if row.label in wrong}
    return Puzzle(
        "classes", printed, wrong, lit, notes, say("asks_classes"), say("finds_classes", count=len(wrong), of=len(rows)),
        [Way(say("why_button"), "implied"), Way(say("section_means"), "means")],
    )  # fmt: skip


def _equal(one: Sequence[float], other: Sequence[float]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _word(count: int) -> str:
    """A small number as a word."""
    words = say("number_words").split(", ")
    return words[count] if count < len(words) else str(count)


def _listed(names: Sequence[str]) -> str:
    return f" {say('and')} ".join(names)


# --- a screen ------------------------------------------------------------------------------------------------------


def _screen(place: int, task: Puzzle) -> Screen:
    kept = session.answer(f"audit.marked.{task.name}")
    marked = kept if isinstance(kept, tuple) else None
    following = PUZZLES[place + 1] if place + 1 < len(PUZZLES) else "checklist"
    step = Way(say("next", name=say(f"section_{following}")), following)
    stage = lambda: _stage(task, marked)  # noqa: E731
    overline = say("puzzle_of", place=place + 1, of=len(PUZZLES))
    if marked is None:
        return Screen(f"audit.{task.name}", task.asks, f"{overline} {say(f'spot_{task.name}')}", stage, lambda: _hints(task), [step], whole=False)
    score = audit.marks(marked, task.wrong)
    return Screen(f"audit.{task.name}", task.finds, _judged(task, marked, score), stage, lambda: _scores(task, score), [*task.why, step])


def _stage(task: Puzzle, marked: Sequence[str] | None) -> None:
    """The table, which the learner marks; once it was checked with what a check finds."""
    words = {"check": say("check"), "again": say("mark_again"), "how": say(f"mark_{task.name}")}

    def settle(marks: list[str] | None) -> None:
        session.keep_answer(f"audit.marked.{task.name}", None if marks is None else tuple(marks))

    puzzle.show(task.printed, words, f"audit.puzzle.{task.name}", None if marked is None else judge(task, marked), settle)


def judge(task: Puzzle, marked: Sequence[str]) -> Checked:
    """What a check finds, with a sign for every mark that was made or left out."""
    notes: dict[str, Note] = {}
    for name in task.printed.names:
        text, right = task.notes.get(name, ""), name in task.wrong
        sign = {(True, True): "✓ ", (True, False): "✗ "}.get((name in marked, right), "")
        if text or sign:
            notes[name] = Note(f"{sign}{text or say('note_fine')}", "right" if sign == "✓ " else "wrong" if sign else "")
    titles = dict(zip(task.printed.names, task.printed.heads[1:] if task.printed.by == "columns" else task.printed.names, strict=True))
    found = say("check_finds", found=", ".join(titles[name] for name in task.wrong), count=len(task.wrong), of=len(titles))
    return Checked(tuple(marked), tuple(task.lit), notes, say("note_head") if task.printed.by == "rows" else "", found)


def _hints(task: Puzzle) -> None:
    with st.expander(say("hint")):
        st.markdown(say(f"hint_{task.name}"))
    st.caption(say("faith"))


def _judged(task: Puzzle, marked: Sequence[str], score: Marks) -> str:
    """The learner's marks as guesses like a network's."""
    if not marked:
        return say("no_marks")
    return say("your_marks", found=len(score.found), marks=len(marked), wrong=len(task.wrong))


def _scores(task: Puzzle, score: Marks) -> None:
    """The learner's own precision and recall, and why it cannot be."""
    unknown = say("no_precision")
    finding.numbers([
        Number(percent(score.precision, unknown), say("your_precision"), "#1d8ba8"), Number(percent(score.recall), say("your_recall"), "#b35806"),
    ])  # fmt: skip
    st.markdown(say(f"why_{task.name}"))
