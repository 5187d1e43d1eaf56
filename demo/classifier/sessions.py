"""What Gradio remembers of a visitor: the choices of a page that is open, nothing that was sent, nothing of a program."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from gradio.state_holder import SessionState, StateHolder

MOST = 2_000
"""Pages that are remembered; the one that was used longest ago is forgotten first."""


class LeanSession(SessionState):
    """A visitor's session without a copy of all components and of what was sent.

    Gradio keeps those for its "deep links", which the lab does not have: 12 MB for each photograph as text.
    """

    def __init__(self, blocks: Any) -> None:
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks=()))  # type: ignore[arg-type]

    def _update_config(self, key: int) -> None:
        """For deep links alone."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """For deep links alone."""


class Sessions(StateHolder):
    """Sessions by their name. A question of a program is a session of its own in Gradio; it is not kept."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id in self.session_data:
            return super().__getitem__(session_id)
        session = LeanSession(self.blocks)
        if session_id not in self.blocks._queue.event_ids_to_events:  # a program's session has the name of its question
            with self.lock:
                self.session_data[session_id] = session
                self.time_last_used[session_id] = datetime.datetime.now()
            self.update(session_id)
        return session
