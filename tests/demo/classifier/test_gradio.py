"""Gradio's queue has an end, answers that nobody collects go, and a session keeps choices alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from demo.classifier import queue, sessions
from demo.classifier.api import PathGuard
from demo.classifier.queue import BoundedQueue
from demo.classifier.routes import is_known
from demo.classifier.sessions import LeanSession, Sessions
from tests.demo.served_classifier import call


class Served:
    """A small app behind the queue: `wait` answers when `go` is set, `echo` at once, and a box that a page fills."""

    def __init__(self) -> None:
        self.go = threading.Event()
        with PathGuard() as self.blocks:
            box, state = gr.Textbox(), gr.State(0)
            box.submit(lambda words, count: count + 1, [box, state], state, api_name="count")
            gr.api(self.wait, api_name="wait")
            gr.api(self.echo, api_name="echo")
        self.queue = BoundedQueue(self.blocks, lambda: self.now)
        self.now = 100.0
        self.blocks._queue = self.queue
        self.app = gr.mount_gradio_app(FastAPI(), self.blocks, path="/")
        self.inside = self.app.router.routes[-1].app
        self.inside.state_holder = self.sessions = Sessions()
        self.sessions.set_blocks(self.blocks)

    def wait(self, words: str) -> str:
        """Waits."""
        self.go.wait(30)
        return words

    def echo(self, words: str) -> str:
        """Says it again."""
        return words


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def client(served: Served) -> Iterator[TestClient]:
    with TestClient(served.app) as client:
        yield client
        served.go.set()


def ask(client: TestClient, words: str = "a", endpoint: str = "wait") -> httpx.Response:
    return client.post(f"/gradio_api/call/{endpoint}", json={"data": [words]})


def join(client: TestClient, served: Served, page: str) -> httpx.Response:
    """A page's question."""
    [number] = [number for number, fn in served.blocks.fns.items() if fn.api_name == "count"]
    return client.post("/gradio_api/queue/join", json={"data": ["what was sent", None], "fn_index": number, "session_hash": page})


def until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never happened")


def test_an_address_has_so_many_questions_waiting_and_no_more(client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_OF_ADDRESS", 3)
    asked = [ask(client) for _ in range(3)]
    refused = ask(client)
    assert [answer.status_code for answer in (*asked, refused)] == [200, 200, 200, 503]
    assert refused.json()["detail"] == "3 questions from your network wait already; ask again in a moment."
    served.go.set()
    for answer in asked:
        assert '"a"' in client.get(f"/gradio_api/call/wait/{answer.json()['event_id']}").text
    assert call(client, "echo", "b") == ("complete", "b"), "there is room again"


def test_the_queue_has_an_end_for_all_and_for_a_page(client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_OF_SESSION", 2)
    served.queue.max_size = 4
    ask(client)
    until(lambda: len(served.queue) == 0)  # the first is being answered, and the next ones wait
    served.blocks.fns[next(n for n, fn in served.blocks.fns.items() if fn.api_name == "count")].concurrency_id = next(
        iter(served.queue.event_queue_per_concurrency_id)
    )
    assert [join(client, served, "page").status_code for _ in range(3)] == [200, 200, 503]
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 503]


def test_what_nobody_collects_goes(client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "KEPT_BYTES", 2500)
    events = []
    for letter in "abc":
        events.append(ask(client, letter * 1000, "echo").json()["event_id"])
        until(lambda: not served.queue.unanswered())
    assert list(served.queue.pending_messages_per_session) == events[1:], "the oldest makes room"
    assert "bbb" in client.get(f"/gradio_api/call/echo/{events[1]}").text
    served.now += queue.KEPT_SECONDS + 1
    assert call(client, "echo", "d") == ("complete", "d")
    assert events[2] not in served.queue.pending_messages_per_session and events[2] not in served.queue.pending_event_ids_session


def test_a_program_s_questions_leave_no_session_and_a_page_s_choices_stay(
    client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(client, served, "page")
    until(lambda: bool(served.sessions.session_data.get("page")) and not served.queue.unanswered())
    for number in range(20):
        assert call(client, "echo", str(number))[0] == "complete"
    assert list(served.sessions.session_data) == ["page"]
    assert list(served.sessions["page"].state_data.values()) == [1]


def test_a_session_keeps_nothing_that_was_sent(client: TestClient, served: Served) -> None:
    join(client, served, "page")
    until(lambda: not served.queue.unanswered())
    session: Any = served.sessions["page"]
    assert isinstance(session, LeanSession) and len(session.config_values) < len(served.blocks.blocks)
    assert "what was sent" not in repr(session.config_values) and session.state_data


def test_the_oldest_page_is_forgotten_first(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.sessions.capacity = 2
    for page in ("a", "b", "a", "c"):
        assert served.sessions[page]
    assert list(served.sessions.session_data) == ["a", "c"] and sessions.MOST >= 1_000


def test_the_paths_that_a_page_and_a_program_need_are_known() -> None:
    for path in ("/", "/config", "/assets/a/b.js", "/gradio_api/call/v2/classify", "/gradio_api/call/classify/1f", "/gradio_api/file=/a/b.png",
                 "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/heartbeat/x"):  # fmt: skip
        assert is_known(path)
    for path in ("/gradio_api/deep_link", "/gradio_api/stream/x", "/gradio_api/component_server", "/gradio_api/run/predict",
                 "/gradio_api/api/predict", "/gradio_api/calls", "/configs", "/docs"):  # fmt: skip
        assert not is_known(path)
