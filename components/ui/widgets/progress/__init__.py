"""The progress line: one slim row that says what is under way, with its seconds.

The row keeps its place while it has nothing to say, so that nothing beside it moves. The
browser's half is `progress.js` and `progress.css`. Nothing here knows the studio.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the line says. Text is shown as typed, never as markup.

    `words` is the state in a few words, `more` what they are about. `elapsed_seconds` is how
    long it has run when this is drawn, None for what no longer runs; the browser counts on from
    there. `expected_seconds` is how long such a thing usually takes, None where nobody knows.
    """

    words: str
    more: str
    elapsed_seconds: float | None = None
    expected_seconds: float | None = None


def progress(line: Progress | None, *, key: str) -> None:
    """Draw the line; None leaves the row empty."""
    # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    frontend.component("widgets/progress/progress.js")(
        key=key, data={"line": json.dumps(asdict(line) if line else None)}
    )
