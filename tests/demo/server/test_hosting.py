"""Where the app stands: its base path, a proxy's prefix, a frame on another site, and the page that holds the classifier."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from demo import studio
from demo.components import frame
from demo.server import cookies, health, hosting
from demo.visitor import navigation, session


@pytest.fixture
def option(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets options of Streamlit; afterwards they are as before."""
    before: dict[str, Any] = {}

    def choose(key: str, value: Any) -> None:
        before.setdefault(key, config.get_option(key))
        config.set_option(key, value)

    yield choose
    for key, value in before.items():
        config.set_option(key, value)


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "base"), [("", ""), ("lab", "/lab"), ("/lab/", "/lab"), ("a/b", "/a/b")])
def test_the_base_path_is_streamlit_s(option: Any, said: str, base: str) -> None:
    option("server.baseUrlPath", said)
    assert hosting.base_path() == base
    assert hosting.classifier_path({}) == f"{base}/classify"
    assert hosting.classifier_path({"GRADIO_ROOT_PATH": "/far/classify/"}) == "/far/classify"


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://lab:8501/", "http://lab:8501"),
        ("http://lab:8501/train", "http://lab:8501"),
        ("https://school/lab/", "https://school/lab"),
        ("https://school/lab/draw", "https://school/lab"),
        ("https://school/a/b/train/", "https://school/a/b"),
        (None, ""),
    ],
)
def test_the_app_s_own_address_is_what_stands_before_the_page(monkeypatch: pytest.MonkeyPatch, url: str | None, root: str) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(url=url))
    monkeypatch.setattr("streamlit.session_state", {"lab.pages": dict.fromkeys(studio.PAGES)})
    assert navigation.root() == root


def test_no_page_takes_the_classifier_s_address() -> None:
    assert "classify" not in studio.PAGES


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_holds_the_classifier(monkeypatch: pytest.MonkeyPatch, theme: str) -> None:
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type=theme), url="https://school/lab/")
    monkeypatch.setattr("streamlit.context", context)
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(frame, "_view", lambda **what: given.append(what["data"]))
    page = AppTest.from_string("from demo.lessons.draw import page as draw\n\ndraw.render()\n", default_timeout=30).run()
    assert not page.exception and page.title[0].value
    [data] = given
    assert data["address"] == "https://school/lab/classify/" and data["title"]
    [button] = page.get("link_button")
    assert button.proto.url == f"https://school/lab/classify/?__theme={theme}"


def test_the_frame_s_rules_name_what_the_classifier_has() -> None:
    """What the lab hides and resizes inside, by the names that both sides use."""
    from demo.classifier.theme import CSS

    script = (Path(frame.__file__).parent / "client" / "frame" / "frame.js").read_text(encoding="utf-8")
    assert 'INSIDE = "in-the-lab"' in script and ".in-the-lab #head {display: none}" in CSS


# --- a frame on another site --------------------------------------------------------------------------------------


def test_the_owner_stays_when_the_connection_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a frame no cookie comes back, so that the server names each connection anew."""
    monkeypatch.setattr("streamlit.session_state", {})
    for cookie in ("first", "second"):
        monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={cookies.COOKIE: cookie}))
        assert session.visitor().owner == "first"


# --- the health check ---------------------------------------------------------------------------------------------


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(self.server.status if "classify" in self.path else 200)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(("status", "ends"), [(200, 0), (503, 1)])
def test_the_health_check_wants_pages_and_classifier(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int, ends: int
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    server.status = status  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", str(server.server_port))
    monkeypatch.delenv("STREAMLIT_SERVER_BASE_URL_PATH", raising=False)
    try:
        assert health.main() == ends
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert health.main() == 1, "nobody answers any more"
    assert "classify" in capsys.readouterr().err or not ends
