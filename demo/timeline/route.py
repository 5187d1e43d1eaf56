"""GET /history/RUN?first=N&head=1: the epochs of a run from the N-th on (`head`: and what stays the same), for everybody who has its address. Nobody can change anything here."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.vocabulary.errors import LabError
from demo.server import services
from demo.timeline import payload

PATH = "history"
_RUN = re.compile(r"[\w-]{1,80}")


def history(request: Request) -> Response:
    """JSON as demo/timeline/payload.py packs it; 404 for a run that is not here, 400 for what is no number."""
    run, first = request.path_params["run"], request.query_params.get("first", "0")
    if not first.isdecimal() or len(first) > 6:
        return PlainTextResponse("first is not a number", 400)
    if not _RUN.fullmatch(run):
        return PlainTextResponse("no such run", 404)
    try:
        found = payload.answer(services.installed().snapshot(run), int(first), request.query_params.get("head") == "1")
    except LabError as unknown:
        return PlainTextResponse(str(unknown).splitlines()[0].partition(" in /")[0], 404)
    return Response(found, media_type="application/json", headers={"Cache-Control": "no-store"})
