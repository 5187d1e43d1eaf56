"""Gradio's queue with an end: for a visitor, for an address and for all, and for answers that nobody collects."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradio.queueing import Event, Queue
from gradio.server_messages import ProcessCompletedMessage

from demo.server.cookies import address_of

MOST_WAITING, MOST_OF_ADDRESS, MOST_OF_SESSION = 200, 60, 8
"""Questions that wait or are being answered: in all, from one address (a class may share one), and of one page."""
KEPT_SECONDS, KEPT_BYTES = 60.0, 256 << 20
"""How long an answer waits for its reader, and how much such answers may hold together; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One that may not have been collected yet."""

    session: str
    given: float
    size: int


class BoundedQueue(Queue):
    """The queue that takes no more than has a chance of being answered soon."""

    def __init__(self, blocks: Any, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(live_updates=True, concurrency_count=blocks.max_threads, update_intervals=1, max_size=MOST_WAITING, blocks=blocks)
        self._clock = clock
        self._answers: list[Answer] = []
        """The oldest first."""

    async def push(self, body: Any, request: Any, username: str | None) -> tuple[bool, Any, Any]:
        """Queues a question as Gradio does. Refused, with a sentence, where the page or its network has too many waiting."""
        address = address_of(request.scope)
        events = self.unanswered()
        if body.session_hash and sum(event.session_hash == body.session_hash for event in events) >= MOST_OF_SESSION:
            return False, f"{MOST_OF_SESSION} questions of this page wait already; ask again when they are answered.", "queue_full"
        if sum(address_of(event.request.scope) == address for event in events) >= MOST_OF_ADDRESS:
            return False, f"{MOST_OF_ADDRESS} questions from your network wait already; ask again in a moment.", "queue_full"
        pushed: tuple[bool, Any, Any] = await super().push(body, request, username)
        return pushed

    def unanswered(self) -> list[Event]:
        """The questions that wait or are being answered."""
        waiting = [event for queue in self.event_queue_per_concurrency_id.values() for event in queue.queue]
        return waiting + [event for job in self.active_jobs for event in job or ()]

    def send_message(self, event: Event, event_message: Any) -> None:
        """Sends it as Gradio does, and keeps the size and the time of a finished answer."""
        super().send_message(event, event_message)
        if isinstance(event_message, ProcessCompletedMessage):
            self._answers.append(Answer(event.session_hash, self._clock(), size_of(event_message.output)))
            self._forget_uncollected()

    def _forget_uncollected(self) -> None:
        """Drops answers that nobody has read in time, and the oldest where they take too much room."""
        waiting = [answer for answer in self._answers if not self._is_collected(answer.session)]
        room = KEPT_BYTES
        kept: list[Answer] = []
        for answer in reversed(waiting):
            room -= answer.size
            if room >= 0 and self._clock() - answer.given <= KEPT_SECONDS:
                kept.insert(0, answer)
            else:
                self.pending_messages_per_session.pop(answer.session, None)
                self.pending_event_ids_session.pop(answer.session, None)
        self._answers = kept

    def _is_collected(self, session: str) -> bool:
        messages = self.pending_messages_per_session.get(session)
        return messages is None or messages.empty()


def size_of(value: Any) -> int:
    """About the bytes that an answer holds: the characters of its words."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return 8
