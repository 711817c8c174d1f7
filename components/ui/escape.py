"""Escapes text of users and of kie.ai for Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=\"'/@])")


def escape_markdown(text: str) -> str:
    """Text for a place that reads Markdown, such as a label, a caption or an error box.

    A backslash before each mark switches it off, Streamlit's own `:red[…]` and `$…$` included.
    Line ends become spaces, since a line's first characters can open a list or a heading.
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
