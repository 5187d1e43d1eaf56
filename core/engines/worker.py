"""The child that trains: `python -m core.engines.worker`, orders in on stdin, records out on stdout.

Three threads. The main one trains. One reads orders, so that a pause or a stop is heard in the middle of an epoch and
the end of the pipe ends the process at once. One sends, so that a slow reader never slows the training: of the ticks
it may drop some, of the epochs none. Whatever a library prints goes to stderr.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from core.engines.base import Control, run_records
from core.engines.frames import frame_of, read_frame
from core.engines.malloc import tune_malloc
from core.system import supported
from core.vocabulary.errors import LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Tick, as_dict, pack


class Sender(threading.Thread):
    """Writes messages in order. Two may wait; a tick that would be the third is dropped, anything else waits.

    What cannot be sent is refused to whoever sends it. The process ends with this thread: without it the training would
    wait for ever.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True, name="sender")
        self.pipe, self.waiting = pipe, queue.Queue[bytes](maxsize=2)

    def run(self) -> None:
        code = 1
        try:
            while True:
                self.pipe.write(self.waiting.get())
                self.pipe.flush()
        except OSError:
            code = 0  # nobody listens any more
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(code)

    def send(self, message: dict[str, Any], blob: bytes = b"", droppable: bool = False) -> None:
        """TypeError or ValueError for what is no message."""
        frame = frame_of(message, blob)
        try:
            self.waiting.put(frame, block=not droppable)
        except queue.Full:
            pass  # a tick; the next one tells more


class Worker:
    """Takes orders one after another: `train`, `facts`, `speed`; obeys `pause`, `resume`, `stop` meanwhile."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes]) -> None:
        self.orders, self.sender = orders, Sender(answers)
        self.inbox: queue.Queue[tuple[dict[str, Any], bytes]] = queue.Queue()
        self.control = Control()
        self.job = -1

    def run(self) -> None:
        self.sender.start()
        threading.Thread(target=self.listen, daemon=True, name="listener").start()
        while True:
            order, blob = self.inbox.get()
            try:
                getattr(self, f"do_{order['do']}")(order, blob)
            except LabError as error:
                self.answer(order, "failed", message=str(error), mistake=not isinstance(error, RunFailed))
            except Exception as error:  # told to the job, which shows it; the traceback goes to stderr
                sys.excepthook(type(error), error, error.__traceback__)
                self.answer(order, "failed", message=one_line(error), mistake=False)

    def listen(self) -> None:
        code = 1
        try:
            while (frame := read_frame(self.orders)) is not None:
                order, blob = frame
                if order["do"] in ("pause", "resume", "stop"):
                    self.control.request(order["do"], order["job"])
                else:
                    self.inbox.put((order, blob))
            code = 0  # the server is gone: so is the child, also while it is paused or idle
        except BaseException as error:  # an order that cannot be read: no other could be trusted
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(code)

    def answer(self, order: dict[str, Any], kind: str, **values: Any) -> None:
        self.sender.send({"job": order["job"], "kind": kind, **values})

    def do_train(self, order: dict[str, Any], blob: bytes) -> None:
        records = run_records(Recipe.from_dict(order["recipe"]), Path(order["data"]), blob or None)
        for record in self.control.controlled(records, order["job"]):
            _, bytes_of = pack(record)
            self.sender.send({"job": order["job"], **as_dict(record)}, bytes_of, droppable=isinstance(record, Tick))
        self.answer(order, "end")

    def do_facts(self, order: dict[str, Any], blob: bytes) -> None:
        from core.training.throughput import machine_facts

        self.answer(order, "facts", facts=machine_facts())

    def do_speed(self, order: dict[str, Any], blob: bytes) -> None:
        from core.training.throughput import training_speed

        self.answer(order, "speed", images_per_second=training_speed(Recipe.from_dict(order["recipe"])))


def one_line(error: Exception) -> str:
    return supported.explained(error) or f"{type(error).__name__}: {str(error).split(chr(10))[0]}"


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's business; its pipe tells us
    tune_malloc()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin.buffer, answers).run()


if __name__ == "__main__":
    main()
