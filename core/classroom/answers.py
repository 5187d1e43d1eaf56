"""What each visitor has answered, marked and worked out on this server, so that a reload does not lose it. No torch.

It lives beside the job manager (demo/server/services.py), in memory alone: nothing about a person is written to the disk,
and it ends with the server. A person is told apart by the cookie's owner. Nobody sees what another one answered.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable

from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor

Value = str | bool | tuple[str, ...]
"""An option's name ("" where none was chosen), whether something is done, or what was marked."""
MOST_EACH, MOST = 200, 100_000
"""Answers that are kept of one person (the lessons and studies ask for about a hundred), and in all."""
LONGEST = 1_000
"""Characters of one answer."""


class Answers:
    """The answers of everybody on this server, by name. `teacher` tells whether a token is the teacher's.

    Every method may be called from any thread.
    """

    def __init__(self, teacher: Callable[[str], bool], most_each: int = MOST_EACH, most: int = MOST) -> None:
        self._teacher, self._most_each, self._most = teacher, most_each, most
        self._lock = threading.Lock()
        self._kept: dict[str, dict[bytes, Value]] = {}
        """By a person's name; who answered longest ago stands first, and so does the oldest answer of each."""
        self._address: dict[str, str] = {}
        """The network address that each of them answered from last."""
        self._count = 0

    def get(self, visitor: Visitor, name: str) -> Value | None:
        """What this person answered to `name`; None where that is nothing."""
        with self._lock:
            return self._kept.get(visitor.name, {}).get(_key(name))

    def keep(self, visitor: Visitor, name: str, value: Value | None) -> None:
        """Keeps an answer in place of an earlier one; None forgets it. LabError for one that is too long.

        Of one person the oldest answers go where there are too many, in all the oldest person's of the address that has
        the most: so a program displaces its own answers, and no class's.
        """
        if value is not None and not isinstance(value, bool) and len("".join(value)) > LONGEST:
            raise LabError(f"an answer has at most {LONGEST} characters")
        with self._lock:
            own = self._drop(visitor.name)
            own.pop(_key(name), None)
            if value is not None:
                own[_key(name)] = value
            if len(own) > self._most_each:
                del own[next(iter(own))]
            if not own:
                return
            self._kept[visitor.name], self._address[visitor.name] = own, visitor.address
            self._count += len(own)
            while self._count > self._most:
                self._drop(self._crowded())

    def count(self, visitor: Visitor) -> int:
        """How many answers of this person are kept."""
        with self._lock:
            return len(self._kept.get(visitor.name, {}))

    def forget(self, visitor: Visitor) -> None:
        """Forgets all that this person answered."""
        with self._lock:
            self._drop(visitor.name)

    def clear(self, visitor: Visitor) -> None:
        """Forgets all that anybody answered. LabError for everybody but the teacher."""
        if not self._teacher(visitor.token):
            raise LabError("only the teacher can forget everybody's answers")
        self._clear()

    def _clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._address.clear()
            self._count = 0

    def _drop(self, name: str) -> dict[bytes, Value]:
        """Takes a person out; returns what was kept of them."""
        own = self._kept.pop(name, {})
        self._address.pop(name, None)
        self._count -= len(own)
        return own

    def _crowded(self) -> str:
        """Who answered longest ago, of the address with the most answers."""
        answers: Counter[str] = Counter()
        for name, own in self._kept.items():
            answers[self._address[name]] += len(own)
        [(most, _)] = answers.most_common(1)
        return next(name for name in self._kept if self._address[name] == most)


def _key(name: str) -> bytes:
    """A question's words may be long: 16 bytes stand for them."""
    return hashlib.blake2s(name.encode(), digest_size=16).digest()
