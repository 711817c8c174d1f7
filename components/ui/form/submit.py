"""The press that asks for pictures: the button with its price, and what the press led to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components.studio import InvalidRequest, Model
from components.studio.db.tasks import LedgerUnavailable
from components.studio.studio import NotYours
from components.ui import session
from components.ui.escape import plain
from components.ui.form.generation_form import Form, Mode
from components.ui.messages import credits_in_words


def draw_submit(form: Form, verb: str) -> None:
    """A button such as "Generate · 10 credits"; Ctrl or Cmd with Enter presses it as well."""
    draft = form.draft()
    total = session.studio().settings.price(Model(draft.model)) * draft.variants
    st.button(
        f"{verb} · {credits_in_words(total)}",
        key=f"{form.mode}-submit",
        type="primary",
        width="stretch",
        shortcut="Mod+Enter",
        on_click=_submit,
        args=(form,),
    )
    notice = session.current().notices.get(form.mode)
    if notice is not None:
        st.error(plain(notice))


@contextmanager
def saying_why_not(mode: Mode) -> Iterator[None]:
    """Turn what hinders a press into the sentence beside that form's button."""
    notices = session.current().notices
    notices.pop(mode, None)
    try:
        yield
    except InvalidRequest as error:
        notices[mode] = error.sentence
    except NotYours:
        notices[mode] = "The source picture is gone. Choose it again."
    except LedgerUnavailable:
        notices[mode] = (
            "This could not be written down, so nothing was sent and nothing was spent. "
            "The server's disk may be full: try again in a moment."
        )


def _submit(form: Form) -> None:
    """Only write the task down: a callback that waits is cut off by the next click."""
    tab = session.current()
    # Read now and not when the button was drawn: a fragment may have changed it since.
    source_id = tab.source_id if form.mode == "edit" else None
    with saying_why_not(form.mode):
        if form.mode == "edit" and source_id is None:
            raise InvalidRequest(
                "input_image",
                "Choose a picture first: upload one, paste one, or give its address.",
            )
        draft = form.draft()
        session.studio().submit(
            tab.designer, draft.request(), source_id=source_id, variants=draft.variants
        )
        tab.pair = None  # what was asked for last is what is waited for
