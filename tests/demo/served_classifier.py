"""The classifier on a port of its own, in this process, and what a program says to it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from core.inference.model_registry import ModelRegistry
from demo.classifier import app as classifier_app


@contextmanager
def serving(registry: ModelRegistry) -> Iterator[str]:
    """The address of a server that runs until the end of the `with`."""
    app, streams_end = classifier_app.mounted("", "", registry)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        streams_end.set()
        server.should_exit = True
        thread.join(20)


def call(client: httpx.Client, endpoint: str, *values: Any) -> tuple[str, Any]:
    """("complete", answer) or ("error", sentence), through the queue as every client goes."""
    sent = client.post(f"/gradio_api/call/{endpoint}", json={"data": list(values)})
    if sent.status_code != 200:
        return "error", sent.text
    lines = client.get(f"/gradio_api/call/{endpoint}/{sent.json()['event_id']}").text.splitlines()
    event = next(line.removeprefix("event: ") for line in lines if line.startswith("event: ") and "heartbeat" not in line)
    data = json.loads(next(line.removeprefix("data: ") for line in reversed(lines) if line.startswith("data: ")))
    return (event, data[0]) if event == "complete" else (event, data["error"])


def upload(client: httpx.Client, *files: bytes) -> list[dict[str, Any]]:
    """Sends files as a client does; what is then said in their place."""
    parts = [("files", (f"{place}.png", data)) for place, data in enumerate(files)]
    paths = client.post("/gradio_api/upload", files=parts).raise_for_status().json()
    return [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths]


def as_text(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()
