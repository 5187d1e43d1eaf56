"""What every answer of the lab tells a browser to refuse: anything from another host, and guessing what a file is."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""Content-Security-Policy without any host outside. A page of another site may hold the lab in a frame: on purpose there
are no `frame-ancestors`. Which scripts run is said by whoever adds the middleware."""
GRADIO_SCRIPTS = "'self' 'unsafe-inline' 'unsafe-eval' blob:"
"""Gradio's page starts with a script that holds its configuration, and compiles the `js` of its events."""


class SecurityHeaders:
    """Middleware: the outermost, so that refusals and failures carry the headers too.

    `scripts`: the sources of scripts. An app inside may have said its own already.
    """

    def __init__(self, app: ASGIApp, scripts: str) -> None:
        self.app, self.scripts = app, scripts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the Content-Security-Policy and the other security headers to each HTTP response."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        policy, begun = content_security_policy(self.scripts, Headers(scope=scope).get("host", "")), False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not begun:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_with_headers)
            raise


def content_security_policy(scripts: str, host: str) -> str:
    """The header's value. `host`: of the request; older Safari does not count a websocket to it as 'self'."""
    rules = {**POLICY, "script-src": scripts}
    if _HOST.fullmatch(host):
        rules["connect-src"] += f" ws://{host} wss://{host}"
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def streamlit_scripts(added: str = "") -> str:
    """The sources of scripts for Streamlit's pages: its files, our views (blob:) and, by their hashes, those in its HTML.

    `added`: HTML of ours that is put into each page.
    """
    import streamlit

    html = added + (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *map(hash_of, inline_scripts(html))])


def inline_scripts(html: str) -> list[str]:
    """The texts of the scripts that stand in a page itself."""
    return re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", html, re.DOTALL)


def hash_of(script: str) -> str:
    """A script as a source of the policy.

    >>> hash_of("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
