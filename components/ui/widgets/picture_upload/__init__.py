"""Picture upload: takes pictures by button, drop, paste and folder, and sends them to our route.

The browser part is `*.js` and `*.css` beside this file: it outlives the pages, so that an upload
goes on while the page changes. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

from components.ui import frontend

_NONCE_KEY = "picture-upload.nonce"  # of all pages: the browser has one queue for a window


@dataclass(frozen=True, kw_only=True)
class UploadProps:
    """What the browser needs. URLs are relative to the page."""

    layout: Literal["large", "slim", "none"]
    """The place to choose and drop: as nothing else is there, as one line, or not to be seen."""
    max_bytes: int
    upload_url: str
    thumbnail_url: str
    """With "{}" in place of the picture's id."""
    source_id: str | None
    """The picture that is the source now."""
    held_button: str
    """A CSS selector of the button that must not be pressed before the new source is there."""


def picture_upload(props: UploadProps, *, key: str, on_chosen: Callable[[str], None]) -> None:
    """Draw it; `on_chosen` is called with the id of a stored picture that becomes the source."""

    def receive() -> None:
        match st.session_state[key].get("chosen"):
            case {"ids": [str(image_id)], "nonce": int(nonce)} if nonce > _last_nonce():
                st.session_state[_NONCE_KEY] = nonce
                on_chosen(image_id)

    data = {**asdict(props), "last_nonce": _last_nonce()}
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/picture_upload/picture-upload.js")(
        key=key, data={"upload": json.dumps(data)}, on_chosen_change=receive
    )


def _last_nonce() -> int:
    nonce: int = st.session_state.get(_NONCE_KEY, 0)
    return nonce
