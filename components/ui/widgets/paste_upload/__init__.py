"""Sends an image that is pasted or dropped anywhere on the page to the page's own uploader.

The bytes go the way of every upload; nothing here reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from components.ui import frontend

_MEGABYTE = 1024 * 1024


def capture_images(
    uploader_key: str, *, round_number: int, key: str, on_rejected: Callable[[str, bool], None]
) -> None:
    """Send what is pasted or dropped to the `st.file_uploader` with this key.

    `round_number` grows once Python has a file. Until then the browser holds the file, and gives
    it again if a page change removed the uploader. `on_rejected` gets the name of a file that
    the uploader cannot take, and whether it was an image (then it was too large).
    """

    def receive() -> None:
        rejected = st.session_state[key].get("rejected")
        with suppress(ValueError):  # a text that is no JSON is none of our script's
            match json.loads(rejected) if isinstance(rejected, str) else None:
                case {"name": str(name), "is_image": bool(is_image)}:
                    on_rejected(name, is_image)

    # Inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    data = {
        "uploader": uploader_key,
        "round": round_number,
        "max_bytes": int(st.get_option("server.maxUploadSize")) * _MEGABYTE,
    }
    frontend.load_component("widgets/paste_upload/paste-upload.js")(
        key=key, data=data, on_rejected_change=receive
    )
