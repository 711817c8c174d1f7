"""The submit button with its price, and the result of a submission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components.studio import GenerationRequest, Model, ValidationError
from components.studio.db.database import DatabaseError
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.form.generation_form import GenerationForm, Mode
from components.ui.messages import PRESSED_TWICE, format_credits
from components.ui.streamlit_internals.toasts import show_toast


def render_submit(form: GenerationForm, verb: str) -> None:
    """A button such as "Generate · 10 credits"; Ctrl or Cmd with Enter presses it as well."""
    values = form.values()
    total = session.studio().price(Model(values.model), values.variants)
    st.button(
        f"{verb} · {format_credits(total)}",
        key=f"{form.mode}-submit",
        type="primary",
        width="stretch",
        shortcut="Mod+Enter",
        on_click=_submit,
        args=(form,),
    )
    error = session.tab_state().submit_errors.get(form.mode)
    if error is not None:
        st.error(escape_markdown(error))


@contextmanager
def show_errors(mode: Mode) -> Iterator[None]:
    """Show errors of a submission beside that form's button."""
    errors = session.tab_state().submit_errors
    errors.pop(mode, None)
    try:
        yield
    except ValidationError as error:
        errors[mode] = error.message
    except NotFoundError:
        errors[mode] = "The source picture is gone. Choose it again."
    except DatabaseError as error:
        errors[mode] = f"Nothing was sent and nothing was spent. {error}"
    else:
        errors.pop(mode, None)  # an earlier press may have failed while this one waited


def _submit(form: GenerationForm) -> None:
    """Only insert the tasks: a callback that waits is cut off by the next click."""
    tab = session.tab_state()
    # Read now and not when the button was drawn: a fragment may have changed it since.
    source_id = tab.source_id if form.mode == "edit" else None
    with show_errors(form.mode):
        if form.mode == "edit" and source_id is None:
            raise ValidationError(
                "input_image",
                "Choose a picture first: upload one, paste one, or give its address.",
            )
        values = form.values()
        submit_request(values.request(), source_id=source_id, variants=values.variants)
        tab.pair = None  # show the newest edit when it is done


def submit_request(
    request: GenerationRequest, *, source_id: str | None = None, variants: int = 1
) -> None:
    """Submit a request, or say that it is the same as the one that is being submitted."""
    studio, user_id = session.studio(), session.tab_state().user_id
    pressed_at = studio.clock()
    tasks = studio.submit(user_id, request, source_id=source_id, variants=variants)
    if tasks[0].created_at < pressed_at:
        show_toast(PRESSED_TWICE)
