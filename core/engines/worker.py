"""The child that trains: `python -m core.engines.worker`, orders in on stdin, records out on stdout.

Three threads. The main one trains. One reads orders, so that a pause or a stop is heard in the middle of an epoch and
the end of the pipe ends the process at once. One sends, so that a slow reader never slows the training: of the ticks
it may drop some, of the epochs none. Whatever a library prints goes to stderr.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from typing import IO

from core.engines.base import Control, run_records
from core.engines.frames import frame_of, read_frame
from core.engines.malloc import tune_malloc
from core.engines.messages import (
    Answer,
    Ended,
    Facts,
    Failed,
    MeasureFacts,
    MeasureSpeed,
    Pause,
    Recorded,
    Resume,
    Speed,
    Stop,
    Train,
    decode_order,
    encode_answer,
)
from core.system import log, supported
from core.vocabulary.errors import LabError, RunFailed
from core.vocabulary.records import Tick

LOG = logging.getLogger("core.engines.worker")  # __name__ is __main__ here


class Sender(threading.Thread):
    """Writes messages in order. Two may wait; a tick that would be the third is dropped, anything else waits.

    What cannot be sent is refused to whoever sends it. The process ends with this thread: without it the training would
    wait for ever.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True, name="sender")
        self.pipe, self.waiting = pipe, queue.Queue[bytes](maxsize=2)

    def run(self) -> None:
        """Writes what waits, until nobody listens."""
        code = 1
        try:
            while True:
                self.pipe.write(self.waiting.get())
                self.pipe.flush()
        except OSError:
            code = 0  # nobody listens any more
        except BaseException:
            LOG.exception("the sending thread broke off")
        finally:
            os._exit(code)

    def send(self, answer: Answer) -> None:
        """TypeError or ValueError for what cannot travel."""
        frame = frame_of(*encode_answer(answer))
        droppable = isinstance(answer, Recorded) and isinstance(answer.record, Tick)
        try:
            self.waiting.put(frame, block=not droppable)
        except queue.Full:
            pass  # a tick; the next one tells more


class Worker:
    """Carries orders out one after another; obeys `Pause`, `Resume` and `Stop` meanwhile."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes]) -> None:
        self.orders, self.sender = orders, Sender(answers)
        self.inbox: queue.Queue[Train | MeasureFacts | MeasureSpeed] = queue.Queue()
        self.control = Control()

    def run(self) -> None:
        """Works until the process ends, which the listener decides."""
        self.sender.start()
        threading.Thread(target=self.listen, daemon=True, name="listener").start()
        while True:
            order = self.inbox.get()
            with log.of_run(order.run if isinstance(order, Train) else ""):
                self.carry_out(order)

    def listen(self) -> None:
        """Reads orders until the pipe ends, and ends the process with it: exit code 0, or 1 after what was no order."""
        code = 1
        try:
            while (frame := read_frame(self.orders)) is not None:
                match decode_order(*frame):
                    case Pause(job):
                        self.control.request("pause", job)
                    case Resume(job):
                        self.control.request("resume", job)
                    case Stop(job):
                        self.control.request("stop", job)
                    case order:
                        self.inbox.put(order)
            code = 0  # the server is gone: so is the child, also while it is paused or idle
        except BaseException:  # an order that cannot be read: no other could be trusted
            LOG.exception("an order cannot be read")
        finally:
            os._exit(code)

    def carry_out(self, order: Train | MeasureFacts | MeasureSpeed) -> None:
        """Answers an order; what goes wrong is an answer too."""
        LOG.debug("job %s: %s", order.job, type(order).__name__)
        try:
            match order:
                case Train():
                    self.train(order)
                case MeasureFacts():
                    self.measure_facts(order)
                case MeasureSpeed():
                    self.measure_speed(order)
        except LabError as error:
            self.sender.send(Failed(order.job, str(error), mistake=not isinstance(error, RunFailed)))
        except Exception as error:  # told to the job, which shows it
            LOG.exception("job %s broke off", order.job)
            self.sender.send(Failed(order.job, one_line(error), mistake=False))

    def train(self, order: Train) -> None:
        """Sends the run's records, then that they have ended."""
        records = run_records(order.recipe, order.data, order.checkpoint or None)
        for record in self.control.controlled(records, order.job):
            self.sender.send(Recorded(order.job, record))
        self.sender.send(Ended(order.job))

    def measure_facts(self, order: MeasureFacts) -> None:
        """Sends what machine this is."""
        from core.training.throughput import machine_facts

        self.sender.send(Facts(order.job, machine_facts()))

    def measure_speed(self, order: MeasureSpeed) -> None:
        """Sends how fast the recipe is trained here, in images a second."""
        from core.training.throughput import training_speed

        self.sender.send(Speed(order.job, training_speed(order.recipe)))


def one_line(error: Exception) -> str:
    """A fault for a user: what it means where that is known, else its type and first line."""
    return supported.explained(error) or f"{type(error).__name__}: {str(error).split(chr(10))[0]}"


def main() -> None:
    """Works for the server at the other end of stdin and stdout."""
    log.configure()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's business; its pipe tells us
    tune_malloc()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin.buffer, answers).run()


if __name__ == "__main__":
    main()
