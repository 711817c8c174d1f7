"""What the browser sends for a widget that its session has not drawn yet.

After a restart of the server the browser sends the values of its page with the first run of the new
session (Streamlit 1.67). A value that the script sets in that run would replace them.
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx


def has_sent_value(key: str) -> bool:
    """Whether the browser has a value of its own for the widget with this key."""
    context = get_script_run_ctx()
    if context is None:
        return False
    sent = context.session_state._state._new_widget_state
    return any(widget_id.endswith(f"-{key}") for widget_id in sent)
