"""Progress line: one row that says what is running, and for how long.

The row keeps its height while it is empty, so that nothing beside it moves. The browser part is
`progress.js` and `progress.css`. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the line shows. Text is shown as typed, never as markup.

    `message` is the state in a few words, `detail` what it is about. `elapsed_seconds` is how
    long it has run at drawing time, None when it has ended; the browser counts on from there.
    `expected_seconds` is the usual duration, None when unknown. `stop` names the button that
    ends it, and `stop_title` says what that means; without a name there is none.
    """

    message: str
    detail: str
    elapsed_seconds: float | None = None
    expected_seconds: float | None = None
    stop: str = ""
    stop_title: str = ""


def progress(
    line: Progress | None, *, key: str, on_stop: Callable[[], None] = lambda: None
) -> None:
    """Draw the line; None leaves the row empty. `on_stop` is called when its button is pressed."""
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/progress/progress.js")(
        key=key,
        data={"line": json.dumps(asdict(line) if line else None)},
        on_stop_change=on_stop,
    )
