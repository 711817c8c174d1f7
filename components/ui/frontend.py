"""Serves the scripts and styles of the widgets, and registers them as Streamlit components.

Streamlit sends a component's texts again with every change of its data. So the text of each is
one line that imports its script from our own route. Styles and scripts are linked from the page
itself, so that they are there when Streamlit asks for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from components.ui.bundle_scripts import (
    FIRST,
    LATER,
    bundle_scripts,
    definition_of,
    scripts_needed_by,
    strip_comments,
)

ASSETS_URL = "app/static/browser"
_HERE = Path(__file__).parent
_STYLESHEET = "kontext.css"
_SHARED_SCRIPT = "shared_page/shared-page.js"
_SHARED_PAGE = _HERE / "shared_page" / "shared-page.css"
_FONTS = _HERE.parents[1] / "static" / "fonts"
# Relative to the page, as all addresses are: components/ui/urls.py.
# Streamlit loads a component's script as a blob, which cannot import by a relative URL.
# The server may be restarting: then the import is tried again each second for a minute.
_IMPORT = """
const url = new URL("{url}", document.baseURI);
const load = (triesLeft) => import(url).catch(async (error) => {{
  if (!triesLeft) throw error;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return load(triesLeft - 1);
}});
export default (await load(60)).use("{name}").default;
"""


@cache
def asset_files() -> Mapping[str, bytes]:
    """Return bundles of scripts, all styles in one file, and what shared links need, by path.

    The path is below `ASSETS_URL`. It begins with a digest of all of them, so the content of a
    URL never changes.
    """
    scripts = _scripts()
    of_links = scripts_needed_by(scripts, [_SHARED_SCRIPT])
    of_pages = {path: text for path, text in scripts.items() if not path.startswith("shared_page/")}
    found = {**bundle_scripts(of_pages), _STYLESHEET: _stylesheet()}
    # What a link opens is no page of Streamlit's: it has scripts, styles and fonts of its own.
    found |= {path: scripts[path].encode() for path in sorted(of_links)}
    tokens = (_HERE / "styles" / "tokens.css").read_bytes()
    found[_SHARED_PAGE.name] = tokens + _SHARED_PAGE.read_bytes()
    found |= {f"fonts/{path.name}": path.read_bytes() for path in sorted(_FONTS.glob("*.woff2"))}
    digest = hashlib.sha256(b"\0".join([*map(str.encode, found), *found.values()])).hexdigest()[:16]
    return {f"{digest}/{name}": text for name, text in found.items()}


def _scripts() -> Mapping[str, str]:
    """Every script but unit tests (`*.test.js`), by its path."""
    return {
        path.relative_to(_HERE).as_posix(): path.read_text("utf-8")
        for path in sorted(_HERE.rglob("*.js"))
        if not path.name.endswith(".test.js")
    }


def script_urls(page: str) -> list[str]:
    """Return the URLs of what this page needs; pages are "generate", "edit" and "gallery"."""
    return [_url(name) for name in ((FIRST, LATER) if page == "edit" else (FIRST,))]


def styles_url() -> str:
    """Return the URL of the stylesheet of all pages and widgets."""
    return _url(_STYLESHEET)


@cache
def load_component(script: str, *, html: str | None = None) -> ComponentRenderer:
    """Return the Streamlit component of a script such as `widgets/edit_tree/edit-tree.js`.

    `html` is the markup that the component starts with.
    """
    return st.components.v2.component(
        f"kontext_{Path(script).stem.replace('-', '_')}",
        html=html,
        js=_IMPORT.format(url=_bundle_url(script), name=script),
        isolate_styles=False,  # every widget has its own class prefix
    )


def _bundle_url(script: str) -> str:
    """The URL of the bundle that holds a script. Raises StopIteration for an unknown one."""
    wanted = definition_of(script).encode()
    return next(f"{ASSETS_URL}/{name}" for name, text in asset_files().items() if wanted in text)


def _url(name: str) -> str:
    digest = next(iter(asset_files())).partition("/")[0]
    return f"{ASSETS_URL}/{digest}/{name}"


def _stylesheet() -> bytes:
    """Join all styles, those of the pages first: a widget's own rules then win."""
    found = set(_HERE.rglob("*.css")) - {_SHARED_PAGE}
    paths = sorted(found, key=lambda path: (path.parent.name != "styles", path))
    return "\n".join(strip_comments(path.read_text("utf-8")) for path in paths).encode()
