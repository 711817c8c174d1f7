"""Errors that would otherwise end in Streamlit's own error box.

`st.App(on_script_error=…)` hears of an error of the script or of a fragment, but a callback's
error ends the run as well (Streamlit 1.67): the page would be empty. And a fragment that fails
while the page is drawn ends the page. Both are kept from that here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec

import streamlit as st
from streamlit.errors import FragmentHandledException
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state.session_state import SessionState

P = ParamSpec("P")
ErrorHandler = Callable[[Exception], None]

_run_callback = SessionState._run_callback_and_record_rerun


def catch_callback_errors(on_error: ErrorHandler) -> None:
    """Call `on_error` with each error of a callback, and draw the page all the same.

    Holds for every callback of every widget. Safe to call again: the last handler counts.
    """

    def run_callback(state: SessionState, votes: Any, run: Callable[[], None]) -> None:
        _run_callback(state, votes, partial(_run_caught, run, on_error))

    SessionState._run_callback_and_record_rerun = run_callback  # type: ignore[method-assign,assignment]  # no setting for it


def _run_caught(run: Callable[[], None], on_error: ErrorHandler) -> None:
    try:
        run()
    except Exception as error:  # noqa: BLE001 - a rerun or a stop is a BaseException and passes
        on_error(error)


def run_fragment(render: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Draw a function as an `st.fragment`; if it fails, the page around it is drawn all the same.

    The error is shown where the fragment stands.
    """
    with suppress(FragmentHandledException):
        st.fragment(render)(*args, **kwargs)


def is_reported(error: Exception) -> bool:
    """Whether this error only says that a fragment within has failed, which is shown already."""
    return isinstance(error, FragmentHandledException)


def current_fragment() -> str:
    """A name of the fragment that is being drawn, or of the page."""
    return ThreadState.get().fragment_id or "page"
