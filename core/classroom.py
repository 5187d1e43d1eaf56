"""The class of this server: its answers to the questions, what the teacher has shown, and where the teacher is.

It lives beside the job manager (core.installed), so no browser can clear it; it ends with the server. Whoever may
change something for all is told by the teacher's token, never by an address. Every method may be called from any thread.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

from core.errors import LabError
from core.job import Who

Lead = Literal["off", "link", "bring"]
"""Whether the class is shown where the teacher is: not at all, as a link, or is brought there."""
LEADS: tuple[Lead, ...] = get_args(Lead)
MOST_VOTERS, MOST_QUESTIONS = 500, 200
LONGEST_QUESTION, LONGEST_WORD = 1000, 100
"""Characters of a question, and of an answer's name, a page, a run or a section."""
HERE_SECONDS = 70.0
"""A browser is here so long after it last asked; one in the background asks once a minute."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A question as a screen shows it: the answers so far, whether the answer is shown, and one's own vote."""

    counts: Mapping[str, int]
    revealed: bool
    mine: str | None

    @property
    def answered(self) -> int:
        """How many have answered."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Place:
    """Where the teacher is. `number` grows with each move, so that nobody is brought twice."""

    number: int
    page: str
    run: str = ""
    section: str = ""


@dataclass(slots=True)
class _Question:
    votes: dict[str, str] = field(default_factory=dict)
    revealed: bool = False


class Classroom:
    """Votes, reveals and the teacher's place. `teacher` tells whether a token is the teacher's.

    `revision` grows with all that every screen must show at once; a vote is not among that.
    """

    def __init__(self, teacher: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._teacher, self._clock = teacher, clock
        self._lock = threading.Lock()
        self._questions: dict[str, _Question] = {}
        self._seen: dict[str, float] = {}
        self._place = Place(0, "")
        self._leader = ""
        self.opened, self.lead, self.revision = False, LEADS[0], 0

    # --- everybody -------------------------------------------------------------------------------------------------

    def ballot(self, question: str, who: Who) -> Ballot:
        """The question now, as this person may see it."""
        with self._lock:
            found = self._questions.get(question, _Question())
            return Ballot(Counter(found.votes.values()), found.revealed, found.votes.get(who.name))

    def vote(self, question: str, who: Who, option: str) -> None:
        """Counts this person's answer in place of an earlier one. LabError once the answer is shown."""
        _check(question, LONGEST_QUESTION, "question")
        _check(option, LONGEST_WORD, "answer")
        with self._lock:
            if not self.opened:
                raise LabError("no class is open; your answer was not counted")
            found = self._question(question)
            if found.revealed:
                raise LabError("the answer is shown already; your vote was not counted")
            if who.name not in found.votes and len(found.votes) >= MOST_VOTERS:
                raise LabError(f"{MOST_VOTERS} have answered already; there is room for no more")
            found.votes[who.name] = option

    def here(self, who: Who) -> int:
        """Notes that this person looks at a page; returns how many do. Teachers do not count."""
        now = self._clock()
        with self._lock:
            if not self._teacher(who.token):
                self._seen.pop(who.name, None)  # the dictionary stays sorted by time
                self._seen[who.name] = now
                while len(self._seen) > MOST_VOTERS:
                    del self._seen[next(iter(self._seen))]
            return sum(now - moment <= HERE_SECONDS for moment in self._seen.values())

    @property
    def place(self) -> Place | None:
        """Where the teacher is; None while the class is not shown that."""
        with self._lock:
            return self._place if self.opened and self.lead != "off" and self._place.page else None

    # --- the teacher -----------------------------------------------------------------------------------------------

    def open(self, who: Who) -> None:
        """From now on answers are counted, and shown by the teacher alone."""
        with self._change(who):
            self.opened = True

    def close(self, who: Who) -> None:
        """Everybody works alone again. What has been answered and shown is kept for the next `open`."""
        with self._change(who):
            self.opened = False

    def reveal(self, question: str, who: Who) -> None:
        """Shows everybody the answer and what the class thought; ends the vote."""
        _check(question, LONGEST_QUESTION, "question")
        with self._change(who):
            self._question(question).revealed = True

    def reset(self, who: Who, question: str | None = None) -> None:
        """Forgets the answers to a question, or to all, so that they can be asked again."""
        with self._change(who):
            if question is None:
                self._questions.clear()
            else:
                self._questions.pop(question, None)

    def follow(self, lead: Lead, who: Who) -> None:
        """How the class follows from now on; it is this teacher's place that counts."""
        if lead not in LEADS:
            raise LabError(f"unknown way to follow {lead!r}; choose one of {', '.join(LEADS)}")
        with self._change(who):
            self.lead, self._leader = lead, who.name
            if lead == "bring":  # also those who have looked elsewhere meanwhile
                self._place = Place(self._place.number + 1, self._place.page, self._place.run, self._place.section)

    def at(self, who: Who, page: str, run: str = "", section: str = "") -> None:
        """Told at each look of the teacher who leads: the page, and the run and section in its address."""
        for word in (run, section):
            _check(word, LONGEST_WORD, "word of the address", least=0)
        _check(page, LONGEST_WORD, "page")
        now = self._place
        if who.name == self._leader and (now.page, now.run, now.section) != (page, run, section):
            with self._change(who):
                self._place = Place(now.number + 1, page, run, section)

    # --- inside ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self, who: Who) -> Iterator[None]:
        """For the teacher alone: inside it the class is locked, afterwards every screen knows that something is new."""
        if not self._teacher(who.token):
            raise LabError("only the teacher can do this for the class")
        with self._lock:
            yield
            self.revision += 1

    def _question(self, question: str) -> _Question:
        if question not in self._questions and len(self._questions) >= MOST_QUESTIONS:
            raise LabError(f"{MOST_QUESTIONS} questions have been asked; the teacher can clear them")
        return self._questions.setdefault(question, _Question())


def _check(text: str, longest: int, what: str, least: int = 1) -> None:
    if not isinstance(text, str) or not least <= len(text) <= longest:
        raise LabError(f"a {what} has {least} to {longest} characters")
