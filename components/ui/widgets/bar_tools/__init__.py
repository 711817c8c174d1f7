"""Bar tools: what stands at the end of the bar of every page, the list of keys among it.

The browser part is `bar-tools.js` and `bar-tools.css`. This package knows nothing of the studio.
"""

from __future__ import annotations

from components.ui import frontend


def bar_tools(*, key: str) -> None:
    """Draw the tools; they need nothing of the page."""
    frontend.load_component("widgets/bar_tools/bar-tools.js")(key=key, data={})
