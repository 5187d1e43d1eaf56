"""A server that ends when it is told to, within seconds, whatever is still open.

A page's websocket, a stream that never ends or a run in the middle of an epoch must not keep a Ctrl-C waiting.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SECONDS = 4.5
"""From the signal to the forced exit."""
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))
"""SIGBREAK is Ctrl-Break, on Windows alone."""


@contextmanager
def bounded_exit(
    stop_work: Callable[[], None], end_streams: Callable[[], None], seconds: float = SECONDS
) -> Iterator[None]:
    """While inside, a signal to end stops the work first, then the server, and forces the exit after `seconds`.

    Call it in the event loop's thread. `stop_work` runs in a thread; then, in the loop, `end_streams` and the
    handler that was there before. A second signal exits at once. Outside the main thread, where no signal
    arrives, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    begun = threading.Event()

    def leave(number: int) -> None:
        stop_work()
        loop.call_soon_threadsafe(pass_on, number)

    def pass_on(number: int) -> None:
        end_streams()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, None)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if begun.is_set():
            exit_now(128 + number)
        begun.set()
        threading.Thread(target=_exit_after, args=(seconds, 128 + number), daemon=True).start()
        threading.Thread(target=leave, args=(number,), daemon=True).start()

    for number in SIGNALS:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    exit_now(code)


def exit_now(code: int) -> NoReturn:
    """Ends the process without waiting for any thread. Children end by themselves when their pipe closes."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
