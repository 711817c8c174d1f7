"""Bar tools: the list of keys, and how a person is told that a picture is done.

The browser part is `*.js` and `bar-tools.css` beside this file. What is chosen there stays in the
browser, as its permission for notifications does. This package knows nothing of the studio.
"""

from __future__ import annotations

import json

from components.ui import frontend


def bar_tools(*, push_url: str, endings_url: str, key: str) -> None:
    """Draw the tools. Both URLs are relative to the page.

    Args:
        push_url: of a WebSocket that announces changes.
        endings_url: of a JSON object that has, by task id, "" while the task goes on, else
            "done", "failed", "asks" (the user must decide) or "stopped" (by the user).
        key: the component's key.
    """
    urls = {"push_url": push_url, "endings_url": endings_url}
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/bar_tools/bar-tools.js")(
        key=key, data={"urls": json.dumps(urls)}
    )
