"""What a client may send to Streamlit, and what becomes of the rest.

Streamlit (1.67) believes its own script. A value of the wrong kind fails in each later run of the
session, an unknown fragment is never answered, and files are kept in memory without a limit.
"""

from __future__ import annotations

import json
import logging
from itertools import islice
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.session_state import Serialized, Value, WStates
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from components.error_report import report_unknown_error

log = logging.getLogger("kontext.messages")

MAX_WIDGETS: Final = 1000
"""A page has some 50, a gallery some 100."""
MAX_FILES_OF_SESSION: Final = 3
"""A page has two uploaders, and each takes one file."""
MAX_FILE_BYTES_IN_ALL: Final = 500_000_000
"""Twenty of the largest. A file is needed for the second after it has arrived."""

_handle = AppSession.handle_backmsg
_get = WStates.__getitem__
_add_file = MemoryUploadedFileManager.add_file


def check_client_messages() -> None:
    """Ignore what is malformed, answer what is unknown, and limit what is kept; for good."""
    # There is no setting for any of it.
    AppSession.handle_backmsg = _handle_checked  # type: ignore[method-assign,assignment]
    AppSession.handle_backmsg_exception = _report_error  # type: ignore[method-assign,assignment]
    WStates.__getitem__ = _get_or_default  # type: ignore[method-assign]
    MemoryUploadedFileManager.add_file = _add_and_make_room  # type: ignore[method-assign,assignment]


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


def _add_and_make_room(
    manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec
) -> None:
    """Keep the file, and forget the oldest ones above the limits."""
    _add_file(manager, session_id, file)
    with manager._lock:
        kept = [(owner, id_) for owner, files in manager.file_storage.items() for id_ in files]
    of_session = [id_ for owner, id_ in kept if owner == session_id]
    for id_ in of_session[:-MAX_FILES_OF_SESSION]:
        manager.remove_file(session_id, id_)
    for owner, id_ in kept:
        if manager._total_bytes <= MAX_FILE_BYTES_IN_ALL or id_ == file.file_id:
            break
        manager.remove_file(owner, id_)


def _log_ignored(what: str) -> None:
    log.warning("message of a client ignored", extra={"reason": what})
