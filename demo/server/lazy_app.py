"""A part of the server that is built while the server already answers.

Gradio takes more than two seconds to import. The first page does not wait for it; a request for Gradio does.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger(__name__)
_FAILED = PlainTextResponse("This part of the lab could not start; the server's log says why.", 503)


class LazyApp:
    """An ASGI app that `build` makes in a thread, `after` seconds after the start or when it is first asked for.

    `build` returns the app and an event that ends its open streams. Requests that come earlier wait.
    """

    def __init__(self, build: Callable[[], tuple[FastAPI, asyncio.Event]], after: float) -> None:
        self.build, self.after = build, after
        self._begin()

    def _begin(self) -> None:
        # Events belong to the loop that first waits for them, and each `serving` may have a loop of its own.
        self.asked, self.ready, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.streams_end = asyncio.Event()
        self.app: ASGIApp = _FAILED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Waits until the app has been imported, then hands the request to it; the first request starts the import."""
        self.asked.set()
        await self.ready.wait()
        await self.app(scope, receive, send)

    def end(self) -> None:
        """Ends open streams and lets `serving` leave. Call it in the event loop; twice is once."""
        for event in (self.asked, self.ready, self.ended, self.streams_end):
            event.set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """For the server's lifespan: builds the app meanwhile and serves it until the end."""
        self._begin()
        owner = asyncio.create_task(self._run(), name="late")
        try:
            yield
        finally:
            self.end()
            await owner

    async def _run(self) -> None:
        """Enters and leaves the app's own lifespan, which a Mount does not do; both must happen in one task."""
        try:
            await asyncio.wait_for(self.asked.wait(), self.after)
        except TimeoutError:
            pass  # nobody asked, and the first page has had its time
        if self.ended.is_set():
            return
        try:
            app, self.streams_end = await asyncio.to_thread(self.build)
            async with app.router.lifespan_context(app):
                self.app = app
                gc.freeze()  # what was imported stays: no collection need look at it again
                self.ready.set()
                await self.ended.wait()
                self.streams_end.set()
        except Exception:
            logger.exception("could not build what is late")
            self.ready.set()
