"""What a client may send to Streamlit, and what becomes of the rest.

Streamlit (1.67) believes its own script. A value of the wrong kind fails in each later run of the
session, and an unknown fragment is never answered.
"""

from __future__ import annotations

import json
import logging
from itertools import islice
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.state.session_state import Serialized, Value, WStates

from components.error_report import report_unknown_error

log = logging.getLogger("kontext.messages")

MAX_WIDGETS: Final = 1000
"""A page has some 50, a gallery some 100."""
_handle = AppSession.handle_backmsg
_get = WStates.__getitem__


def check_client_messages() -> None:
    """Ignore what is malformed, and answer what is unknown; for good."""
    # There is no setting for any of it.
    AppSession.handle_backmsg = _handle_checked  # type: ignore[method-assign,assignment]
    AppSession.handle_backmsg_exception = _report_error  # type: ignore[method-assign,assignment]
    WStates.__getitem__ = _get_or_default  # type: ignore[method-assign]


def _handle_checked(session: AppSession, message: BackMsg) -> None:
    if message.WhichOneof("type") == "rerun_script":
        state = message.rerun_script
        # Others would count as keys of the app's own state.
        ours = (widget for widget in state.widget_states.widgets if widget.id.startswith("$$"))
        widgets = list(islice(ours, MAX_WIDGETS))
        if len(widgets) != len(state.widget_states.widgets):
            _log_ignored("no widgets, or too many")
            del state.widget_states.widgets[:]
            state.widget_states.widgets.extend(widgets)
        if state.fragment_id and not session.has_fragment(state.fragment_id):
            _log_ignored("unknown fragment")
            _answer(session)
            return
    _handle(session, message)


def _report_error(session: AppSession, error: BaseException) -> None:
    """Keep the page; Streamlit would put its own error in its place."""
    report_unknown_error(error)
    _answer(session)


def _answer(session: AppSession) -> None:
    """Say that a run has ended, where no other run will say so."""
    if session._state == AppSessionState.APP_NOT_RUNNING:
        answer = ForwardMsg()
        answer.script_finished = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        session._enqueue_forward_msg(answer)


def _get_or_default(states: WStates, widget_id: str) -> Any:
    """The value of a widget; its default if what the client sent is no value of this widget."""
    state, metadata = states.states.get(widget_id), states.widget_metadata.get(widget_id)
    if isinstance(state, Serialized) and metadata is not None:
        kind = state.value.WhichOneof("value")
        try:
            if kind not in {None, metadata.value_type}:
                raise TypeError(kind)
            if kind in {"json_value", "json_trigger_value"}:
                setattr(state.value, kind, _without_surrogates(getattr(state.value, kind)))
            return _get(states, widget_id)
        except Exception:  # noqa: BLE001 - whatever its text does to a parser
            _log_ignored("value of a widget")
            states.states[widget_id] = Value(metadata.deserializer(None))
    return _get(states, widget_id)


def _without_surrogates(text: str) -> str:
    """JSON that a database takes: half of a surrogate pair becomes a question mark."""
    if r"\ud" not in text.lower():
        return text
    return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace").decode()


def _log_ignored(what: str) -> None:
    log.warning("message of a client ignored", extra={"reason": what})
