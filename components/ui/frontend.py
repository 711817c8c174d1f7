"""The browser's half of the house: scripts and styles that the browser keeps.

Streamlit sends a component's texts again with every change of its data. So the text of each is a
line that imports its script from a route of ours, and the styles of all are in the page itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

FILES_URL = "/app/static/browser"
_HERE = Path(__file__).parent
_STYLES = "kontext.css"
# A script that is a blob, as Streamlit's are, has no address to import by a relative one. The
# server may be away just now: then it is asked for again, each second for a minute.
_IMPORT = """
const url = new URL("{url}", location.origin);
const load = (left) => import(url).catch(async (error) => {{
  if (!left) throw error;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return load(left - 1);
}});
export default (await load(60)).default;
"""


@cache
def files() -> Mapping[str, bytes]:
    """Every script, and all styles in one, by the path under `FILES_URL`.

    The path begins with a digest of all of them, so that what is under one never changes.
    """
    found = {
        path.relative_to(_HERE).as_posix(): path.read_bytes()
        for path in sorted(_HERE.rglob("*.js"))
    }
    found[_STYLES] = _styles()
    digest = hashlib.sha256(b"\0".join([*map(str.encode, found), *found.values()])).hexdigest()[:16]
    return {f"{digest}/{name}": text for name, text in found.items()}


def styles_url() -> str:
    """Where a browser finds the styles of the pages and of all that is on them."""
    return _url(_STYLES)


@cache
def component(script: str, *, html: str | None = None) -> ComponentRenderer:
    """The component of a script such as `widgets/edit_tree/tree.js`; it begins as `html`."""
    return st.components.v2.component(
        f"kontext_{Path(script).stem}",
        html=html,
        js=_IMPORT.format(url=_url(script)),
        isolate_styles=False,  # each has class names of its own
    )


def _url(name: str) -> str:
    digest = next(iter(files())).partition("/")[0]
    return f"{FILES_URL}/{digest}/{name}"


def _styles() -> bytes:
    """The page's styles first: what a component says of itself goes before them."""
    paths = sorted(_HERE.rglob("*.css"), key=lambda path: (path.parent.name != "styles", path))
    return b"\n".join(path.read_bytes() for path in paths)
