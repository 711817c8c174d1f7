"""The source of an edit: its image beside the prompt, and the ways to choose another."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.studio.db.database import DatabaseError
from components.studio.db.models import ImageRecord
from components.studio.images.ingest import InvalidImageError
from components.studio.result_checks import crop_fraction, format_aspect_ratio
from components.studio.safe_fetch.client import FetchError
from components.ui import session
from components.ui.edit import embedded_settings
from components.ui.escape import escape_markdown
from components.ui.messages import MATCH_INPUT
from components.ui.urls import thumbnail_url
from components.ui.widgets.paste_upload import capture_images

# All that a browser knows as an image, and formats without a name in browsers: the import says
# what to do about those that it cannot read.
_UPLOAD_TYPES = ["image", "heic", "heif", "avif", "jfif", "tif", "tiff", "psd"]
_URL_KEY = "edit-url"
# "example.com/a.png" or "example.com:8080/a.png", as a browser's address bar shows it
_HOST_AND_PATH = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/\S*")


def render_source(source: ImageRecord | None, *, ratio: str) -> None:
    """Render the selected source with what a ratio would crop, and the ways to choose another."""
    # One element, whatever is in it: otherwise what stands below would move, and Streamlit would
    # show it in both places during a rerun.
    with st.container(key="kx-source-area"):
        _render_source(source, ratio)


def _render_source(source: ImageRecord | None, ratio: str) -> None:
    session.tab_state().has_unseen_import = False
    _fetch_pending_url()
    if source is None:
        _render_upload_options()
    else:
        with st.container(key="kx-source"):
            st.html(_source_html(source, ratio))
            st.button(
                "Remove",
                key="edit-drop",
                type="tertiary",
                on_click=session.select_source,
                args=(None,),
            )
        embedded_settings.render_restore_offer(source)
        with st.expander("Use another picture"):
            _render_upload_options()
    error = session.tab_state().source_error
    if error is not None:
        st.error(escape_markdown(error))


def render_global_drop_target() -> None:
    """On a page without a source: import what is dropped or pasted there, and open Edit."""
    tab = session.tab_state()
    if tab.has_unseen_import:  # also what Edit's own uploader received while the page changed
        st.switch_page("pages/edit.py")
    uploader_key = f"drop-{tab.upload_round}"
    with st.container(key="kx-drop"):
        st.file_uploader(
            "Dropped picture",
            key=uploader_key,
            type=_UPLOAD_TYPES,
            on_change=_import_upload,
            args=(uploader_key,),
        )
        capture_images(
            uploader_key,
            round_number=tab.upload_round,
            key="picture-paste",
            on_rejected=_reject_file,
        )


def _reject_file(name: str, is_image: bool) -> None:
    tab = session.tab_state()
    tab.has_unseen_import = True
    tab.source_error = (
        f"“{name}” is larger than 20 MB. Make it smaller, or save it as JPEG."
        if is_image
        else f"“{name}” is no picture. Drop a JPEG, PNG, WebP, GIF, HEIC or AVIF."
    )


def _render_upload_options() -> None:
    upload_round = session.tab_state().upload_round
    uploader_key = f"edit-upload-{upload_round}"
    st.file_uploader(
        "Picture",
        key=uploader_key,
        type=_UPLOAD_TYPES,
        help="JPEG, PNG, WebP, GIF, HEIC or AVIF, up to 20 MB. Drop or paste it anywhere.",
        on_change=_import_upload,
        args=(uploader_key,),
    )
    st.text_input(
        "Picture URL",
        key=_URL_KEY,
        placeholder="https://",
        help="Press Enter. The picture is copied here, so the link may vanish afterwards.",
        on_change=_request_url,
    )
    capture_images(
        uploader_key, round_number=upload_round, key="edit-paste", on_rejected=_reject_file
    )


def _import_upload(uploader_key: str) -> None:
    tab, file = session.tab_state(), st.session_state[uploader_key]
    if file is None:
        return
    tab.has_unseen_import = True
    tab.upload_round += 1  # an uploader with a new key has released the file
    if not isinstance(file, UploadedFile):  # Streamlit's server has restarted, or needed the room
        tab.source_error = "The file did not arrive. Choose it again."
        return
    data = file.getvalue()
    if import_source(lambda: session.studio().import_image(tab.user_id, data, label=file.name)):
        embedded_settings.remember_metadata(tab.source_id or "", data)


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
        import_source(lambda: session.studio().import_image_from_url(tab.user_id, url))
    st.rerun()


def import_source(load: Callable[[], ImageRecord]) -> bool:
    """Import an image and select it; False leaves a message that `render_source` shows."""
    tab = session.tab_state()
    tab.source_error = None
    try:
        record = load()
        session.select_source(record.id)
        return True
    except (InvalidImageError, FetchError) as error:
        tab.source_error = error.message
    except DatabaseError as error:
        tab.source_error = f"The picture could not be saved. {error}"
    except OSError:
        tab.source_error = "The picture could not be saved: the server's disk may be full."
    return False


def _source_html(source: ImageRecord, ratio: str) -> str:
    """The image, what lies outside a chosen ratio dimmed, and its details."""
    details = [
        f"{source.width_px}×{source.height_px}",
        format_aspect_ratio(source.width_px, source.height_px),
        source.format.upper(),
    ]
    crop = ""
    if ratio != MATCH_INPUT:
        kept_width, kept_height = crop_fraction(source.width_px, source.height_px, ratio)
        if min(kept_width, kept_height) < 0.995:  # a smaller crop is not visible
            crop = (
                '<div class="kx-crop" role="img" aria-label="The part that a crop would keep" '
                f'style="width:{kept_width:.2%};height:{kept_height:.2%}"></div>'
            )
            details.append(f"outside {ratio}: cropped, or padded around")
    label = html.escape(source.label, quote=True)
    notes = html.escape(" ".join(source.notes))
    return (
        f'<figure class="kx-source"><div class="kx-source-frame" '
        f'style="aspect-ratio:{source.width_px}/{source.height_px}">'
        f'<img src="{thumbnail_url(source)}" alt="{label} (source picture)">{crop}</div>'
        f'<figcaption><p dir="auto" class="kx-source-label">{label}</p>'
        f"<p>{html.escape(' · '.join(details))}</p><p>{notes}</p></figcaption></figure>"
    )
