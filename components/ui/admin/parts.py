"""What the sections of the admin's page have in common: tables, rows, names and moments."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from components.studio.administration import Administration
from components.ui import session
from components.ui.dates import day_label
from components.ui.messages import format_count

PAGE_ROWS = 20


def open_administration() -> Administration:
    """What admins see and do. Raises NotFoundError for anybody else; ask again for each act."""
    return session.studio().administration(session.tab_state().user_id)


def heading(title: str, text: str = "") -> None:
    """A heading with a sentence below it."""
    sentence = f"<p>{html.escape(text)}</p>" if text else ""
    st.html(f'<div class="kx-admin-head"><h2>{html.escape(title)}</h2>{sentence}</div>')


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """A table of texts; the first column is on the left, others on the right."""
    if not rows:
        note(empty)
        return
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>" + "".join(f'<td dir="auto">{html.escape(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    st.html(
        f'<div class="kx-admin-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def listing(items: Sequence[tuple[str, str]], *, empty: str) -> None:
    """A list of texts, each with a line of facts below it."""
    if not items:
        note(empty)
        return
    lines = "".join(
        f'<li class="kx-admin-item"><strong dir="auto">{html.escape(title)}</strong>'
        f'<span dir="auto">{html.escape(facts)}</span></li>'
        for title, facts in items
    )
    st.html(f'<ol class="kx-admin-list">{lines}</ol>')


def note(text: str) -> None:
    """A sentence in place of rows, or below them."""
    st.html(f'<p class="kx-admin-note">{html.escape(text)}</p>')


def row(key: str) -> AbstractContextManager[Any]:
    """A line with a text and buttons at its end."""
    return st.container(key=f"kx-admin-row-{key}", horizontal=True, vertical_alignment="center")


def row_text(title: str, facts: Sequence[str], *, mark: str = "") -> None:
    """The text of such a line: a name, perhaps a mark beside it, and facts below."""
    marked = f"<em>{html.escape(mark)}</em>" if mark else ""
    st.html(
        f'<div class="kx-admin-item"><strong dir="auto">{html.escape(title)}</strong>{marked}'
        f"<span>{html.escape(' · '.join(fact for fact in facts if fact))}</span></div>",
        width="stretch",
    )


def shown_rows(key: str) -> int:
    """How many rows of a list are shown."""
    return int(st.session_state.get(f"kontext.admin.{key}", PAGE_ROWS))


def show_more(key: str, *, has_more: bool) -> None:
    """A button for more rows of a list, where there are more."""
    if has_more:
        st.button("Show more", key=f"{key}-more", on_click=_show_more, args=(key,))


def _show_more(key: str) -> None:
    st.session_state[f"kontext.admin.{key}"] = shown_rows(key) + PAGE_ROWS


def name_in(names: Mapping[str, str], user_id: str) -> str:
    """A person's name, else the begin of the id."""
    return names.get(user_id) or f"Without a name ({user_id[:8]})"


def credit_text(amount: Decimal) -> str:
    """Credits such as "1,240" or "12.5"."""
    return f"{amount.normalize():,f}"


def moment_text(at: float) -> str:
    """A moment such as "Today, 14:05", in the user's time zone."""
    zone = session.time_zone()
    day = day_label(at, time.time(), zone)
    return f"{day}, {datetime.fromtimestamp(at, zone):%H:%M}"


def ago_text(at: float) -> str:
    """How long ago something was, such as "12 minutes"."""
    seconds = max(0.0, time.time() - at)
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return format_count(int(seconds // size), unit)
    return "less than a minute"


def bytes_text(size_bytes: int) -> str:
    """A size such as "1.2 GB" or "340 MB"."""
    for unit, size in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if size_bytes >= size:
            return f"{size_bytes / size:.3g} {unit}"
    return f"{size_bytes} bytes"


Section = Callable[[Administration], None]
