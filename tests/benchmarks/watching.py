"""A visitor of the app without a browser: speaks Streamlit's websocket protocol and draws nothing.

Thirty real browsers on the machine that also trains would measure themselves. This one asks as a browser does: once for
the page, then for every part that is drawn again, as often as the server says.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


@dataclass
class Seen:
    """What the visitors got: seconds from asking to the whole answer, for pages and for parts, and bytes in all."""

    pages: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    bytes: int = 0


async def watch(port: int, page: str, query: str, seconds: float, seen: Seen) -> None:
    """Opens a page and stays for so long."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], origin=f"http://127.0.0.1:{port}", max_size=None) as socket:  # type: ignore[arg-type, list-item]
        visit = _Visit(socket, page, query, seen)
        try:
            async with asyncio.timeout(seconds):
                await visit.ask()
                async for message in socket:
                    assert isinstance(message, bytes)
                    await visit.take(message)
        except TimeoutError:
            visit.stop_asking()


class _Visit:
    def __init__(self, socket: ClientConnection, page: str, query: str, seen: Seen) -> None:
        self.socket, self.page, self.query, self.seen = socket, page, query, seen
        self.asked, self.part = 0.0, ""
        self.timers: list[asyncio.Task[None]] = []

    async def ask(self, part: str = "") -> None:
        if self.asked and part:
            return  # the answer before has not come yet; a browser's request would wait behind it too
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name, state.fragment_id, state.is_auto_rerun = self.query, self.page, part, bool(part)
        self.asked, self.part = time.perf_counter(), part
        await self.socket.send(message.SerializeToString())

    async def take(self, data: bytes) -> None:
        message = ForwardMsg.FromString(data)
        self.seen.bytes += len(data)
        kind = message.WhichOneof("type")
        if kind == "new_session" and not self.part:  # the whole page anew
            self.stop_asking()
        elif kind == "auto_rerun":
            self.timers.append(asyncio.create_task(self._again(message.auto_rerun.fragment_id, message.auto_rerun.interval)))
        elif kind == "script_finished" and self.asked:
            (self.seen.parts if self.part else self.seen.pages).append(time.perf_counter() - self.asked)
            self.asked = 0.0

    async def _again(self, part: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(part)

    def stop_asking(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers = []
