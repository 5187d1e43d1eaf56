"""A visitor of the app without a browser: speaks Streamlit's websocket protocol and draws nothing.

Thirty real browsers on the machine that also trains would measure themselves. This one asks as a browser does: once for
the page, then for every part that is drawn again, as often as the server says; and for each epoch that a run on the page has
finished since (client/timeline/records.js).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


@dataclass
class Seen:
    """What the visitors got: seconds from asking to the whole answer, for pages and for parts, and bytes in all."""

    pages: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    fetches: list[float] = field(default_factory=list)
    """Seconds of each request for epochs."""
    bytes: int = 0
    largest: int = 0
    """Bytes of the largest answer to a request for epochs."""


async def watch(port: int, page: str, query: str, seconds: float, seen: Seen) -> None:
    """Opens a page and stays for so long."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], origin=f"http://127.0.0.1:{port}", max_size=None) as socket:  # type: ignore[arg-type, list-item]
        visit = _Visit(socket, page, query, seen, port)
        try:
            async with asyncio.timeout(seconds):
                await visit.ask()
                async for message in socket:
                    assert isinstance(message, bytes)
                    await visit.take(message)
        except TimeoutError:
            visit.stop_asking()


_STATE = re.compile(rb'"run": ?"(\w+)", ?"address": ?"[^"]*", ?"done": ?(\d+)')
"""What a page says of a run to the browser (demo/timeline/view.py)."""


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        found: bytes = answer.read()
        return found


class _Visit:
    def __init__(self, socket: ClientConnection, page: str, query: str, seen: Seen, port: int) -> None:
        self.socket, self.page, self.query, self.seen, self.port = socket, page, query, seen, port
        self.epochs, self.fetching, self.head = 0, False, False
        self.asked, self.part = 0.0, ""
        self.timers: list[asyncio.Task[None]] = []
        self.hashes: set[str] = set()
        """Of the large messages that have come: a browser keeps them, and is sent a word for one that comes again."""

    async def ask(self, part: str = "") -> None:
        if self.asked and part:
            return  # the answer before has not come yet; a browser's request would wait behind it too
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name, state.fragment_id, state.is_auto_rerun = self.query, self.page, part, bool(part)
        state.cached_message_hashes.extend(self.hashes)
        self.asked, self.part = time.perf_counter(), part
        await self.socket.send(message.SerializeToString())

    async def take(self, data: bytes) -> None:
        message = ForwardMsg.FromString(data)
        self.seen.bytes += len(data)
        if message.metadata.cacheable and message.hash:
            self.hashes.add(message.hash)
        if found := _STATE.search(data):
            self.timers.append(asyncio.create_task(self._follow(found[1].decode(), int(found[2]))))
        kind = message.WhichOneof("type")
        if kind == "new_session" and not self.part:  # the whole page anew
            self.stop_asking()
        elif kind == "auto_rerun":
            self.timers.append(asyncio.create_task(self._again(message.auto_rerun.fragment_id, message.auto_rerun.interval)))
        elif kind == "script_finished" and self.asked:
            (self.seen.parts if self.part else self.seen.pages).append(time.perf_counter() - self.asked)
            self.asked = 0.0

    async def _follow(self, run: str, done: int) -> None:
        """Fetches what the page says is there and has not come yet, as a browser does."""
        if self.fetching:
            return
        self.fetching = True
        try:
            while self.epochs < done:
                began = time.perf_counter()
                address = f"http://127.0.0.1:{self.port}/history/{run}?first={self.epochs}{'' if self.head else '&head=1'}"
                answer = await asyncio.to_thread(_get, address)
                self.seen.fetches.append(time.perf_counter() - began)
                self.seen.bytes += len(answer)
                self.seen.largest = max(self.seen.largest, len(answer))
                found = json.loads(answer)
                self.epochs += len(found["epochs"])
                self.head = self.head or not found["head"]["early"]
        finally:
            self.fetching = False

    async def _again(self, part: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(part)

    def stop_asking(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers = []
