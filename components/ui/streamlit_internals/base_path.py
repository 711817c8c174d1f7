"""The path under which Streamlit serves the app, when a proxy passes it on unchanged."""

from __future__ import annotations

from streamlit import config


def read_base_path(script: str) -> str:
    """`server.baseUrlPath` as "/studio", or "" at the root of a host.

    To be read before `st.App` is made of the script.
    """
    # Whoever reads an option first decides where config.toml is sought: without this, in the
    # working directory alone. `st.App` does the same (Streamlit 1.67).
    if config._main_script_path is None:
        config._main_script_path = script
    path = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
