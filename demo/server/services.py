"""Where the server's job manager and its class live: in a module without a file, which no cache clears and no file watcher evicts.

Any browser can empty Streamlit's caches, and an edited file takes its module's globals with it; a run must survive both.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping

from core.classroom.guesses import Guesses
from core.classroom.teacher_token import TokenTries, choose_token
from core.classroom.votes import Classroom
from core.datasets.files import data_folder
from core.engines.process import ProcessEngine
from core.runs.manager import JobManager
from core.runs.store import open_store, runs_folder
from core.system.machine import usable_cores
from core.vocabulary.errors import LabError


def make_manager(environ: Mapping[str, str] = os.environ) -> JobManager:
    """The server's manager: store and data where the environment says, runs in a child process.

    Training leaves one core to the pages. Without a LAB_TEACHER_TOKEN of some length a token is made; the server prints it.
    """
    data = data_folder(environ)
    token = choose_token(environ.get("LAB_TEACHER_TOKEN"))
    threads = max(1, usable_cores() - 1)
    return JobManager(open_store(runs_folder(environ)), ProcessEngine(data), data=data, token=token, threads=threads)


_HOME = "_resolution_lab_manager"


def install(manager: JobManager) -> None:
    """Keeps the manager, an empty class and its pool of guesses in a module without a file: no cache clears it, no file
    watcher evicts it."""
    home = types.ModuleType(_HOME)
    home.manager = manager  # type: ignore[attr-defined]
    home.classroom, home.guesses = Classroom(manager.teacher), Guesses(manager.teacher)  # type: ignore[attr-defined]
    home.token_tries = TokenTries(manager.teacher)  # type: ignore[attr-defined]
    sys.modules[_HOME] = home


def installed() -> JobManager:
    """The manager of this server. LabError before there is one."""
    home = sys.modules.get(_HOME)
    if home is None:
        raise LabError("there is no job manager; start the app with: streamlit run app.py")
    manager: JobManager = home.manager
    return manager


def guesses() -> Guesses:
    """What the class has guessed on this server. LabError before there is one."""
    installed()
    found: Guesses = sys.modules[_HOME].guesses
    return found


def token_tries() -> TokenTries:
    """Who looks at what is typed as this server's token. LabError before there is one."""
    installed()
    found: TokenTries = sys.modules[_HOME].token_tries
    return found


def classroom() -> Classroom:
    """The class of this server; where no server runs, one that nobody can open."""
    home = sys.modules.get(_HOME)
    if home is None:
        return Classroom(teacher=lambda _token: False)
    found: Classroom = home.classroom
    return found
