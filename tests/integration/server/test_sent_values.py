"""A session that begins with the values of a page that is open: the server was restarted."""

from __future__ import annotations

from streamlit.proto.ClientState_pb2 import ClientState

from tests.integration.server.conftest import SeededApp
from tests.support.identity import new_token
from tests.support.streamlit_client import StreamlitClient

BOX = "generate-prompt"


def text_set_by_python(tab: StreamlitClient) -> str | None:
    """The text that the script puts into the prompt box; None if it leaves what is there."""
    [box] = [
        delta.new_element.text_area
        for delta in tab.deltas()
        if delta.new_element.WhichOneof("type") == "text_area"
    ]
    return box.value if box.set_value else None


def test_text_in_the_browser_is_newer_than_the_stored_draft(seeded_app: SeededApp) -> None:
    url, token = seeded_app.app.url, new_token()
    with StreamlitClient(url, token) as before:
        before.rerun()
        before.rerun(**{BOX: "A quiet harbour"})
        box_id = before.widget_ids()[BOX]

    with StreamlitClient(url, token) as reloaded:
        reloaded.rerun()
        assert text_set_by_python(reloaded) == "A quiet harbour"

    with StreamlitClient(url, token) as reconnected:
        state = ClientState()
        state.widget_states.widgets.add(id=box_id, string_value="A red kite")
        reconnected.send(rerun_script=state)
        reconnected.wait_for_run()
        assert text_set_by_python(reconnected) in {None, "A red kite"}
