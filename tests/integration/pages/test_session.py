"""Whose page it is: compared on every run, and said where nobody is known."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from tests.integration.pages.page_driver import (
    ROOT,
    TIMEOUT_S,
    cards,
    error_texts,
    open_page,
    rerun,
    submit,
    type_prompt,
    user_id_of,
    wait_for_state,
)

ANNA, BEN = "a" * 32, "b" * 32
UNKNOWN = "Kontext Studio knows your pictures by a cookie"


def open_as_unknown() -> AppTest:
    """Generate as a browser without a cookie opens it."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT_S)
    at.user = {"kontext_user": None}
    return rerun(at)


@pytest.mark.usefixtures("sandbox")
def test_run_for_another_user_starts_a_fresh_session() -> None:
    at = open_page()
    at.user = {"kontext_user": ANNA}
    submit(type_prompt(rerun(at), "A harbour"))
    wait_for_state(at, "Done")
    type_prompt(at, "An unsent thought")
    at.user = {"kontext_user": BEN}

    rerun(at)

    assert user_id_of(at) == BEN
    assert cards(at) == []
    assert at.text_area(key="generate-prompt").value == ""


def test_page_does_not_look_for_secrets_while_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_page()
    searches: list[None] = []
    monkeypatch.setattr(Secrets, "load_if_toml_exists", lambda _: searches.append(None))

    rerun(at)

    assert searches == []


@pytest.mark.usefixtures("sandbox")
def test_unknown_user_reads_what_to_do_and_can_submit_nothing() -> None:
    at = open_as_unknown()

    [sentence] = error_texts(at)
    assert sentence.startswith(UNKNOWN)
    assert (len(at.button), len(at.text_area)) == (0, 0)


def test_studio_that_cannot_be_opened_is_said_before_the_missing_cookie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    monkeypatch.setenv("KONTEXT_DATA_DIR", str(folder))
    with (folder / "studio.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        at = open_as_unknown()

        [sentence] = error_texts(at)
        assert sentence.startswith("Another studio is at work")
