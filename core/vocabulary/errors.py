"""The one kind of error that is shown to a user as it is: a single clear line."""

from __future__ import annotations


class LabError(ValueError):
    """A mistake that the user can mend. The message is one line: what was given, what was expected."""


class NoSuchRun(LabError):
    """There is no run of this id."""


class Damaged(LabError):
    """A file is there and does not hold what it should."""


class RunFailed(LabError):
    """A run that began and cannot go on. The message says where it happened, why, and what to try."""


class EngineDied(LabError):
    """The process that trained is gone or was not there; what had been finished is stored, and the run can be resumed."""


class EngineClosed(LabError):
    """A question to an engine that answers none any more."""

    def __init__(self) -> None:
        super().__init__("the engine is closed; nothing is measured any more")
