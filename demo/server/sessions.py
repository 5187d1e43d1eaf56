"""Whose a Streamlit session is, and what its visitor may upload. A session's id stands in logs and addresses: it gives no rights.

What a session remembers about its visitor is written by demo/visitor/session.py; this is the one reader.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime

from demo.server.cookies import VISITOR_HEADER

PROTOCOLS = b"sec-websocket-protocol"
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
MB = 1 << 20
MOST_OF_SESSION, MOST_IN_ALL = 40 * MB, 400 * MB
"""Bytes of uploads kept for one page, and for all."""
LARGEST = 11 * MB
"""Of one upload: what is counted while it arrives without its length. Streamlit takes at most server.maxUploadSize."""
FREED_AFTER, EVERY = 30.0, 10.0
"""Seconds from the moment that a tab closed to the end of its uploads (a page that lost its connection for a moment
finds them again), and between two looks."""


def session_of(session_id: str) -> Any | None:
    """Streamlit's session, also one whose page has lost its connection; None where there is none."""
    if not Runtime.exists():
        return None
    info = Runtime.instance()._session_mgr.get_session_info(session_id)
    return None if info is None else info.session


def remembered(session: Any, name: str) -> Any:
    """What demo/visitor/session.py keeps under `name` in a session; None before its page ran."""
    with suppress(KeyError):
        return session.session_state[f"lab.{name}"]
    return None


def is_own(session_id: str, visitor: str) -> bool:
    """Whether the session was begun by this visitor."""
    session = session_of(session_id)
    return session is not None and bool(visitor) and remembered(session, "visitor") == visitor


class SessionGuard:
    """Middleware: a session is gone on with by the visitor who began it, by nobody else; another one gets a new session."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a websocket resume a session only where the visitor began it."""
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            words = [word.strip() for word in headers.get("sec-websocket-protocol", "").split(",")]
            if len(words) > 2 and words[2] and not is_own(words[2], headers.get(VISITOR_HEADER, "")):
                kept = [(name, value) for name, value in scope["headers"] if name != PROTOCOLS]
                scope = {**scope, "headers": [*kept, (PROTOCOLS, ", ".join(words[:2]).encode("latin-1"))]}
        await self.app(scope, receive, send)


class UploadGuard:
    """Middleware: takes an upload only from the session's own visitor, for a page with a place for one, within bounds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._arriving: Counter[str] = Counter()
        """Bytes that each session is sending now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets an upload change only its visitor's own session, within the limits of memory."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] in ("PUT", "DELETE") else None
        if found is None:
            return await self.app(scope, receive, send)
        session_id, headers = found[1], Headers(scope=scope)
        length = headers.get("content-length", "")
        size = int(length) if length.isdecimal() else LARGEST
        status, sentence = self._refusal(session_id, headers.get(VISITOR_HEADER, ""), size if scope["method"] == "PUT" else 0)
        if status:
            await _discarded(receive)
            return await PlainTextResponse(sentence, status)(scope, receive, send)
        self._arriving[session_id] += size
        try:
            await self.app(scope, receive, send)
        finally:
            self._arriving[session_id] -= size
            if not self._arriving[session_id]:
                del self._arriving[session_id]

    def _refusal(self, session_id: str, visitor: str, size: int) -> tuple[int, str]:
        """(status, sentence), or (0, "") where the upload may come."""
        session = session_of(session_id)
        if session is None:
            return 0, ""  # Streamlit refuses it, and reads nothing
        if not is_own(session_id, visitor):
            return 403, "This page belongs to somebody else."
        if size and not takes_uploads(session):
            return 409, "This page has no place for an upload."
        kept = kept_bytes()
        if kept.get(session_id, 0) + self._arriving[session_id] + size > MOST_OF_SESSION:
            return 413, f"A page may keep {MOST_OF_SESSION // MB} MB of uploads; remove one first, or reload the page."
        if sum(kept.values()) + self._arriving.total() + size > MOST_IN_ALL:
            return 503, "The lab keeps as many uploads as it has room for; try again in a minute."
        return 0, ""


async def _discarded(receive: Receive) -> None:
    """Reads what was sent, as far as it may be sent, and keeps nothing: else a browser sees a broken connection, not why."""
    read = 0
    while read <= LARGEST:
        message = await receive()
        read += len(message.get("body", b""))
        if not message.get("more_body"):
            return


def takes_uploads(session: Any) -> bool:
    """Whether the page had a place for uploads when it was last drawn, or the time before: it may be being drawn again."""
    drawn, with_uploader = remembered(session, "drawn"), remembered(session, "drawn_with_uploader")
    return drawn is not None and with_uploader is not None and with_uploader >= drawn - 1


def kept_bytes() -> dict[str, int]:
    """Bytes of the uploads in memory, by session."""
    files: dict[str, dict[str, Any]] = Runtime.instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return {session: sum(len(file.data) for file in list(own.values())) for session, own in list(files.items())}


@asynccontextmanager
async def uploads_freed(every: float = EVERY, after: float = FREED_AFTER) -> AsyncIterator[None]:
    """For the server's lifespan: meanwhile the uploads of a tab that was closed are forgotten."""
    task = asyncio.create_task(_free_uploads(every, after), name="free uploads")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _free_uploads(every: float, after: float) -> None:
    closed_since: dict[str, float] = {}
    clock = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(every)
        free_uploads(closed_since, clock, after)


def free_uploads(closed_since: dict[str, float], clock: Callable[[], float], after: float) -> None:
    """Forgets the uploads of sessions that have been without a page for `after` seconds; `closed_since` is kept between looks."""
    if not Runtime.exists():
        return
    runtime, now = Runtime.instance(), clock()
    closed = [session for session in kept_bytes() if not runtime.is_active_session(session)]
    for session in closed:
        if now - closed_since.setdefault(session, now) >= after:
            runtime.uploaded_file_mgr.remove_session_files(session)
    for session in set(closed_since) - set(closed):
        del closed_since[session]
