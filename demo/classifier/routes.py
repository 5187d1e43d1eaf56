"""The addresses of Gradio that the classifier needs. Whatever else a version of Gradio brings is not there."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

PAGE = ("/", "/config", "/theme.css", "/static/{path:path}", "/assets/{path:path}", "/svelte/{path:path}", "/favicon.ico",
        "/robots.txt", "/manifest.json")  # fmt: skip
API = (
    "app_id", "info", "theme.css", "startup-events", "heartbeat/{session}", "upload", "upload_progress", "file={path:path}",
    "queue/join", "queue/data", "queue/status", "cancel", "reset", "call/{name}", "call/v2/{name}", "call/{name}/{event}",
    "call/v2/{name}/{event}", "custom_component/{id}/{environment}/{type}/{file}",
)  # fmt: skip
NO_DOCS: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}
"""For FastAPI: no pages about the routes, which load scripts from servers outside."""
_KNOWN = [compile_path(path)[0] for path in (*PAGE, *(f"/gradio_api/{name}" for name in API))]


class KnownPaths:
    """Middleware: 404 for every other path: deep links and recordings (they write to the disk), documentation, proxies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 404 to paths that the classifier does not need; passes on the others."""
        if scope["type"] == "http" and not is_known(scope["path"].removeprefix(scope.get("root_path", ""))):
            return await PlainTextResponse("Not Found", 404)(scope, receive, send)
        await self.app(scope, receive, send)


def is_known(path: str) -> bool:
    """Whether the classifier has something at this path, which is told from where the classifier is.

    >>> is_known("/gradio_api/call/classify/"), is_known("/gradio_api/deep_link")
    (True, False)
    """
    path = path.rstrip("/") or "/"
    return any(pattern.match(path) for pattern in _KNOWN)
