"""The sentence for browsers without a connection: in Streamlit's page, in no other answer."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.server.connection_hint import ROOT, ConnectionHint
from demo.text import speaker

PAGE = "<html><body>" + ROOT.decode() + "</body></html>"
SENTENCE = html.escape(speaker("studio")("no_connection"))


async def whole(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def in_parts(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for place in range(0, len(PAGE), 9):
            yield PAGE[place : place + 9].encode()

    return StreamingResponse(parts(), media_type="text/html")


async def another(request: Request) -> Response:
    return HTMLResponse("<html><body>classifier</body></html>")


async def compressed(request: Request) -> Response:
    return Response(PAGE, media_type="text/html", headers={"content-encoding": "identity"})


async def data(request: Request) -> Response:
    return JSONResponse({"page": PAGE})


@pytest.fixture
def client() -> TestClient:
    routes = [Route(f"/{answer.__name__}", answer) for answer in (whole, in_parts, another, compressed, data)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(ConnectionHint)]))


@pytest.mark.parametrize("path", ["/whole", "/in_parts"])
def test_streamlit_s_page_holds_it_hidden(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert SENTENCE in answer.text and 'id="lab-hint" role="status" hidden' in answer.text
    assert answer.text.startswith("<html><body>" + ROOT.decode()) and answer.text.endswith("</body></html>")
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)


@pytest.mark.parametrize("path", ["/another", "/compressed", "/data", "/nosuch"])
def test_every_other_answer_is_left_alone(path: str, client: TestClient) -> None:
    assert "lab-hint" not in client.get(path).text


def test_it_is_asked_for_without_its_body(client: TestClient) -> None:
    assert client.head("/whole").status_code == 200
