"""The server of Resolution Lab: `streamlit run app.py`.

Streamlit's pages at `/`, the Gradio classifier at `/classify`, one port. It starts the job manager, which trains in
a child process, and closes it at the end.
"""

from __future__ import annotations

import sys

from core.system import supported

if supported.refuses():
    sys.exit(2)

import asyncio
import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.classroom.teacher_token import token_notice
from core.runs.manager import JobManager
from core.system import log
from core.vocabulary.errors import LabError
from demo.server import hosting
from demo.server.connection_hint import ConnectionHint, hint
from demo.server.cookies import Identity
from demo.server.headers import SecurityHeaders, streamlit_scripts
from demo.server.lazy_app import LazyApp
from demo.server.open_files import raise_limit
from demo.server.origins import AllowedHosts
from demo.server.preload import preload
from demo.server.services import install, make_manager, registry
from demo.server.sessions import SessionGuard, UploadGuard, uploads_freed
from demo.server.shutdown import bounded_exit, exit_now
from demo.timeline.route import PATH, history

if TYPE_CHECKING:
    from fastapi import FastAPI

STUDIO = Path(__file__).resolve().parent / "demo" / "studio.py"
CLASSIFIER_AFTER = 6.0
"""Seconds that the first page has for itself before Gradio is imported, unless somebody asks for it."""
FIRST_PAGE = ("pandas", "core.pretrained.showcase", "core.explain.walkthrough")
"""What Home needs (pandas for Streamlit's own components): imported while the browser still loads Streamlit's scripts."""
BASE = hosting.base_path()

hosting.stay_inside()
hosting.allow_frames()
raise_limit()


def build_classifier() -> tuple[FastAPI, asyncio.Event]:
    """Imports Gradio; takes seconds."""
    from demo.classifier import app as classifier_app

    return classifier_app.mounted(hosting.classifier_path(), home="../", registry=registry())


classify = LazyApp(build_classifier, after=CLASSIFIER_AFTER)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """From the first request possible to the last one answered."""
    manager = start_manager()
    for module in FIRST_PAGE:
        preload(module)
    gc.freeze()
    try:
        with bounded_exit(stop_work=manager.close, end_streams=classify.end):
            async with classify.serving(), uploads_freed():
                yield
    finally:
        await asyncio.to_thread(manager.close)


def start_manager() -> JobManager:
    """The job manager, installed for the pages. A folder that cannot be used ends the server with one line."""
    try:
        log.configure()
        manager = make_manager(os.environ)
    except LabError as error:
        if threading.current_thread() is not threading.main_thread():
            raise
        print(error, file=sys.stderr)
        exit_now(2)
    install(manager)
    manager.start()
    if notice := token_notice(manager.token, os.environ.get("LAB_TEACHER_TOKEN")):
        print(notice, file=sys.stderr, flush=True)
    return manager


async def to_classifier(request: Request) -> RedirectResponse:
    """`/classify` -> `/classify/`; without it Streamlit's pages would take the shorter address.

    Told from where the browser is, whatever a proxy put before it.
    """
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"classify/{query}")


app = st.App(
    str(STUDIO),
    lifespan=lifespan,
    routes=[
        Route(f"{BASE}/classify", to_classifier),
        Mount(f"{BASE}/classify", classify),
        Route(f"{BASE}/{PATH}/{{run}}", history),
    ],
    middleware=[
        Middleware(SecurityHeaders, scripts=streamlit_scripts(hint())),
        Middleware(AllowedHosts, allowed=is_host_allowed),
        Middleware(Identity, path=hosting.lab_path()),
        Middleware(SessionGuard),
        Middleware(UploadGuard),
        Middleware(ConnectionHint),
    ],
)
