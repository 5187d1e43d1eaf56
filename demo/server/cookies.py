"""The cookie that says whose run a run is, and the address that a request came from.

The cookie is a random number and tells nothing about the person. It is set by the server and out of reach of the page's
scripts; an address that somebody shares never holds it. Plain ASGI, so that websockets and streams pass untouched.
"""

from __future__ import annotations

import ipaddress
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "lab_owner"
LIFETIME = 365 * 24 * 3600
"""Seconds; browsers keep no cookie much longer than a year."""
ADDRESS_HEADER, VISITOR_HEADER = "x-lab-address", "x-lab-visitor"
"""Headers that this middleware alone writes into a request: the network address, and whose a session is."""
_OWNER = re.compile(r"[0-9a-f]{32}")


class Identity:
    """Middleware: names the browser when it comes without a name. `path`: where the lab is below a host, "" for all of it.

    The new name stands in the very request that lacked it, so that a page finds one from its first moment.
    """

    def __init__(self, app: ASGIApp, path: str = "") -> None:
        self.app, self.path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tells the app the visitor and the address of each request, and gives a new visitor a cookie."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        address, known = address_of(scope), owner_of(Headers(scope=scope).get("cookie", ""))
        # In a frame on another site no cookie ever arrives: there the address is all that a visitor is known by.
        scope = _described(scope, address, known or f"without a cookie at {address}")
        if known:
            return await self.app(scope, receive, send)
        owner = secrets.token_hex(16)
        cookie = _cookie(owner, self.path, secure=scope["scheme"] in ("https", "wss"))

        async def send_named(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                headers = MutableHeaders(scope=message)
                # A shared cache would hand one person's name to everybody.
                if "public" not in headers.get("cache-control", ""):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(_named(scope, owner), receive, send_named)


def address_of(scope: Scope) -> str:
    """The network address that a request came from, "" where it has none.

    Of IPv6 the network of a home or a school (the first 64 bits): each machine in it may take any address there.
    Behind a proxy on this machine it is the one that the proxy names. uvicorn sees to that for a proxy at 127.0.0.1; a
    server that listens to IPv6 too sees the same proxy as ::ffff:127.0.0.1 or ::1.
    """
    host = scope["client"][0] if scope.get("client") else ""
    forwarded = Headers(scope=scope).get("x-forwarded-for", "") if host in ("::1", "::ffff:127.0.0.1") else ""
    return _shared_part(forwarded.rpartition(",")[2].strip() or host)


def _shared_part(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address) or address.is_loopback:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)


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


def _cookie(owner: str, path: str, secure: bool) -> str:
    text = f"{COOKIE}={owner}; Path={path or '/'}; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax"
    return f"{text}; Secure" if secure else text


def _described(scope: Scope, address: str, visitor: str) -> Scope:
    """The scope with our own headers in place of what a client may have sent under their names."""
    ours = {ADDRESS_HEADER: address, VISITOR_HEADER: visitor}
    headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1").lower() not in ours]
    return {**scope, "headers": [*headers, *((name.encode(), value.encode("latin-1")) for name, value in ours.items())]}


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
