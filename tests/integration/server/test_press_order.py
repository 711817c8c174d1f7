"""Presses that arrive before the last run has begun or ended, over Streamlit's protocol."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from tests.integration.server.conftest import SeededApp
from tests.support.identity import new_token, user_id_of
from tests.support.streamlit_client import StreamlitClient

ROUNDS = 10


def prompts_in(folder: Path, user_id: str) -> list[str]:
    query = "SELECT prompt FROM tasks WHERE designer = ? ORDER BY created_at"
    with closing(sqlite3.connect(folder / "studio.db")) as connection:
        return [prompt for (prompt,) in connection.execute(query, (user_id,))]


def send_text(
    tab: StreamlitClient, text: str, *, is_pressed: bool, page: StreamlitClient | None = None
) -> None:
    """Send what the box holds, as its being left does, or with a press.

    `page` has drawn what is on the screen, if it was another session.
    """
    drawn = page or tab
    state, ids = ClientState(page_script_hash=drawn.page_script_hash), drawn.widget_ids()
    state.widget_states.widgets.add(id=ids["generate-prompt"], string_value=text)
    if is_pressed:
        state.widget_states.widgets.add(id=ids["generate-submit"], trigger_value=True)
    tab.socket.send(BackMsg(rerun_script=state).SerializeToString())


def test_each_press_is_done_with_its_own_words(seeded_app: SeededApp) -> None:
    token = new_token()
    with StreamlitClient(seeded_app.app.url, token) as tab:
        tab.rerun()
        for number in range(ROUNDS):
            send_text(tab, f"boat {number}", is_pressed=True)
            send_text(tab, f"draft {number}", is_pressed=False)
        send_text(tab, "a last lighthouse", is_pressed=True)
        tab.wait_for_text("a last lighthouse")
        made = prompts_in(seeded_app.app.folder, user_id_of(token))
        assert made == [*(f"boat {number}" for number in range(ROUNDS)), "a last lighthouse"]


def test_press_on_a_page_of_before_a_restart_counts(seeded_app: SeededApp) -> None:
    token = new_token()
    with StreamlitClient(seeded_app.app.url, token) as before:
        before.rerun()
        with StreamlitClient(seeded_app.app.url, token) as tab:  # a session that knows no widget
            send_text(tab, "a boat", is_pressed=False, page=before)
            send_text(tab, "a boat", is_pressed=True, page=before)
            send_text(tab, "a draft", is_pressed=False, page=before)
            tab.wait_for_text("a boat")
        assert prompts_in(seeded_app.app.folder, user_id_of(token)) == ["a boat"]
