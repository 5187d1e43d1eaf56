"""The life of a run under the job manager: which status follows which, who may cause it, and what is on the disk.

| status | the run's row in the store | its lock | its files |
| --- | --- | --- | --- |
| queued | `queued` | held | the newest checkpoint, where it goes on from one; none before its first epoch |
| running | `running`, with the resolved recipe and the facts | held | the newest checkpoint, from epoch 0 on |
| paused | `paused` | held | the newest checkpoint |
| stopped | `stopped` | free | the newest checkpoint |
| interrupted | never written: `queued`, `running` or `paused`, with the reason where it could be stored | free | the newest checkpoint, if any |
| failed | `failed`, with the sentence that says why | free | the newest checkpoint, if any |
| finished | `finished`, with the test result | free | the tested weights; no checkpoint |

A status is written first and shown afterwards; where the store refuses, nothing has changed. A run whose end cannot be
written is interrupted, which needs no writing. Nothing follows `finished` and `failed`: a finished run keeps its result
whatever was asked for while it was being stored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from core.runs.store import StoreError
from core.vocabulary.errors import EngineDied, LabError, RunFailed

LOG = logging.getLogger(__name__)


class Cause(StrEnum):
    """Who may change a run's status."""

    PERSON = "its owner or the teacher"
    ENGINE = "the engine"
    """By a record, by an end of the records without a result, or by a failure."""
    STORE = "the store"
    """By refusing to write."""
    CLOSE = "the server's close"


PERSON, ENGINE, STORE, CLOSE = Cause
NEW = ""
"""The status of a run that is not in the store yet."""
_BREAKS_OFF = {ENGINE, STORE, CLOSE}

NEXT: Mapping[str, Mapping[str, set[Cause]]] = {
    NEW: {"queued": {PERSON}},
    "queued": {"running": {ENGINE}, "stopped": {PERSON}, "failed": {ENGINE}, "interrupted": _BREAKS_OFF},
    "running": {
        "paused": {PERSON},
        "queued": {PERSON},  # stopped, and resumed before its records had ended
        "stopped": {PERSON},
        "failed": {ENGINE},
        "finished": {ENGINE},
        "interrupted": _BREAKS_OFF,
    },
    "paused": {
        "running": {PERSON},
        "queued": {PERSON},  # it had given its place up
        "stopped": {PERSON},
        "failed": {ENGINE},
        "finished": {ENGINE},  # the pause came after its last step
        "interrupted": _BREAKS_OFF,
    },
    "stopped": {"queued": {PERSON}},
    "interrupted": {"queued": {PERSON}},
    "failed": {},
    "finished": {},
}
"""status -> the statuses that may follow it -> who may cause that."""

ACTIVE = ("queued", "running", "paused")
"""The manager looks after the run and holds its lock."""


class IllegalTransition(RuntimeError):
    """A fault of the manager: it was about to change a run's status in a way that is not in the table."""


def may_follow(status: str, following: str, cause: Cause) -> bool:
    """Whether a run of this status may get the `following` one by this cause.

    >>> may_follow("stopped", "queued", Cause.PERSON), may_follow("finished", "stopped", Cause.PERSON)
    (True, False)
    """
    return cause in NEXT[status].get(following, ())


def check(status: str, following: str, cause: Cause) -> None:
    """Raises IllegalTransition for what the table does not know."""
    if not may_follow(status, following, cause):
        raise IllegalTransition(f"a run that is {status or 'new'!r} cannot become {following!r} by {cause.value}")


class Outcome(NamedTuple):
    """What a run becomes by what happened to it."""

    status: str
    cause: Cause
    message: str


NO_RESULT = "its records ended without a result; resume the run to go on"


def outcome_of(error: BaseException, begun: bool) -> Outcome:
    """What an error makes of a run: failed only when the run itself cannot go on, or is refused before it has `begun`
    (has its first epoch); else interrupted, so that it can be resumed."""
    if isinstance(error, StoreError):
        return Outcome("interrupted", STORE, str(error))
    if isinstance(error, EngineDied):
        return Outcome("interrupted", ENGINE, str(error))
    message = str(error)
    if not isinstance(error, LabError):  # a fault of ours: shown to the user, with the traceback in the log
        LOG.error("a run broke off", exc_info=error)
        message = f"{type(error).__name__}: {error}"
    failed = isinstance(error, RunFailed) or not begun
    return Outcome("failed" if failed else "interrupted", ENGINE, message)
