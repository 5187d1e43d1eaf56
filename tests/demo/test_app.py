"""The server: both apps on one port, the owner's cookie, and an end within seconds."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config

from demo.server import hosting
from demo.server.cookies import ADDRESS_HEADER, COOKIE, Identity, address_of, owner_of
from tests.demo.served_app import serving_app
from tests.places import ROOT

# --- the cookie -------------------------------------------------------------------------------------------------


def _small() -> Starlette:
    async def page(request: Request) -> Response:
        return PlainTextResponse(request.cookies.get(COOKIE, "nobody"))

    async def asset(request: Request) -> Response:
        return PlainTextResponse("x", headers={"Cache-Control": "public, immutable"})

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(websocket.cookies.get(COOKIE, "nobody"))
        await websocket.close()

    routes = [Route("/", page), Route("/asset", asset), WebSocketRoute("/stream", stream)]
    return Starlette(routes=routes, middleware=[Middleware(Identity)])


def test_the_cookie_is_set_once_and_seen_at_once() -> None:
    client = TestClient(_small())
    first = client.get("/")
    cookie = first.headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{32}}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie)
    assert first.text == owner_of(cookie) != ""
    second = client.get("/")
    assert second.text == first.text and "set-cookie" not in second.headers
    with client.websocket_connect("/stream") as websocket:
        assert websocket.receive_text() == first.text


def test_two_browsers_are_two_owners_and_https_is_secure() -> None:
    one, two = TestClient(_small()).get("/"), TestClient(_small(), base_url="https://lab").get("/")
    assert one.text != two.text and two.headers["set-cookie"].endswith("; Secure")


def test_a_misshapen_cookie_is_replaced_and_others_stay() -> None:
    answer = TestClient(_small()).get("/", headers={"Cookie": f"a=b; {COOKIE}=admin"})
    assert (
        re.fullmatch(r"[0-9a-f]{32}", answer.text) and owner_of(answer.headers["set-cookie"]) == answer.text
    )


def test_what_shared_caches_may_keep_names_nobody() -> None:
    assert "set-cookie" not in TestClient(_small()).get("/asset").headers


def test_a_websocket_without_a_cookie_has_an_owner_too() -> None:
    with TestClient(_small()).websocket_connect("/stream") as websocket:
        assert re.fullmatch(r"[0-9a-f]{32}", websocket.receive_text())


def test_below_a_path_the_cookie_goes_to_no_other_app_of_the_host() -> None:
    app = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("x"))], middleware=[Middleware(Identity, path="/school/lab")])
    assert "; Path=/school/lab; " in TestClient(app).get("/").headers["set-cookie"]


@pytest.mark.parametrize(
    ("host", "address"),
    [("10.0.0.7", "10.0.0.7"), ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::ffff:10.0.0.7", "10.0.0.7"), ("testclient", "testclient"),
     ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"), (None, "")],
)  # fmt: skip
def test_an_address_is_a_machine_s_or_an_ipv6_network_s(host: str | None, address: str) -> None:
    assert address_of({"type": "http", "headers": [], "client": (host, 1) if host else None}) == address


@pytest.mark.parametrize(("peer", "address"), [("::1", "10.0.0.7"), ("::ffff:127.0.0.1", "10.0.0.7"), ("10.0.0.9", "10.0.0.9")])
def test_a_proxy_on_this_machine_names_its_visitors_and_nobody_else_does(peer: str, address: str) -> None:
    headers = [(b"x-forwarded-for", b"10.0.0.66, 10.0.0.7")]
    assert address_of({"type": "http", "headers": headers, "client": (peer, 1)}) == address


def test_nobody_writes_the_server_s_own_headers() -> None:
    async def page(request: Request) -> Response:
        return PlainTextResponse(",".join(request.headers.getlist(ADDRESS_HEADER)))

    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(Identity)])
    assert TestClient(app).get("/", headers={"X-Lab-Address": "10.9.9.9"}).text == "testclient"


# --- both apps --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving_app(tmp_path_factory.mktemp("app")) as client:
        yield client


def test_the_pages_are_at_the_root(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and "streamlit" in answer.text.lower()
    assert client.cookies.get(COOKIE)


def test_the_short_address_leads_to_the_classifier_with_its_query(client: TestClient) -> None:
    answer = client.get("/classify?__theme=dark", follow_redirects=False)
    assert answer.status_code == 307 and answer.headers["location"] == "classify/?__theme=dark"


def test_classify_waits_for_gradio_and_answers(client: TestClient) -> None:
    assert "gradio" in client.get("/classify/").text.lower()  # asked for at once, before it was built
    config = client.get("/classify/config").json()
    assert config["root"].endswith("/classify")
    assert "classify" in [dependency["api_name"] for dependency in config["dependencies"]]


def test_the_queue_of_the_classifier_works(client: TestClient) -> None:
    """Without Gradio's own lifespan a call would wait for ever."""
    event = client.post("/classify/gradio_api/call/networks", json={"data": []}).json()["event_id"]
    told = client.get(f"/classify/gradio_api/call/networks/{event}").text
    assert "event: complete" in told and "mnist-28" in told


