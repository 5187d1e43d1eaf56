"""The class of this server: its answers to the questions, what the teacher has shown, and where the teacher is.

It lives beside the job manager (demo.server.services), so no browser can clear it; it ends with the server. Whoever may
change something for all is told by the teacher's token, never by an address. Every method may be called from any thread.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Literal, get_args

from core.system.allowance import Allowance
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor

Lead = Literal["off", "link", "bring"]
"""Whether the class is shown where the teacher is: not at all, as a link, or is brought there."""
LEADS: tuple[Lead, ...] = get_args(Lead)
MOST_VOTERS, MOST_QUESTIONS, MOST_MEMBERS = 500, 200, 2_000
NEW_MEMBERS = (100, 3.0)
"""So many new browsers of one address join at once, then one every so many seconds: a school shares an address, and a
program can be as many browsers as it likes."""
NEW_QUESTIONS = (40, 30.0)
"""The same for questions that nobody has answered yet; a lesson asks a handful."""
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
    """By a person's name; the oldest first."""
    revealed: bool = False
    asked: bool = False
    """Whether a teacher has looked at it: it then stays when room is needed."""


class Classroom:
    """Votes, reveals and the teacher's place. `teacher` tells whether a token is the teacher's.

    `revision` grows with all that every screen must show at once; a vote is not among that.
    """

    def __init__(self, teacher: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._teacher, self._clock = teacher, clock
        self._lock = threading.Lock()
        self._questions: dict[str, _Question] = {}
        self._members: dict[str, str] = {}
        """The address of each browser that joined, by its person's name; who was here longest ago stands first."""
        self._seen: dict[str, float] = {}
        self._new_members = Allowance(*NEW_MEMBERS, clock)
        self._new_questions = Allowance(*NEW_QUESTIONS, clock)
        self._place = Place(0, "")
        self._leader = ""
        self.opened, self.lead, self.revision = False, LEADS[0], 0
        self.teacher_page = ""
        """Where a teacher looked last, class or not: the window with the notes goes along."""

    # --- everybody -------------------------------------------------------------------------------------------------

    def ballot(self, question: str, visitor: Visitor) -> Ballot:
        """The question now, as this person may see it. A teacher who looks at it asks it: there is always room for it."""
        with self._lock:
            if self.opened and self._teacher(visitor.token) and question:
                self._ask(question)
            found = self._questions.get(question, _Question())
            return Ballot(Counter(found.votes.values()), found.revealed, found.votes.get(visitor.name))

    def vote(self, question: str, visitor: Visitor, option: str) -> None:
        """Counts this person's answer in place of an earlier one. LabError once the answer is shown.

        Where there is no room for one more, the oldest answer of the address with the most answers goes.
        """
        _check(question, LONGEST_QUESTION, "question")
        _check(option, LONGEST_WORD, "answer")
        with self._lock:
            if not self.opened:
                raise LabError("no class is open; your answer was not counted")
            if wait := self._join(visitor):
                raise LabError(f"many new browsers came from your network just now; answer again in {ceil(wait)} s")
            found = self._question(question, visitor)
            if found.revealed:
                raise LabError("the answer is shown already; your vote was not counted")
            if visitor.name not in found.votes and len(found.votes) >= MOST_VOTERS:
                del found.votes[self._crowded(found.votes)]
            found.votes[visitor.name] = option

    def here(self, visitor: Visitor) -> int:
        """Notes that this person looks at a page; returns how many do. Teachers do not count."""
        now = self._clock()
        with self._lock:
            if not self._teacher(visitor.token) and not self._join(visitor):
                self._seen.pop(visitor.name, None)  # the dictionary stays sorted by time
                self._seen[visitor.name] = now
                while len(self._seen) > MOST_VOTERS:
                    del self._seen[next(iter(self._seen))]
            return sum(now - moment <= HERE_SECONDS for moment in self._seen.values())

    @property
    def place(self) -> Place | None:
        """Where the teacher is; None while the class is not shown that."""
        with self._lock:
            return self._place if self.opened and self.lead != "off" and self._place.page else None

    # --- the teacher -----------------------------------------------------------------------------------------------

    def open(self, visitor: Visitor) -> None:
        """From now on answers are counted, and shown by the teacher alone."""
        with self._change(visitor):
            self.opened = True

    def close(self, visitor: Visitor) -> None:
        """Everybody works alone again. What has been answered and shown is kept for the next `open`."""
        with self._change(visitor):
            self.opened = False

    def reveal(self, question: str, visitor: Visitor) -> None:
        """Shows everybody the answer and what the class thought; ends the vote."""
        _check(question, LONGEST_QUESTION, "question")
        with self._change(visitor):
            self._ask(question).revealed = True

    def reset(self, visitor: Visitor, question: str | None = None) -> None:
        """Forgets the answers to a question, or to all, so that they can be asked again."""
        with self._change(visitor):
            if question is None:
                self._questions.clear()
            else:
                self._questions.pop(question, None)

    def follow(self, lead: Lead, visitor: Visitor) -> None:
        """How the class follows from now on; it is this teacher's place that counts."""
        if lead not in LEADS:
            raise LabError(f"unknown way to follow {lead!r}; choose one of {', '.join(LEADS)}")
        with self._change(visitor):
            self.lead, self._leader = lead, visitor.name
            if lead == "bring":  # also those who have looked elsewhere meanwhile
                self._place = Place(self._place.number + 1, self._place.page, self._place.run, self._place.section)

    def at(self, visitor: Visitor, page: str, run: str = "", section: str = "") -> None:
        """Told at each look of a teacher: the page, and the run and section in its address. The class follows who leads."""
        for word in (run, section):
            _check(word, LONGEST_WORD, "word of the address", least=0)
        _check(page, LONGEST_WORD, "page")
        if self._teacher(visitor.token):
            self.teacher_page = page
        now = self._place
        if visitor.name == self._leader and (now.page, now.run, now.section) != (page, run, section):
            with self._change(visitor):
                self._place = Place(now.number + 1, page, run, section)

    # --- inside ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self, visitor: Visitor) -> Iterator[None]:
        """For the teacher alone: inside it the class is locked, afterwards every screen knows that something is new."""
        if not self._teacher(visitor.token):
            raise LabError("only the teacher can do this for the class")
        with self._lock:
            yield
            self.revision += 1

    def _join(self, visitor: Visitor) -> float:
        """Makes this person a member of the class; 0.0, or the seconds until the address may bring another one."""
        if visitor.name not in self._members and visitor.address and (wait := self._new_members.take(visitor.address)):
            return wait
        self._members.pop(visitor.name, None)
        self._members[visitor.name] = visitor.address
        if len(self._members) > MOST_MEMBERS:
            del self._members[next(iter(self._members))]
        return 0.0

    def _crowded(self, voters: Iterable[str]) -> str:
        """The first of these people whose address has the most of them: so a program displaces its own answers."""
        [(most, _)] = Counter(self._members.get(name, "") for name in voters).most_common(1)
        return next(name for name in voters if self._members.get(name, "") == most)

    def _question(self, question: str, visitor: Visitor) -> _Question:
        """The question that a visitor answers."""
        if question not in self._questions:
            if len(self._questions) >= MOST_QUESTIONS:
                raise LabError(f"{MOST_QUESTIONS} questions have been asked; the teacher can clear them")
            if wait := self._new_questions.take(visitor.address or visitor.name):
                raise LabError(f"you have answered many new questions; go on in {ceil(wait)} s")
        return self._questions.setdefault(question, _Question())

    def _ask(self, question: str) -> _Question:
        """The question that a teacher asks; where there is no room, the oldest goes that no teacher asked."""
        if question not in self._questions and len(self._questions) >= MOST_QUESTIONS:
            others = [old for old, found in self._questions.items() if not found.asked]
            del self._questions[next(iter(others or self._questions))]
        found = self._questions.setdefault(question, _Question())
        found.asked = True
        return found


def _check(text: str, longest: int, what: str, least: int = 1) -> None:
    if not isinstance(text, str) or not least <= len(text) <= longest:
        raise LabError(f"a {what} has {least} to {longest} characters")
