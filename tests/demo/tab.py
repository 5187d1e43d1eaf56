"""A browser's tab without a browser: Streamlit's websocket through starlette's TestClient."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ASKED_FOR_A_RERUN = 2


class Tab:
    """One page that is open. `elements` is what stands on it now, `session` Streamlit's name for it."""

    def __init__(self, websocket: Any, page: str, query: str) -> None:
        self.websocket, self.page, self.query = websocket, page, query
        self.elements: list[Any] = []
        self.states: dict[str, WidgetState] = {}
        self.fragments: dict[str, str] = {}
        """A widget's id -> the fragment (a sheet, say) that it stands in."""
        self.session, self.page_hash = "", ""

    def run(self, *states: WidgetState, fragment: str = "") -> Tab:
        """Runs the page's script, or one fragment of it, as after a click, and waits for its end."""
        if not fragment:
            self.elements, self.fragments = [], {}
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.page
        message.rerun_script.page_script_hash = self.page_hash
        for state in (*self.states.values(), *states):
            message.rerun_script.widget_states.widgets.append(state)
        self.websocket.send_bytes(message.SerializeToString())
        while not self._took(self._received()):
            pass
        return self

    def _received(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self.websocket.receive_bytes())
        return message

    def _took(self, message: ForwardMsg) -> bool:
        """Whether the script has ended with this message."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self.elements.append(element)
            if message.delta.fragment_id:
                self.fragments[getattr(getattr(element, element.WhichOneof("type")), "id", "")] = message.delta.fragment_id
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        if kind == "script_finished" and message.script_finished == ASKED_FOR_A_RERUN:
            self.elements, self.fragments = [], {}
            return False
        return kind == "script_finished"

    def widget(self, kind: str, word: str) -> Any | None:
        """The newest widget of this kind with the word in its label or key."""
        found = (getattr(element, kind) for element in reversed(self.elements) if element.WhichOneof("type") == kind)
        return next((widget for widget in found if word in widget.id or word in widget.label), None)

    def write(self, word: str, text: str) -> Tab:
        """Types into the text input with this word."""
        widget = self.widget("text_input", word)
        assert widget is not None, f"no text input {word}"
        self.states[widget.id] = WidgetState(id=widget.id, string_value=text)
        return self.run(fragment=self.fragments.get(widget.id, ""))

    def press(self, word: str) -> Tab:
        """Clicks the button with this word."""
        widget = self.widget("button", word)
        assert widget is not None, f"no button {word}"
        return self.run(WidgetState(id=widget.id, trigger_value=True), fragment=self.fragments.get(widget.id, ""))

    def choose(self, word: str, option: str) -> Tab:
        """Chooses in the radio with this word."""
        widget = self.widget("radio", word)
        assert widget is not None, f"no radio {word}"
        self.states[widget.id] = WidgetState(id=widget.id, string_value=option)
        return self.run()

    def words(self, *kinds: str) -> list[str]:
        """What stands in the elements of these kinds."""
        return [getattr(element, kind).body for element in self.elements for kind in kinds if element.WhichOneof("type") == kind]


@contextmanager
def tab(client: TestClient, page: str = "", query: str = "", cookie: str = "", session: str = "") -> Iterator[Tab]:
    """A tab of the browser with this cookie; `session`: the one that it says it had before its connection was lost."""
    protocols = ["streamlit", "x", session] if session else ["streamlit"]
    headers = {"Cookie": f"lab_owner={cookie}"} if cookie else {}
    client.cookies.clear()
    with client.websocket_connect("/_stcore/stream", subprotocols=protocols, headers=headers) as websocket:
        yield Tab(websocket, page, query)