def test_a_foreign_websocket_is_refused_without_asking_the_network(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit import net_util

    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, timeout=5: asked.append(url))
    origin = {"Origin": "http://elsewhere.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=origin):
        pass
    assert asked == []


def test_the_pages_find_the_manager_that_the_server_started(client: TestClient) -> None:
    from demo.server.services import installed

    assert installed().teacher(installed().token)


# --- in a frame on another site, where no cookie arrives -----------------------------------------------------------


def upload(client: TestClient) -> int:
    """The status of an upload by somebody without a cookie; no session has this id, so that nothing is kept."""
    client.cookies.clear()
    return client.put("/_stcore/upload_file/nobody/file", files={"file": ("a.png", b"x")}).status_code


def test_uploads_without_a_cookie_are_refused_but_on_hugging_face(client: TestClient) -> None:
    assert config.get_option("server.enableXsrfProtection"), "the default"
    try:
        hosting.allow_frames({})
        assert upload(client) == 403
        hosting.allow_frames({"SPACE_ID": "school/resolution-lab"})
        assert upload(client) == 400, "let in, and then refused because there is no such session"
    finally:
        config.set_option("server.enableXsrfProtection", True)


@pytest.mark.parametrize("path", ["/", "/draw", "/classify/"])
def test_nothing_keeps_the_app_out_of_a_frame(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "x-frame-options" not in headers and "frame-ancestors" not in headers.get("content-security-policy", "")


# --- the real server --------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_of(port: int, path: str, patience: float = 40.0) -> http.client.HTTPResponse:
    """The open answer, its head read; waits for the server."""
    until = time.monotonic() + patience
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        try:
            connection.request("GET", path)
            return connection.getresponse()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def page_stream(port: int) -> socket.socket:
    """A page's websocket, shaken hands and left open."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=20)
    stream.sendall(
        b"GET /_stcore/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert b"101" in stream.recv(4096).split(b"\r\n")[0]
    return stream


@pytest.mark.server
@pytest.mark.skipif(os.name == "nt", reason="on Windows a test cannot send Ctrl-C to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_within_five_seconds_with_everything_open(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    environ = {**os.environ, "LAB_RUNS": str(tmp_path / "runs"), "LAB_DATA": str(tmp_path / "data")}
    environ.pop("LAB_TEACHER_TOKEN", None)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        assert answer_of(port, "/").status == 200
        stream = page_stream(port)
        heartbeat = answer_of(port, "/classify/gradio_api/heartbeat/somebody")
        assert heartbeat.readline() == b"data: ALIVE\n"
        children = children_of(server.pid)
        begun = time.monotonic()
        server.send_signal(number)
        server.wait(10)
        assert time.monotonic() - begun < 5
        assert not [child for child in children if alive(child)]
        stream.close()
    finally:
        server.kill()
        server.wait()
    log_text = (tmp_path / "log").read_text()
    assert "Teacher's token" in log_text and "Traceback" not in log_text


STUCK = """
import asyncio, signal, sys, threading, time
from demo.server.shutdown import bounded_exit

async def main():
    with bounded_exit(stop_work=lambda: time.sleep(60), end_streams=lambda: None, seconds=0.5):
        print("ready", flush=True)
        while True:
            try:
                await asyncio.sleep(60)
            except BaseException:
                pass  # as deaf as a server can be

threading.Thread(target=time.sleep, args=(60,)).start()  # and a thread that is no daemon
asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="on Windows a test cannot send Ctrl-C to one process alone")
def test_what_hangs_is_ended_by_force() -> None:
    stuck = subprocess.Popen([sys.executable, "-c", STUCK], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert stuck.stdout is not None and stuck.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        stuck.send_signal(signal.SIGINT)
        assert stuck.wait(5) == 128 + signal.SIGINT
        assert 0.4 < time.monotonic() - begun < 3
    finally:
        stuck.kill()
        stuck.communicate()


def children_of(parent: int) -> list[int]:
    """Process ids, from ps, which Linux and macOS both have."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    return [int(row.split()[0]) for row in listed.splitlines() if int(row.split()[1]) == parent]


def alive(process: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")
