"""A part of a page that fails leaves the rest of the page as it is."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.integration.pages.full_page_driver import SECRET, UNKNOWN, busy_or_bug, failing_database
from tests.integration.pages.page_driver import (
    ROOT,
    TIMEOUT_S,
    error_texts,
    messages,
    open_page,
    trigger,
)

LINKS = ["Generate", "Edit", "Gallery"]


@pytest.fixture(autouse=True)
def _no_provider(unreachable_provider: None) -> None:
    """Nothing is asked of a provider."""


def open_new_page() -> AppTest:
    """The first page of a new user, with its bar, whatever it says."""
    return AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT_S).run()


@busy_or_bug
def test_part_that_fails_leaves_the_rest_of_the_page(error: Exception) -> None:
    open_page()

    def page() -> None:
        import streamlit as st

        from components.ui.streamlit_internals.uncaught_errors import run_fragment

        def fail() -> None:
            raise st.session_state["error"]

        def dialog() -> None:
            st.dialog("A dialog")(fail)()

        run_fragment(fail)
        run_fragment(dialog)
        st.button("The rest")

    at = AppTest.from_function(page, default_timeout=TIMEOUT_S)
    at.session_state["error"] = error
    at.run()

    assert not at.exception
    assert len(error_texts(at)) == 2, "one for each part, none for what is around it"
    assert "The rest" in [button.label for button in at.button]


@busy_or_bug
def test_bar_and_form_are_there_when_spending_cannot_be_read(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("components.studio.studio.spending_for_user", fail)
    at = open_new_page()

    assert not at.exception
    assert len(error_texts(at)) == 1
    assert [link.proto.label for link in at.get("page_link")] == LINKS
    assert [button.key for button in at.button if button.key == "generate-submit"]


@busy_or_bug
def test_page_that_cannot_begin_says_so_once(error: Exception) -> None:
    open_page()  # the studio is open
    with failing_database(error):
        at = open_new_page()

    assert not at.exception
    assert len(messages(at)) == 1
    assert [link.proto.label for link in at.get("page_link")] == LINKS


def test_page_that_cannot_be_drawn_is_not_taken_for_a_blank_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("components.studio.db.prompts.PromptHistory.list_prompts", fail)
    at = open_new_page()
    [watchdog] = [found for found in at.get("bidi_component") if found.key == "page-watchdog"]

    assert [text for text in error_texts(at) if UNKNOWN.fullmatch(text)]
    assert "[class*=st-key-kx-error]" in json.loads(watchdog.proto.json)["landmarks"]


def test_action_that_failed_is_not_gone_on_with() -> None:
    open_page()

    def page() -> None:
        import streamlit as st

        from components.ui.widgets.image_grid import image_grid

        def fail() -> None:
            raise RuntimeError

        event = image_grid([], key="grid", layout="feed", push_url=None, on_event=fail)
        st.session_state["returned"] = event

    at = AppTest.from_function(page, default_timeout=TIMEOUT_S).run()
    trigger(at, "grid", "action", {"verb": "edit", "ids": ["a"], "nonce": 1})

    assert UNKNOWN.fullmatch(messages(at)[0])
    assert at.session_state["returned"] is None
