"""What an admin tells everybody, above every page until it is hidden or taken back."""

from __future__ import annotations

import streamlit as st

from components.ui import session
from components.ui.escape import escape_markdown

_HIDDEN = "notice"  # the name of the draft that holds the id of what was hidden last


def render_notice() -> None:
    """Render the notice, unless this person has hidden it."""
    tab, notice = session.tab_state(), session.studio().notice()
    tab.notice_id = notice.id if notice else ""
    if notice is None or session.studio().drafts.load(tab.user_id, _HIDDEN).text == notice.id:
        return
    with st.container(key="kx-notice", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Notice** {escape_markdown(notice.text)}", width="stretch")
        st.button("Hide", key="notice-hide", type="tertiary", on_click=_hide, args=(notice.id,))


def rerun_if_notice_changed() -> None:
    """Rerun the page if the notice has to change; for fragments that live updates rerun."""
    tab, notice = session.tab_state(), session.studio().notice()
    if tab.notice_id not in (None, notice.id if notice else ""):
        tab.notice_id = notice.id if notice else ""
        st.rerun()


def _hide(notice_id: str) -> None:
    """Kept as drafts are: for this person, in every tab."""
    session.studio().drafts.save(session.tab_state().user_id, _HIDDEN, notice_id)
