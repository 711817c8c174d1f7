"""Dialogs of what is shared: a new link, the links that were made, and adding to a collection."""

from __future__ import annotations

import html
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

import streamlit as st

from components.studio.db.sharing import (
    MAX_NAME_CHARACTERS,
    OpenedShare,
    PictureCollection,
    ShareKind,
    ShareLink,
    TooManyShared,
)
from components.studio.db.tables import ImageRecord
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.dates import day_label, day_of
from components.ui.escape import escape_markdown
from components.ui.messages import IMAGE_NOT_FOUND, format_count
from components.ui.session import SharingDialog
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.urls import shared_url, thumbnail_url

_DAY_S = 24 * 3600.0
_LIFETIMES = {"A week": 7 * _DAY_S, "A month": 30 * _DAY_S, "Until I revoke it": None}
_NOUNS = {
    ShareKind.PICTURE: "picture",
    ShareKind.PAIR: "pair",
    ShareKind.COLLECTION: "collection",
}
_NEW = "new"
_PROMPT, _LIFETIME, _COLLECTION, _NAME = (
    *("share-prompt", "share-lifetime"),
    *("collect-which", "collect-name"),
)


def open_share_dialog(kind: ShareKind, targets: Sequence[str]) -> None:
    """Open the dialog that makes a link to these own pictures, or to this own collection."""
    session.tab_state().sharing = SharingDialog("share", tuple(targets), kind)


def open_links_dialog() -> None:
    """Open the list of the links that this person has made."""
    session.tab_state().sharing = SharingDialog("links")


def open_collect_dialog(item_ids: Sequence[str]) -> None:
    """Open the dialog that adds these pictures to a collection."""
    session.tab_state().sharing = SharingDialog("collect", tuple(item_ids))


def render_dialog() -> None:
    """Render the dialog that is open, if any."""
    tab = session.tab_state()
    dialog = tab.sharing
    if dialog is None:
        if tab.shared_message:
            show_toast(tab.shared_message)
            tab.shared_message = ""
        return
    title, render = {
        "share": (f"Share a {_NOUNS[dialog.share_kind]}", _render_share),
        "links": ("Shared links", _render_links),
        "collect": ("Add to a collection", _render_collect),
    }[dialog.kind]
    st.dialog(title, on_dismiss=_close)(render)(dialog)


def _close() -> None:
    session.tab_state().sharing = None


# A new link


def _render_share(dialog: SharingDialog) -> None:
    _render_what(dialog)
    st.caption(
        "Whoever has the link can look, without signing in. The rest of your gallery stays private."
    )
    if dialog.url:
        st.code(dialog.url, language=None, wrap_lines=True)
        st.caption("Copy the link now: it is not shown again. “Shared links” takes it back.")
        return
    st.segmented_control(
        "The link opens for", list(_LIFETIMES), default="A week", required=True, key=_LIFETIME
    )
    st.toggle(
        "Show the prompts" if dialog.share_kind is ShareKind.COLLECTION else "Show the prompt",
        key=_PROMPT,
    )
    st.button("Make the link", key="share-make", type="primary", on_click=_make, args=(dialog,))
    if dialog.problem:
        st.error(escape_markdown(dialog.problem))


def _render_what(dialog: SharingDialog) -> None:
    """Small pictures of what is shared; of a collection its name."""
    tab, studio = session.tab_state(), session.studio()
    try:
        if dialog.share_kind is ShareKind.COLLECTION:
            name = studio.sharing.collection(tab.user_id, dialog.targets[0]).name
            st.markdown(f"**{escape_markdown(name)}**")
            return
    except NotFoundError:
        st.caption("This collection is no longer here.")
        return
    entries = studio.gallery.entries(tab.user_id, dialog.targets)
    images = [entry if isinstance(entry, ImageRecord) else entry.image for entry in entries]
    st.html(_thumbnails_html([image for image in images if image]))


def _make(dialog: SharingDialog) -> None:
    tab, studio = session.tab_state(), session.studio()
    dialog.problem = ""
    try:
        token, _ = studio.sharing.share(
            tab.user_id,
            dialog.share_kind,
            dialog.targets,
            shows_prompts=bool(st.session_state.get(_PROMPT)),
            lasts_seconds=_LIFETIMES[st.session_state.get(_LIFETIME) or "A week"],
        )
    except NotFoundError:
        dialog.problem = IMAGE_NOT_FOUND
    except TooManyShared as error:
        dialog.problem = str(error)
    else:
        dialog.url = urljoin(_base_url(), shared_url(token))


def _base_url() -> str:
    """The URL below which every page lies, as the browser sees it."""
    address = urlsplit(st.context.url or "")
    path, page = address.path.rstrip("/"), session.tab_state().page
    if page and path.endswith(f"/{page}"):
        path = path.removesuffix(f"/{page}")
    return address._replace(path=f"{path}/").geturl()


# The links that were made


def _render_links(_: SharingDialog) -> None:
    tab, studio = session.tab_state(), session.studio()
    links = studio.sharing.links(tab.user_id)
    if not links:
        st.caption("No link opens anything of yours. “Share…” on a picture makes one.")
    for link, opened in links:
        with st.container(key=f"kx-share-{link.id}", horizontal=True, vertical_alignment="center"):
            images = [picture.image for picture in opened.pictures[:2]] if opened else []
            st.html(_thumbnails_html(images), width="content")
            st.caption(escape_markdown(_describe(link, opened)))
            st.button("Revoke", key=f"share-revoke-{link.id}", on_click=_revoke, args=(link.id,))


