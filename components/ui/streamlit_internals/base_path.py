"""The path under which Streamlit serves the app, when a proxy passes it on unchanged."""

from __future__ import annotations

import os

from streamlit import config

_OPTION = "server.baseUrlPath"


def read_base_path(script: str) -> str:
    """`server.baseUrlPath` as "/studio", or "" at the root of a host.

    To be read before `st.App` is made of the script.
    """
    # Whoever reads an option first decides where config.toml is sought: without this, in the
    # working directory alone. `st.App` does the same (Streamlit 1.67).
    if config._main_script_path is None:
        config._main_script_path = script
    # Streamlit's command line alone reads the environment; under uvicorn nobody else would.
    if named := os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH"):
        config.set_option(_OPTION, named)
    path = str(config.get_option(_OPTION) or "").strip("/")
    return f"/{path}" if path else ""
