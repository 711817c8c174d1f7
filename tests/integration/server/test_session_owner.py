"""A Streamlit session serves the user who began it: its id stands in URLs and proxies' logs."""

from __future__ import annotations

from contextlib import closing

import pytest

from components.studio.db.tasks import TaskRepository
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer
from tests.support.identity import new_token, user_id_of
from tests.support.streamlit_client import StreamlitClient

TYPED = "A harbour nobody else should read of"
UNKNOWN = "your browser sends none that it can use"
SENDERS = ("streamlit", "uvicorn")


@pytest.fixture(params=SENDERS)
def app(request: pytest.FixtureRequest, seeded_app: SeededApp, uvicorn_app: AppServer) -> AppServer:
    """The app, by each way to start it."""
    return seeded_app.app if request.param == "streamlit" else uvicorn_app


def tasks_in(app: AppServer) -> int:
    with closing(TaskRepository.in_folder(app.folder)) as repository:
        return sum(repository.count_by_state().values())


def type_and_leave(app: AppServer, token: str) -> str:
    """Open Generate, type, and close the tab; returns the id of the session."""
    with StreamlitClient(app.url, token) as tab:
        tab.rerun()
        tab.rerun(**{"generate-prompt": TYPED})
        assert TYPED in tab.text()
        assert tab.session_id is not None
        return tab.session_id


def test_user_gets_the_own_session_back(app: AppServer) -> None:
    anna = new_token()
    session_id = type_and_leave(app, anna)

    with StreamlitClient(app.url, anna, session_id=session_id) as tab:
        tab.rerun()

        assert tab.session_id == session_id


@pytest.mark.parametrize("is_still_open", [True, False])
def test_stranger_with_a_session_id_gets_a_fresh_session(
    app: AppServer, is_still_open: bool
) -> None:
    anna, stranger = new_token(), new_token()
    with StreamlitClient(app.url, anna) as tab:
        tab.rerun()
        tab.rerun(**{"generate-prompt": TYPED})
        assert tab.session_id is not None
        session_id = tab.session_id
        if not is_still_open:
            tab.close()

        with StreamlitClient(app.url, stranger, session_id=session_id) as other_tab:
            other_tab.rerun()

            assert other_tab.session_id != session_id
            # Every message counts, also those before the script ran.
            assert TYPED not in "".join(str(message) for message in other_tab.messages)
            assert user_id_of(anna) not in "".join(str(message) for message in other_tab.messages)


@pytest.mark.parametrize("planted", ["none", "forged", "twice", "named by header"])
def test_session_without_a_believed_cookie_says_so_and_draws_no_form(
    app: AppServer, planted: str
) -> None:
    anna = new_token()
    session_id = type_and_leave(app, anna)
    before = tasks_in(app)
    headers = {
        "none": {},
        "forged": {"Cookie": f"{COOKIE}={anna[:-1]}!"},
        "twice": {"Cookie": f"{COOKIE}={anna}; {COOKIE}={new_token()}"},
        "named by header": {"X-Kontext-User": user_id_of(anna)},
    }[planted]

    with StreamlitClient(app.url, headers=headers, session_id=session_id) as tab:
        tab.rerun()

        assert tab.session_id != session_id
        assert UNKNOWN in tab.text()
        assert TYPED not in tab.text()
        for key in ("generate-prompt", "generate-submit"):
            assert not tab.has_drawn(key)
    assert tasks_in(app) == before
