"""What the server has one of: the job manager, the class, the visitors' answers and guesses, the registry of models.

They live in a module without a file, which no cache clears and no file watcher evicts: any browser can empty Streamlit's
caches, and an edited file takes its module's globals with it; a run must survive both.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.classroom.answers import Answers
from core.classroom.calls import Calls
from core.classroom.guesses import Guesses
from core.classroom.teacher_token import TokenTries, choose_token
from core.classroom.votes import Classroom
from core.engines.process import ProcessEngine
from core.engines.sizing import pool_size
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary import folders
from core.vocabulary.errors import LabError


def make_manager(environ: Mapping[str, str] = os.environ) -> JobManager:
    """The server's manager: store and data where the environment says, runs in child processes.

    Training leaves one core to the pages; LAB_WORKERS says how many runs are trained side by side. Without a LAB_TEACHER_TOKEN of some length a token is made; the server prints it.
    """
    data = folders.data_folder(environ)
    token = choose_token(environ.get("LAB_TEACHER_TOKEN"))
    size = pool_size(environ)
    store = open_store(folders.runs_folder(environ))
    return JobManager(store, ProcessEngine(data, size.workers), data=data, token=token, threads=size.threads, cards=FOLDER)


def make_registry(environ: Mapping[str, str] = os.environ) -> ModelRegistry:
    """A registry for where no manager runs: the classifier alone."""
    return ModelRegistry(FOLDER, data=folders.data_folder(environ), runs=folders.runs_folder(environ))


@dataclass(frozen=True, slots=True)
class Services:
    """What all visitors of a server share."""

    manager: JobManager
    classroom: Classroom
    guesses: Guesses
    calls: Calls
    answers: Answers
    token_tries: TokenTries
    registry: ModelRegistry


_HOME = "_resolution_lab_manager"


def install(manager: JobManager) -> None:
    """Keeps the manager, and with it an empty class, no guesses and answers, and a registry of models that has loaded none."""
    home = types.ModuleType(_HOME)
    vars(home)["services"] = Services(
        manager, Classroom(manager.teacher), Guesses(manager.teacher), Calls(), Answers(manager.teacher),
        TokenTries(manager.teacher), ModelRegistry(manager.cards, data=manager.data, runs=manager.store.folder),
    )  # fmt: skip
    sys.modules[_HOME] = home


def _services() -> Services | None:
    home = sys.modules.get(_HOME)
    found: Services | None = None if home is None else vars(home)["services"]
    return found


def _installed() -> Services:
    if (found := _services()) is None:
        raise LabError("there is no job manager; start the app with: streamlit run app.py")
    return found


def installed() -> JobManager:
    """The manager of this server. LabError before there is one."""
    return _installed().manager


def guesses() -> Guesses:
    """What the class has guessed on this server. LabError before there is one."""
    return _installed().guesses


def calls() -> Calls:
    """Which class each collection on this server asks for. LabError before there is a server."""
    return _installed().calls


def answers() -> Answers | None:
    """What the visitors of this server have answered; None where no server runs."""
    found = _services()
    return None if found is None else found.answers


def token_tries() -> TokenTries:
    """Who looks at what is typed as this server's token. LabError before there is one."""
    return _installed().token_tries


def registry() -> ModelRegistry:
    """The networks that answer on this server, for the game, the classifier and the pages. LabError before there is one."""
    return _installed().registry


def classroom() -> Classroom:
    """The class of this server; where no server runs, one that nobody can open."""
    found = _services()
    return Classroom(teacher=lambda _token: False) if found is None else found.classroom


def data_folder() -> Path:
    """The folder of the data sets: the server's; where no server runs, what the environment says."""
    found = _services()
    return folders.data_folder() if found is None else found.manager.data


def pretrained_folder() -> Path:
    """The folder of what comes with the app: the server's; where no server runs, that of this checkout."""
    found = _services()
    return FOLDER if found is None else found.manager.cards
