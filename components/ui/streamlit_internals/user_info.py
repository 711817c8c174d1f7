"""What `st.user` holds, without its cost."""

from __future__ import annotations

from collections.abc import Mapping

from streamlit.runtime.scriptrunner import get_script_run_ctx


def user_info() -> Mapping[str, object]:
    """What the server knows of the user of this run, by name; None for a header that is missing.

    `st.user` looks for secrets.toml at each access, as long as there is none (Streamlit 1.67).
    """
    context = get_script_run_ctx()
    return {} if context is None else context.user_info