def _describe(link: ShareLink, opened: OpenedShare | None) -> str:
    """One line on a link, such as "Pair · with the prompt · until 7 December"."""
    now, zone = session.studio().clock(), session.time_zone()
    parts = [_NOUNS[link.kind].capitalize()]
    if opened is None:
        parts.append("no longer here: it opens nothing")
    elif opened.title:
        parts.append(f"“{opened.title}”")
    if link.shows_prompts:
        parts.append("with the prompt")
    made = day_label(link.created_at, now, zone)
    parts.append(f"made {made if ',' in made else made.lower()}")
    if link.expires_at is not None:
        ends = day_of(link.expires_at, zone)
        parts.append(f"until {ends.day} {ends:%B}")
    return " · ".join(parts)


def _revoke(share_id: str) -> None:
    try:
        session.studio().sharing.revoke(session.tab_state().user_id, share_id)
    except NotFoundError:
        return  # revoked in another tab


# Collections


def _render_collect(dialog: SharingDialog) -> None:
    tab, studio = session.tab_state(), session.studio()
    if tab.sharing is None:
        st.rerun()  # they were added: the page behind the dialog follows
    own = {
        each.id: each
        for each in studio.sharing.collections(tab.user_id)
        if each.user_id == tab.user_id
    }
    chosen = _NEW
    if own:
        chosen = st.selectbox(
            "Collection",
            [*own, _NEW],
            format_func=lambda each: own[each].name if each in own else "A new one…",
            key=_COLLECTION,
        )
    if chosen == _NEW:
        st.text_input(
            "Its name", key=_NAME, max_chars=MAX_NAME_CHARACTERS, placeholder="Campaign May"
        )
    count = format_count(len(dialog.targets), "picture")
    st.button(f"Add {count}", key="collect-add", type="primary", on_click=_add, args=(dialog,))
    if dialog.problem:
        st.error(escape_markdown(dialog.problem))


def _add(dialog: SharingDialog) -> None:
    tab, sharing = session.tab_state(), session.studio().sharing
    chosen = st.session_state.get(_COLLECTION, _NEW)
    try:
        if chosen == _NEW:
            collection = sharing.make_collection(tab.user_id, st.session_state.get(_NAME, ""))
        else:
            collection = sharing.collection(tab.user_id, chosen)
        added = sharing.add_to_collection(tab.user_id, collection.id, dialog.targets)
    except NotFoundError:
        dialog.problem = "This collection is no longer here. Choose another."
    except (TooManyShared, ValueError) as error:
        dialog.problem = str(error)
    else:
        tab.sharing = None
        name = escape_markdown(collection.name)
        new = f"{format_count(added, 'picture')} added to “{name}”"
        # Streamlit (1.67) would draw a toast of this callback in the dialog's place.
        tab.shared_message = new if added else f"In “{name}” already"


def render_collection_tools(collection: PictureCollection) -> None:
    """What the owner of a collection can do with it, in a popover."""
    with st.popover("Collection", key="kx-collection"):
        st.text_input(
            "Name",
            value=collection.name,
            key=f"collection-name-{collection.id}",
            max_chars=MAX_NAME_CHARACTERS,
            on_change=_rename,
            args=(collection.id,),
        )
        st.toggle(
            "Everybody here may look at it",
            value=collection.is_shared,
            key=f"collection-shared-{collection.id}",
            help="Without the prompts; nobody else can change it.",
            on_change=_set_shared,
            args=(collection.id,),
        )
        st.button(
            "Share a link…",
            key="collection-link",
            on_click=open_share_dialog,
            args=(ShareKind.COLLECTION, (collection.id,)),
        )
        st.button(
            "Delete the collection",
            key="collection-delete",
            help="Its pictures stay in the gallery; links to it open nothing any more.",
            on_click=_delete,
            args=(collection.id,),
        )


def _rename(collection_id: str) -> None:
    name = st.session_state[f"collection-name-{collection_id}"]
    try:
        session.studio().sharing.rename_collection(session.tab_state().user_id, collection_id, name)
    except (NotFoundError, ValueError) as error:
        show_toast(str(error) or "This collection is no longer here")


def _set_shared(collection_id: str) -> None:
    is_shared = bool(st.session_state[f"collection-shared-{collection_id}"])
    try:
        session.studio().sharing.set_collection_shared(
            session.tab_state().user_id, collection_id, is_shared=is_shared
        )
    except NotFoundError:
        show_toast("This collection is no longer here")


def _delete(collection_id: str) -> None:
    try:
        session.studio().sharing.delete_collection(session.tab_state().user_id, collection_id)
    except NotFoundError:
        return  # deleted in another tab
    show_toast("The collection is deleted; its pictures stay")


def _thumbnails_html(images: Sequence[ImageRecord]) -> str:
    pictures = "".join(
        f'<img src="{html.escape(thumbnail_url(image), quote=True)}" alt="">' for image in images
    )
    return f'<div class="kx-share-pictures">{pictures}</div>'
