"""A browser tab as far as the server sees it: Streamlit's protocol over a raw WebSocket."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.app_server import COOKIE

TIMEOUT_S = 60.0


class StreamlitClient:
    """One session; a context manager. `token` is the identity cookie, or None for no cookie.

    `session_id` is sent to take over a session that was disconnected, as a reloading tab does.
    `messages` are those of the last run.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        page: str = "",
        session_id: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Open the WebSocket. Raises InvalidStatus where the server refuses it."""
        cookie = {"Cookie": f"{COOKIE}={token}"} if token else {}
        # The places count: the second one is for a token against forged requests.
        protocols = ["streamlit"] if session_id is None else ["streamlit", "none", session_id]
        self.messages: list[ForwardMsg] = []
        self.session_id = session_id
        self._state = ClientState(page_name=page)
        self._widget_ids: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._fragment_ids: dict[str, str] = {}
        connection = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            additional_headers={"Origin": url, **cookie, **(headers or {})},
            subprotocols=[Subprotocol(name) for name in protocols],
            open_timeout=TIMEOUT_S,
            max_size=None,
            max_queue=None,  # what nobody reads must not hold up pings and the close
            proxy=None,
        )
        self._closing = ExitStack()
        self.socket: ClientConnection = self._closing.enter_context(connection)

    def send(self, **message: Any) -> None:
        """Send one message to the server, such as `clear_cache=True`."""
        self.socket.send(BackMsg(**message).SerializeToString())

    def rerun(self, *, fragment_of: str | None = None, **widgets: Any) -> Self:
        """Run the page's script with these widget values, and wait until it has finished.

        A widget is named by its key. A value is True for a pressed button, or a text.
        `fragment_of` reruns only the fragment in which that widget stands.
        """
        state = ClientState()
        state.CopyFrom(self._state)
        if fragment_of is not None:
            state.fragment_id = self._fragment_ids[fragment_of]
        for key, value in widgets.items():
            widget = state.widget_states.widgets.add(id=self._widget_ids[key])
            if isinstance(value, bool):
                widget.trigger_value = value
            else:
                widget.string_value = value
                self._texts[key] = value
        self.messages = []
        self.send(rerun_script=state)
        return self.wait_for_run()

    def press(self, key: str) -> None:
        """Press a button, with the texts that were typed, and wait for no answer."""
        state = ClientState()
        state.CopyFrom(self._state)
        for box, text in self._texts.items():
            state.widget_states.widgets.add(id=self._widget_ids[box], string_value=text)
        state.widget_states.widgets.add(id=self._widget_ids[key], trigger_value=True)
        self.send(rerun_script=state)

    def wait_for_start(self) -> None:
        """Read messages until a run has started: the next press has to wait for its callbacks."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read(deadline).WhichOneof("type") != "new_session":
            pass

    def wait_for_text(self, text: str) -> None:
        """Read messages until something with this text is drawn."""
        deadline = time.monotonic() + TIMEOUT_S
        self.messages = []
        while text not in self.text():
            self._read(deadline)

    def wait_for_run(self) -> Self:
        """Read messages until a run has finished."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read(deadline).WhichOneof("type") != "script_finished":
            pass
        return self

    def wait_for_last_run(self) -> None:
        """Read messages until a run has finished that no later press has cut short."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            message = self._read(deadline)
            if message.WhichOneof("type") == "script_finished" and (
                message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return

    def _read(self, deadline: float) -> ForwardMsg:
        """Read one message."""
        message = ForwardMsg()
        message.ParseFromString(self.socket.recv(deadline - time.monotonic(), decode=False))
        self.messages.append(message)
        match message.WhichOneof("type"):
            case "new_session":
                self.session_id = message.new_session.initialize.session_id
                self._state.page_script_hash = message.new_session.page_script_hash
            case "delta":
                self._remember_widget(message.delta)
        return message

    def deltas(self) -> list[Delta]:
        """What the last run drew."""
        return [message.delta for message in self.messages if message.WhichOneof("type") == "delta"]

    def _remember_widget(self, delta: Delta) -> None:
        kind = delta.new_element.WhichOneof("type")
        widget_id: str = getattr(getattr(delta.new_element, kind or "", None), "id", "")
        if found := re.fullmatch(r"\$\$ID-[0-9a-f]+-(.+)", widget_id):
            self._widget_ids[found[1]] = widget_id
            self._fragment_ids[found[1]] = delta.fragment_id

    @property
    def page_script_hash(self) -> str:
        """What Streamlit calls the page."""
        return str(self._state.page_script_hash)

    def widget_ids(self) -> dict[str, str]:
        """The ids of all widgets that were drawn, by key."""
        return self._widget_ids

    def has_drawn(self, key: str) -> bool:
        """Whether a widget of this key was drawn in any run."""
        return key in self._widget_ids

    def data(self, name: str) -> Any:
        """The data that a browser component is given under this name, or None."""
        for delta in self.deltas():
            if delta.new_element.WhichOneof("type") == "bidi_component":
                data = json.loads(delta.new_element.bidi_component.json or "{}")
                if name in data:
                    return json.loads(data[name])
        return None

    def text(self) -> str:
        """All that the last run drew, as text to search in."""
        return "\n".join(str(delta) for delta in self.deltas())

    def close(self) -> None:
        """Close the WebSocket, as a closed tab does."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()
