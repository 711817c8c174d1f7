"""Who is signed in, the way out, and the offer to bring along what was made before signing in."""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st
from streamlit.navigation.page import Page

from components.studio.db.people import Claim, Person
from components.studio.settings import Auth
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import CLAIM_BUSY, CLAIM_DONE, CLAIM_OFFER
from components.ui.streamlit_internals.toasts import show_toast

MAX_CHARACTERS = 24


def render_person_menu(admin_page: Callable[[], Page]) -> None:
    """The name in the bar, and in its popover the way out; nothing where nobody signs in.

    Admins find the way to their page there.
    """
    studio = session.studio()
    if not studio.settings.signs_in:
        return
    person = studio.people.person(session.tab_state().user_id)
    with st.container(key="kx-person", width="content"):
        menu = st.popover(escape_markdown(short_name(person)), type="tertiary")
    with menu:
        st.html(person_html(person))
        if person.is_admin:
            st.page_link(admin_page(), label="Manage the studio", width="stretch")
        if studio.settings.auth is Auth.OIDC:
            st.button("Sign out", width="stretch", on_click=st.logout)
        elif studio.settings.sign_out_url is not None:
            # A link button would open another tab, and leave this one signed in.
            url = html.escape(studio.settings.sign_out_url)
            st.html(f'<a class="kx-person-out" href="{url}" target="_self">Sign out</a>')


def short_name(person: Person) -> str:
    """The name as the bar shows it: an address without its host, and not too long."""
    name = person.name if person.name != person.email else person.email.partition("@")[0]
    name = name or "You"
    return name if len(name) <= MAX_CHARACTERS else f"{name[: MAX_CHARACTERS - 1].rstrip()}…"


def person_html(person: Person) -> str:
    """Name, address and role. A name may be written from right to left: hence `dir`."""
    lines = [f'<strong dir="auto">{html.escape(person.name)}</strong>']
    if person.email and person.email != person.name:
        lines.append(f'<span dir="auto">{html.escape(person.email)}</span>')
    if person.is_admin:
        lines.append("<span>Admin</span>")
    return f'<div class="kx-person-details">{"".join(lines)}</div>'


def render_claim_offer() -> None:
    """Offer once what the owner of this browser's cookie has made here."""
    user_id, cookie_user_id = session.tab_state().user_id, session.cookie_user_id()
    studio = session.studio()
    if cookie_user_id is None or not studio.settings.signs_in:
        return
    if not studio.can_claim(user_id, cookie_user_id):
        return
    with st.container(key="kx-claim", horizontal=True, vertical_alignment="center"):
        st.markdown(CLAIM_OFFER, width="content")
        st.button("Bring them along", key="claim-accept", on_click=_claim)
        st.button("No, thanks", key="claim-dismiss", type="tertiary", on_click=_dismiss)


def _claim() -> None:
    cookie_user_id = session.cookie_user_id()
    if cookie_user_id is None:
        return
    match session.studio().claim(session.tab_state().user_id, cookie_user_id):
        case Claim.DONE:
            show_toast(CLAIM_DONE)
        case Claim.BUSY:
            show_toast(CLAIM_BUSY)
        case Claim.NOTHING:  # pressed in two tabs: the first has brought them
            pass


def _dismiss() -> None:
    cookie_user_id = session.cookie_user_id()
    if cookie_user_id is not None:
        session.studio().dismiss_claim(session.tab_state().user_id, cookie_user_id)
