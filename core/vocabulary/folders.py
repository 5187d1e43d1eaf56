"""Where things lie on this machine: what the environment says, else the place that the system has for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from core.vocabulary.errors import LabError

_PLACES = {
    "data": (Path("Library", "Caches"), "XDG_CACHE_HOME", Path(".cache")),
    "runs": (Path("Library", "Application Support"), "XDG_DATA_HOME", Path(".local", "share")),
}
"""What it is -> below the home folder on macOS; the variable, and without it below the home folder, elsewhere."""


def data_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The absolute folder of the data sets: $LAB_DATA, else `resolution-lab` in the user's cache folder."""
    return _chosen("LAB_DATA", environ) or _own("data", environ, platform) / "resolution-lab"


def runs_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The absolute folder of the run store: $LAB_RUNS, else `resolution-lab/runs` in the user's data folder."""
    return _chosen("LAB_RUNS", environ) or _own("runs", environ, platform) / "resolution-lab" / "runs"


def own_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The absolute folder of the data sets of one's own: $LAB_OWN, else `own` in the folder of the run store.

    Not in the data folder, which is a cache: nobody can fetch these images again. What is kept of the run store (a volume,
    a backup) keeps them too.
    """
    return _chosen("LAB_OWN", environ) or runs_folder(environ, platform) / "own"


def _chosen(variable: str, environ: Mapping[str, str]) -> Path | None:
    """LabError for a folder of somebody who is not there: '~nobody/data'."""
    if not (value := environ.get(variable)):
        return None
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise LabError(f"{variable} is {value!r}; expected a folder: {error}") from error


def _own(kind: str, environ: Mapping[str, str], platform: str) -> Path:
    mac, variable, other = _PLACES[kind]
    try:
        if platform == "win32":
            place = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif platform == "darwin":
            place = Path.home() / mac
        else:
            place = Path(environ.get(variable) or Path.home() / other)
    except RuntimeError as error:
        raise LabError(f"this user has no home folder ({error}); set LAB_DATA and LAB_RUNS to folders") from error
    return place.absolute()
