"""Takes a picture pasted or dropped anywhere on the page to the page's own uploader.

The bytes go the way of every upload; nothing here reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from components.ui import frontend

_MEGABYTE = 1024 * 1024


def catch_pictures(
    uploader_key: str, *, round_number: int, key: str, on_refused: Callable[[str, bool], None]
) -> None:
    """Send what is pasted or dropped to the `st.file_uploader` with this key.

    `round_number` grows once Python has a file: until then the browser holds it, and gives it
    again if a change of the page took the uploader away; a smaller one is of a page that is
    going. `on_refused` hears the name of a file that no uploader takes, and whether it was a
    picture, and then too large.
    """

    def receive() -> None:
        refused = st.session_state[key].get("refused")
        if isinstance(refused, str):
            said = json.loads(refused)
            on_refused(str(said["name"]), bool(said["is_picture"]))

    # Inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    data = {
        "uploader": uploader_key,
        "round": round_number,
        "max_bytes": int(st.get_option("server.maxUploadSize")) * _MEGABYTE,
    }
    frontend.component("widgets/paste_upload/paste.js")(
        key=key, data=data, on_refused_change=receive
    )
