"""The source of an edit: the picture that stands beside the prompt, and the ways to choose it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import streamlit as st

from components.studio.db.models import PictureRecord
from components.studio.db.tasks import LedgerUnavailable
from components.studio.images.ingest import UnusablePicture
from components.studio.result_checks import crop_to, ratio_words
from components.studio.safe_fetch.client import FetchRefused
from components.ui import session
from components.ui.card_view_models import thumbnail_url
from components.ui.edit import embedded_settings
from components.ui.escape import plain
from components.ui.form.generation_form import MATCH_INPUT
from components.ui.widgets.paste_upload import capture_images

# Every picture that a browser knows as one, and what it knows by no name of its own: our intake
# says what to do about those it cannot read.
_TYPES = ["image", "heic", "heif", "avif", "jfif", "tif", "tiff", "psd"]
_URL_KEY = "edit-url"
# "example.com/a.png" or "example.com:8080/a.png", as a browser's bar shows and copies it
_HOST_AND_PATH = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/\S*")


def draw_source(source: PictureRecord | None, *, ratio: str) -> None:
    """The chosen picture with what a ratio would crop, and the ways to choose another."""
    # One element, whatever is in it: what stands below would move, and for the time of a rerun
    # Streamlit would show it in both places.
    with st.container(key="kx-source-area"):
        _draw_source(source, ratio)


def _draw_source(source: PictureRecord | None, ratio: str) -> None:
    session.current().is_new_on_edit = False
    _fetch_what_was_asked_for()
    if source is None:
        _draw_ways()
    else:
        with st.container(key="kx-source"):
            st.html(_source_html(source, ratio))
            st.button("Remove", key="edit-drop", type="tertiary", on_click=_drop)
        embedded_settings.draw_offer()
        with st.expander("Use another picture"):
            _draw_ways()
    notice = session.current().source_notice
    if notice is not None:
        st.error(plain(notice))


def draw_catcher() -> None:
    """On a page without a source: take what is dropped or pasted there over to Edit."""
    tab = session.current()
    if tab.is_new_on_edit:  # also what Edit's own uploader was given while the page changed
        st.switch_page("pages/edit.py")
    uploader_key = f"drop-{tab.upload_round}"
    with st.container(key="kx-drop"):
        st.file_uploader(
            "Dropped picture",
            key=uploader_key,
            type=_TYPES,
            on_change=_take_upload,
            args=(uploader_key,),
        )
        capture_images(
            uploader_key,
            round_number=tab.upload_round,
            key="drop-paste",
            on_rejected=_refuse,
        )


def _refuse(name: str, is_picture: bool) -> None:
    tab = session.current()
    tab.is_new_on_edit = True
    tab.source_notice = (
        f"“{name}” is larger than 20 MB. Make it smaller, or save it as JPEG."
        if is_picture
        else f"“{name}” is no picture. Drop a JPEG, PNG, WebP, GIF, HEIC or AVIF."
    )


def _draw_ways() -> None:
    upload_round = session.current().upload_round
    uploader_key = f"edit-upload-{upload_round}"
    st.file_uploader(
        "Picture",
        key=uploader_key,
        type=_TYPES,
        help="JPEG, PNG, WebP, GIF, HEIC or AVIF, up to 20 MB. Drop or paste it anywhere.",
        on_change=_take_upload,
        args=(uploader_key,),
    )
    st.text_input(
        "Picture URL",
        key=_URL_KEY,
        placeholder="https://",
        help="Press Enter. The picture is copied here, so the link may vanish afterwards.",
        on_change=_ask_for_url,
    )
    capture_images(uploader_key, round_number=upload_round, key="edit-paste", on_rejected=_refuse)


def _take_upload(uploader_key: str) -> None:
    tab, file = session.current(), st.session_state[uploader_key]
    if file is None:
        return
    tab.is_new_on_edit = True
    tab.upload_round += 1  # an uploader under a new name has let go of the file
    data = file.getvalue()
    embedded_settings.note_what_it_says(data)
    _bring_in(lambda: session.studio().bring_in(tab.designer, data, label=file.name))


def _ask_for_url() -> None:
    tab = session.current()
    typed = st.session_state[_URL_KEY].strip()
    tab.wanted_url = f"https://{typed}" if _HOST_AND_PATH.fullmatch(typed) else typed or None
    tab.source_notice = None


def _fetch_what_was_asked_for() -> None:
    """In the run and not in the callback, so that the wait can be seen."""
    tab = session.current()
    url, tab.wanted_url = tab.wanted_url, None
    if url is None:
        return
    with st.spinner("Fetching the picture…"):
        _bring_in(lambda: session.studio().bring_in_from(tab.designer, url))
    st.rerun()


def _bring_in(bring: Callable[[], PictureRecord]) -> None:
    tab = session.current()
    tab.source_notice = None
    try:
        record = bring()
        session.choose_source(record.id)
    except (UnusablePicture, FetchRefused) as error:
        tab.source_notice = error.sentence
    except (OSError, LedgerUnavailable):
        tab.source_notice = "The picture could not be saved: the server's disk may be full."


def _drop() -> None:
    session.current().carried = None
    session.choose_source(None)


def _source_html(source: PictureRecord, ratio: str) -> str:
    """The picture, what lies outside a chosen ratio dimmed, and its facts."""
    shape = ratio_words(source.width_px, source.height_px)
    facts = [f"{source.width_px}×{source.height_px}", shape, source.format.upper()]
    crop = ""
    if ratio != MATCH_INPUT:
        across, down = crop_to(source.width_px, source.height_px, ratio)
        if min(across, down) < 0.995:
            crop = (
                '<div class="kx-crop" role="img" aria-label="The part that a crop would keep" '
                f'style="width:{across:.2%};height:{down:.2%}"></div>'
            )
            facts.append(f"outside {ratio}: cropped, or padded around")
    label = html.escape(source.label, quote=True)
    notes = html.escape(" ".join(source.notes))
    return (
        f'<figure class="kx-source"><div class="kx-source-frame" '
        f'style="aspect-ratio:{source.width_px}/{source.height_px}">'
        f'<img src="{thumbnail_url(source.id)}" alt="{label} (source picture)">{crop}</div>'
        f'<figcaption><p dir="auto" class="kx-source-label">{label}</p>'
        f"<p>{html.escape(' · '.join(facts))}</p><p>{notes}</p></figcaption></figure>"
    )
