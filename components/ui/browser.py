"""The browser's half of the house: one style sheet, and scripts that the browser keeps.

Streamlit sends a component's texts again with every change of its data. So the text of each is a
few words that import its script from a route of ours, and the styles of all are sent once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

SCRIPTS_URL = "/app/static/scripts"
_HERE = Path(__file__).parent
# A script that is a blob, as Streamlit's are, has no address to import by a relative one.
_IMPORT = """
const script = await import(new URL("{url}", location.origin));
export default script.default;
"""


@cache
def scripts() -> Mapping[str, bytes]:
    """Every script, by its path under `SCRIPTS_URL`.

    The path begins with a digest of all of them, so that what is under one never changes.
    """
    files = {
        path.relative_to(_HERE).as_posix(): path.read_bytes()
        for path in sorted(_HERE.glob("*/*.js"))
    }
    digest = hashlib.sha256(b"\0".join([*map(str.encode, files), *files.values()])).hexdigest()[:16]
    return {f"{digest}/{name}": text for name, text in files.items()}


@cache
def component(name: str, *, html: str | None = None) -> ComponentRenderer:
    """The component whose script is `name/name.js`; it begins as `html`."""
    (path,) = (path for path in scripts() if path.endswith(f"/{name}/{name}.js"))
    return st.components.v2.component(
        f"kontext_{name}",
        html=html,
        js=_IMPORT.format(url=f"{SCRIPTS_URL}/{path}"),
        isolate_styles=False,  # each has class names of its own
    )


def draw_styles() -> None:
    """Dress the page and every component on it."""
    st.html(f"<style>{_styles()}</style>")


@cache
def _styles() -> str:
    """The page's styles first: what a component says of itself goes before them."""
    files = sorted(_HERE.glob("*/*.css"), key=lambda path: (path.parent.name != "styles", path))
    return "\n".join(path.read_text("utf-8") for path in files)
