"""The cookie that says whose run a run is.

It is a random number and tells nothing about the person. It is set by the server and out of reach of the page's
scripts; an address that somebody shares never holds it. Plain ASGI, so that websockets and streams pass untouched.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "lab_owner"
LIFETIME = 365 * 24 * 3600
"""Seconds; browsers keep no cookie much longer than a year."""
_OWNER = re.compile(r"[0-9a-f]{32}")


class Identity:
    """Middleware: names the browser when it comes without a name.

    The new name stands in the very request that lacked it, so that a page finds one from its first moment.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or owner_of(Headers(scope=scope).get("cookie", "")):
            return await self.app(scope, receive, send)
        owner = secrets.token_hex(16)
        cookie = _cookie(owner, secure=scope["scheme"] in ("https", "wss"))

        async def send_named(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                headers = MutableHeaders(scope=message)
                # A shared cache would hand one person's name to everybody.
                if "public" not in headers.get("cache-control", ""):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(_named(scope, owner), receive, send_named)


def owner_of(cookies: str) -> str:
    """The owner in a Cookie header, 32 hexadecimal digits; "" when there is none.

    >>> owner_of("theme=dark; lab_owner=0123456789abcdef0123456789abcdef")
    '0123456789abcdef0123456789abcdef'
    """
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and _OWNER.fullmatch(value):
            return value
    return ""


def _cookie(owner: str, secure: bool) -> str:
    text = f"{COOKIE}={owner}; Path=/; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax"
    return f"{text}; Secure" if secure else text


def _named(scope: Scope, owner: str) -> Scope:
    """The scope with the owner's cookie in place of a missing or misshapen one."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    others = [
        part.strip()
        for name, value in scope["headers"]
        if name == b"cookie"
        for part in value.decode("latin-1").split(";")
        if part.strip() and part.strip().partition("=")[0] != COOKIE
    ]
    cookies = "; ".join([*others, f"{COOKIE}={owner}"])
    return {**scope, "headers": [*headers, (b"cookie", cookies.encode("latin-1"))]}
