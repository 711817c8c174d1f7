"""Does the presses of a tab one after the other, each with the values that its message brought.

Streamlit (1.67) starts a run for each message and ends the one before it. A run that has not begun
loses its press so, and one whose callback is under way reads the values of the later message.
After a restart of the server it calls no callback and runs no fragment before its first run has
ended, as it does not know yet what is on the screen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value
from streamlit.runtime.state import SafeSessionState

log = logging.getLogger("kontext.messages")

MAX_WAITING: Final = 100
"""Messages of one tab. A press takes some milliseconds, or as long as the database is locked."""


@dataclass
class _Press:
    """A press whose callback has not ended, or the first run, and what the tab has sent since."""

    session: AppSession
    waiting: list[BackMsg] = field(default_factory=list)


# By session id. Changed in the event loop alone.
_presses: dict[str, _Press] = {}


def keep_press_order() -> None:
    """Hold what follows a press, or a page of before a restart, until that is done; for good."""
    # There is no setting for it.
    handle = AppSession.handle_backmsg
    handle_event = AppSession._handle_scriptrunner_event_on_event_loop
    run_callbacks = SafeSessionState.on_script_will_rerun

    def handle_in_order(session: AppSession, message: BackMsg) -> None:
        is_run = message.WhichOneof("type") == "rerun_script"
        if is_run and (press := _presses.get(session.id)):
            if len(press.waiting) < MAX_WAITING:
                press.waiting.append(message)
            else:
                log.warning("message of a client ignored", extra={"reason": "too many at once"})
            return
        widgets = message.rerun_script.widget_states if is_run else None
        is_restored = not session.page_script_hash and widgets is not None and bool(widgets.widgets)
        handle(session, message)
        # Without a runner nothing came of it, such as a press in an unknown fragment.
        if session._scriptrunner and (is_restored or _has_press(widgets)):
            _presses[session.id] = _Press(session)

    def go_on(session_id: str) -> None:
        press = _presses.pop(session_id, None)
        if press is not None:
            for message in press.waiting:  # each may be a press, and hold the others
                handle_in_order(press.session, message)

    def run_callbacks_and_go_on(
        state: SafeSessionState, widgets: WidgetStates | None, **options: Any
    ) -> None:
        try:
            run_callbacks(state, widgets, **options)
        finally:
            context = get_script_run_ctx()
            press = _presses.get(context.session_id) if context else None
            if press is not None and _has_press(widgets):
                press.session._call_soon_on_event_loop(partial(go_on, press.session.id))

    def handle_event_and_go_on(
        session: AppSession, sender: Any, event: ScriptRunnerEvent, *details: Any
    ) -> None:
        handle_event(session, sender, event, *details)
        # The first run has ended, or one was stopped before its press.
        if session._scriptrunner is None:
            go_on(session.id)

    AppSession.handle_backmsg = handle_in_order  # type: ignore[method-assign,assignment]
    AppSession._handle_scriptrunner_event_on_event_loop = handle_event_and_go_on  # type: ignore[method-assign,assignment]
    SafeSessionState.on_script_will_rerun = run_callbacks_and_go_on  # type: ignore[method-assign,assignment]


def _has_press(widgets: WidgetStates | None) -> bool:
    return widgets is not None and any(map(_has_active_trigger_value, widgets.widgets))
