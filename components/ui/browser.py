"""The browser's half of the house: scripts and styles that the browser keeps.

Streamlit sends a component's texts again with every change of its data. So the text of each is a
few words that import its script from a route of ours, and its styles with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

FILES_URL = "/app/static/browser"
_HERE = Path(__file__).parent
_STYLES = "components.css"
# A script that is a blob, as Streamlit's are, has no address to import by a relative one.
_IMPORT = """
const at = (path) => new URL(`{root}/${{path}}`, location.origin).href;
const {{ wear }} = await import(at("styles/wear.js"));
const [script] = await Promise.all([import(at("{name}/{name}.js")), wear(at("{styles}"))]);
export default script.default;
"""


@cache
def files() -> Mapping[str, bytes]:
    """Every script, and the components' styles in one, by the path under `FILES_URL`.

    The path begins with a digest of all of them, so that what is under one never changes.
    """
    found = {
        path.relative_to(_HERE).as_posix(): path.read_bytes()
        for path in sorted(_HERE.glob("*/*.js"))
    }
    found[_STYLES] = _texts(path for path in _HERE.glob("*/*.css") if path.parent.name != "styles")
    digest = hashlib.sha256(b"\0".join([*map(str.encode, found), *found.values()])).hexdigest()[:16]
    return {f"{digest}/{name}": text for name, text in found.items()}


@cache
def component(name: str, *, html: str | None = None) -> ComponentRenderer:
    """The component whose script is `name/name.js`; it begins as `html`."""
    digest = next(iter(files())).partition("/")[0]
    return st.components.v2.component(
        f"kontext_{name}",
        html=html,
        js=_IMPORT.format(root=f"{FILES_URL}/{digest}", name=name, styles=_STYLES),
        isolate_styles=False,  # each has class names of its own
    )


def draw_styles() -> None:
    """Dress the page; what is on it comes with styles of its own."""
    st.html(f"<style>{_page_styles()}</style>")


@cache
def _page_styles() -> str:
    return _texts((_HERE / "styles").glob("*.css")).decode()


def _texts(paths: Iterable[Path]) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(paths))
