"""Takes a picture pasted or dropped anywhere on the page to the page's own uploader.

The bytes go the way of every upload; nothing here reads them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_SCRIPT = Path(__file__).with_name("paste.js")


def catch_pictures(uploader_key: str, *, key: str) -> None:
    """Send what is pasted or dropped to the `st.file_uploader` with this key."""
    # Inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    _renderer()(key=key, data={"uploader": uploader_key})


@cache
def _renderer() -> ComponentRenderer:
    return st.components.v2.component(
        "kontext_paste", js=_SCRIPT.read_text("utf-8"), isolate_styles=False
    )
