"""Banner above every page while the queue is paused, with the reason."""

from __future__ import annotations

import streamlit as st

from components.studio.tasks.models import FailureReason
from components.ui import budgets, notice_banner, session, storage_banner
from components.ui.escape import escape_markdown
from components.ui.messages import pause_message
from components.ui.session import Pause
from components.ui.streamlit_internals.toasts import is_toast_read


def render_paused_banner() -> None:
    """Render the banner if the queue is paused."""
    tab, studio = session.tab_state(), session.studio()
    reason, until, waiting = tab.pause = _pause()
    if reason is None:
        return
    message = pause_message(reason, session.describe_moment(until) if until else None)
    with st.container(key="kx-paused", horizontal=True, vertical_alignment="center"):
        st.warning(escape_markdown(message), width="stretch")
        if reason is not FailureReason.HELD:
            st.button("Try now", on_click=studio.recheck_account)
        if waiting:
            st.button(
                f"Do not send the {waiting if waiting > 1 else 'one'} waiting",
                key="kx-paused-withdraw",
                on_click=studio.tasks.withdraw_waiting,
                args=(tab.user_id,),
            )


def rerun_if_pause_changed() -> None:
    """Rerun the page if a banner or the press has to change; for what live updates rerun."""
    if not is_toast_read():
        return
    storage_banner.rerun_if_storage_changed()
    budgets.rerun_if_budgets_changed()
    notice_banner.rerun_if_notice_changed()
    tab, pause = session.tab_state(), _pause()
    if tab.pause != pause:
        tab.pause = pause
        st.rerun()


def _pause() -> Pause:
    tab, studio = session.tab_state(), session.studio()
    reason = studio.pause_reason
    if reason is None:
        return Pause()
    return Pause(reason, studio.paused_until, len(studio.tasks.waiting(tab.user_id)))
