"""The source of an edit: its image beside the prompt, and the ways to choose another."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Literal

import streamlit as st

from components.studio.db.database import DatabaseError
from components.studio.db.tables import ImageRecord
from components.studio.images.ingest import BLACK, GREY, MAX_BYTES, WHITE, InvalidImageError
from components.studio.images.object_store import StoreUnavailable
from components.studio.safe_fetch.client import FetchError
from components.studio.storage import QuotaExceeded
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.edit import embedded_settings
from components.ui.edit.gallery_picker import gallery_picker_dialog
from components.ui.escape import escape_markdown
from components.ui.messages import IMAGE_NOT_FOUND, MATCH_INPUT, format_size
from components.ui.result_checks import VISIBLE_CROP, crop_fraction, format_aspect_ratio
from components.ui.streamlit_internals.page_switch import switch_page
from components.ui.urls import UPLOAD_URL, thumbnail_url, thumbnail_url_template
from components.ui.widgets.picture_upload import UploadProps, picture_upload

_URL_KEY = "edit-url"
_GROUNDS = {"White": WHITE, "Grey": GREY, "Black": BLACK}
# "example.com/a.png" or "example.com:8080/a.png", as a browser's address bar shows it
_HOST_AND_PATH = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/\S*")


def render_source(source: ImageRecord | None, *, ratio: str) -> None:
    """Render the selected source with what a ratio would crop, and the ways to choose another."""
    # One element, whatever is in it: otherwise what stands below would move, and Streamlit would
    # show it in both places during a rerun.
    with st.container(key="kx-source-area"):
        _render_source(source, ratio)


def _render_source(source: ImageRecord | None, ratio: str) -> None:
    session.tab_state().has_unseen_source = False
    _fetch_pending_url()
    if source is not None:
        with st.container(key="kx-source"):
            st.html(_source_html(source, ratio))
            st.button(
                "Remove",
                key="edit-drop",
                type="tertiary",
                on_click=session.select_source,
                args=(None,),
            )
        _render_ground_choice(source)
        embedded_settings.render_restore_offer(source)
    # At the same place with and without a source: the list of what comes in stands in it.
    _render_upload("large" if source is None else "slim", key="edit-upload")
    has_pictures = session.studio().gallery.count(session.tab_state().user_id) > 0
    if has_pictures:
        _render_other_ways(has_source=source is not None)
    if source is None:
        _render_url_box()
    error = session.tab_state().source_error
    if error is not None:
        st.error(escape_markdown(error))


def _render_other_ways(*, has_source: bool) -> None:
    """The gallery, and beside a source the address, which else has a box of its own."""
    with st.container(key="kx-source-ways", horizontal=True):
        if st.button("From the gallery", key="edit-from-gallery", width="stretch"):
            gallery_picker_dialog()
        if has_source:
            with st.expander("Address"):
                _render_url_box()


def _render_ground_choice(source: ImageRecord) -> None:
    """Another color for the transparent parts of the source, if its original is kept."""
    if not source.ground or source.original_format is None:
        return
    names = {f"#{bytes(color).hex()}": name for name, color in _GROUNDS.items()}
    with st.container(key="kx-ground"):
        st.segmented_control(
            "Transparent parts",
            list(_GROUNDS),
            default=names.get(source.ground),
            required=True,
            width="stretch",
            key=f"edit-ground-{source.id}",
            on_change=_change_ground,
            args=(source.id,),
        )


def _change_ground(image_id: str) -> None:
    tab, key = session.tab_state(), f"edit-ground-{image_id}"
    ground = _GROUNDS[st.session_state[key]]
    if not import_source(
        lambda: session.studio().image_importer.change_ground(tab.user_id, image_id, ground)
    ):
        del st.session_state[key]  # the choice shows what is the case


def render_global_drop_target() -> None:
    """On a page without a source: take what is dropped or pasted there, and open Edit."""
    if session.tab_state().has_unseen_source:
        switch_page("pages/edit.py")
    with st.container(key="kx-drop"):
        _render_upload("none", key="page-upload")


def _render_upload(layout: Literal["large", "slim", "none"], *, key: str) -> None:
    props = UploadProps(
        layout=layout,
        max_bytes=MAX_BYTES,
        upload_url=UPLOAD_URL,
        thumbnail_url=thumbnail_url_template(in_trash=False),
        source_id=session.tab_state().source_id,
        held_button="" if layout == "none" else ".st-key-edit-submit button",
    )
    picture_upload(props, key=key, on_chosen=_choose_upload)


def _choose_upload(image_id: str) -> None:
    session.select_source(image_id)
    embedded_settings.remember_metadata(image_id)
    session.tab_state().has_unseen_source = True


def _render_url_box() -> None:
    st.text_input(
        "Picture URL",
        key=_URL_KEY,
        placeholder="https://",
        help="Press Enter. The picture is copied here, so the link may vanish afterwards.",
        on_change=_request_url,
    )


def _request_url() -> None:
    tab = session.tab_state()
    typed = st.session_state[_URL_KEY].strip()
    tab.pending_url = f"https://{typed}" if _HOST_AND_PATH.fullmatch(typed) else typed or None
    tab.source_error = None


def _fetch_pending_url() -> None:
    """In the run and not in the callback, so that the wait is visible."""
    tab = session.tab_state()
    url, tab.pending_url = tab.pending_url, None
    if url is None:
        return
    with st.spinner("Fetching the picture…"):
        import_source(lambda: session.studio().image_importer.from_url(tab.user_id, url))
    st.rerun()


def import_source(load: Callable[[], ImageRecord]) -> bool:
    """Import an image and select it; False leaves a message that `render_source` shows."""
    tab = session.tab_state()
    tab.source_error = None
    try:
        record = load()
        session.select_source(record.id)
        return True
    except (InvalidImageError, FetchError, QuotaExceeded) as error:
        tab.source_error = error.message
    except NotFoundError:
        tab.source_error = IMAGE_NOT_FOUND
    except (DatabaseError, StoreUnavailable) as error:
        tab.source_error = f"The picture could not be saved. {error}"
    except OSError:
        tab.source_error = "The picture could not be saved: the server's disk may be full."
    return False


def _source_html(source: ImageRecord, ratio: str) -> str:
    """The image, what lies outside a chosen ratio dimmed, and its details."""
    size = format_size(source.width_px, source.height_px)
    own_size, sent_as = format_size(*source.own_size_px), source.format.upper()
    own_format = source.own_format.upper()
    ratio_label = format_aspect_ratio(source.width_px, source.height_px)
    if (own_size, own_format) == (size, sent_as):
        details = [size, ratio_label, sent_as]
    else:
        # No-break spaces: the column is narrow.
        details = [f"{own_size}\u00a0{own_format}, sent as {size}\u00a0{sent_as}", ratio_label]
    crop = ""
    if ratio != MATCH_INPUT:
        kept_width, kept_height = crop_fraction(source.width_px, source.height_px, ratio)
        if min(kept_width, kept_height) < VISIBLE_CROP:
            crop = (
                '<div class="kx-crop" role="img" aria-label="The part that a crop would keep" '
                f'style="width:{kept_width:.2%};height:{kept_height:.2%}"></div>'
            )
    label = html.escape(source.label, quote=True)
    notes = html.escape(" ".join(source.notes))
    return (
        f'<figure class="kx-source"><div class="kx-source-frame" '
        f'style="aspect-ratio:{source.width_px}/{source.height_px}">'
        f'<img src="{thumbnail_url(source)}" alt="{label} (source picture)">{crop}</div>'
        f'<figcaption><p dir="auto" class="kx-source-label">{label}</p>'
        f"<p>{html.escape(' · '.join(details))}</p><p>{notes}</p></figcaption></figure>"
    )
