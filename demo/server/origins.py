"""Who may ask at all: pages of the lab itself and programs, under the names that the lab has."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnOrigin:
    """Middleware: refuses what a page of another site sends through a visitor's browser.

    A program sends no Origin and is let in; a browser sends one with everything that could change something. A proxy
    must pass the visitor's Host on, or name it in X-Forwarded-Host (which no page can set).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses a request that a page of another site makes with 403; passes on the others."""
        if scope["type"] == "http" and is_foreign(Headers(scope=scope)):
            refusal = PlainTextResponse("A page of another site may not use the lab.", 403)
            return await refusal(scope, receive, send)
        await self.app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Whether a request comes from a page of another host or port than it goes to."""
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc not in (headers.get("host"), headers.get("x-forwarded-host"))


class AllowedHosts:
    """Middleware: refuses a request for a host name that is not the lab's, as `allowed` tells.

    A name outside that was led to this machine (DNS rebinding) makes a foreign page one of the lab's own.
    """

    def __init__(self, app: ASGIApp, allowed: Callable[[str | None], bool]) -> None:
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses a request for a host name that is not allowed with 421; passes on the others."""
        if scope["type"] == "http" and not self.allowed(Headers(scope=scope).get("host")):
            refusal = PlainTextResponse("The lab is not known by this name; see server.allowedHosts.", 421)
            return await refusal(scope, receive, send)
        await self.app(scope, receive, send)
