"""The first picture on an empty page, as Streamlit's protocol shows it."""

from __future__ import annotations

from tests.integration.server.conftest import SeededApp
from tests.support.identity import new_token
from tests.support.streamlit_client import StreamlitClient


def test_first_task_of_another_tab_redraws_the_feed_alone(seeded_app: SeededApp) -> None:
    app, token = seeded_app.app, new_token()
    with (
        StreamlitClient(app.url, token) as tab,
        StreamlitClient(app.url, token) as other,
    ):
        tab.rerun()
        assert tab.data("grid")["cards"] == []
        other.rerun()
        other.rerun(**{"generate-prompt": "a hill"})
        other.press("generate-submit")
        other.wait_for_last_run()

        tab.rerun(fragment_of="feed")

        # A run of the whole page would close a dialog that is open.
        assert len({delta.fragment_id for delta in tab.deltas()}) == 1
        assert [card["prompt"] for card in tab.data("grid")["cards"]] == ["a hill"]
