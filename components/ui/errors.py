"""What a user reads when an error reaches Streamlit. No path ends in Streamlit's own error box.

`show_error` and `show_callback_error` hear of every error that a page, fragment, dialog or
callback lets pass.
"""

from __future__ import annotations

import streamlit as st

from components.error_report import report_unknown_error
from components.studio import ValidationError
from components.studio.db.budgets import OverBudget
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.budgets import refusal
from components.ui.escape import escape_markdown
from components.ui.messages import IMAGE_NOT_FOUND, NEEDS_RESTART, unknown_error_message
from components.ui.streamlit_internals.auto_refresh import auto_refresh
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.streamlit_internals.uncaught_errors import (
    catch_callback_errors,
    current_fragment,
    is_reported,
)

RETRY_SECONDS = 3.0


def show_error(error: Exception) -> bool:
    """Draw an error in place of what could not be drawn, for `st.App(on_script_error=…)`.

    What the database refused is drawn again by itself, anything else at the press of a button.
    Returns True: Streamlit must not show it as well.
    """
    if is_reported(error):
        return True
    place, message = current_fragment(), _message(error)
    if isinstance(error, DatabaseError) and error.kind not in NEEDS_RESTART:
        message = f"{message} It is tried again by itself."
    # Keys that stay the same while it fails: the box does not flicker.
    with st.container(key=f"kx-error-{place}"):
        st.error(escape_markdown(message))
        if isinstance(error, DatabaseError):
            auto_refresh(RETRY_SECONDS, key=f"retry-{place}")
        elif not isinstance(
            error, SettingsError | session.UnknownUserError
        ):  # a rerun changes neither
            st.button("Try again", key=f"kx-try-again-{place}")
    return True


def show_callback_error(error: Exception) -> None:
    """Say that an action failed; the page stays."""
    message = _message(error)
    if isinstance(error, DatabaseError):
        message = f"That was not done. {message}"
    show_toast(escape_markdown(message))


def _message(error: Exception) -> str:
    match error:
        case DatabaseError() | SettingsError() | session.UnknownUserError():
            return str(error)
        case NotFoundError():
            return IMAGE_NOT_FOUND
        case OverBudget():
            return refusal(error)
        case ValidationError():
            return error.message
        case _:
            return unknown_error_message(report_unknown_error(error))


catch_callback_errors(show_callback_error)
