"""What people wrote is shown as they wrote it, wherever Streamlit reads Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ui.escape import escape_markdown


def without_joiners(text: str) -> str:
    return text.replace("\u2060", "")


@given(st.text(max_size=200))
def test_escaping_loses_only_white_space_shape(text: str) -> None:
    unescaped = re.sub(r"\\(.)", r"\1", escape_markdown(text))

    assert without_joiners(unescaped) == without_joiners(" ".join(text.split()))


@given(st.text(alphabet="\\*_`[]<>#$:~|!&ab \n-+.1()", max_size=80))
def test_every_markdown_mark_is_escaped(text: str) -> None:
    escaped = escape_markdown(text)

    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]<>#$:~|!&]", escaped.replace("\\\\", ""))
    assert "\n" not in escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":red[x]", r"\:red\[x\]"),
        ("$x$", r"\$x\$"),
        ("- a\n# b", r"\- a \# b"),
        ("KIE_API_KEY", r"KIE\_API\_KEY"),
        ("A hill", "A hill"),
        ("قطة 🦊", "قطة 🦊"),
    ],
)
def test_each_kind_of_markup_is_escaped(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("http://host.example/a?b=c", "HTTPS://host.example", "ftp://host.example"),
        *("www.host.example", "(WWW.host.example)", "a.b+c@host.example", "xmpp:a@b.example/x"),
    ],
)
def test_address_is_not_left_in_one_piece(text: str) -> None:
    """As GitHub's Markdown finds addresses, in what is left once backslashes are resolved."""
    resolved = re.sub(r"\\(.)", r"\1", escape_markdown(text))

    assert not re.search(r"\w://|www\.|[-.\w+]@[-\w]", resolved, re.IGNORECASE)
    assert without_joiners(resolved) == text
