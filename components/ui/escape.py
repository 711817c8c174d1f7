"""Escapes text of users and of kie.ai for Markdown."""

from __future__ import annotations

import re

_WORD_JOINER = "\u2060"  # has no width
# Where Markdown would find an address: after the scheme, after "www", before the host of an e-mail.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\S)(?=@\S)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=\"'/@])")


def escape_markdown(text: str) -> str:
    """Text for a place that reads Markdown, such as a label, a caption or an error box.

    A backslash before each mark switches it off, Streamlit's own `:red[…]` and `$…$` included.
    Line ends become spaces, since a line's first characters can open a list or a heading.
    An address becomes a link in spite of backslashes: a word joiner inside it prevents that.
    """
    return _MARKUP.sub(r"\\\1", _ADDRESS.sub(_WORD_JOINER, " ".join(text.split())))
