"""Rules that import-linter cannot express: what single expressions may do where."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE_IMPORTS = {"streamlit", "components.ui"}
APP_IMPORTS = {"streamlit", "components.bootstrap", "components.server", "components.ui"}
DOWNLOADERS = ("components/kie/", "components/studio/safe_fetch/", "components/sandbox/")
FRAGMENT_MAKERS = ("components/ui/streamlit_internals/",)
IMAGE_OPENERS = ("components/studio/images/", "components/sandbox/")
BEHIND_STUDIO = {"client", "http", "image_store", "repository", "worker"}
CALLERS_OF_STUDIO = ("components/server/", "components/ui/", "pages/")


def violations(path: str, source: str) -> Iterator[str]:
    """Broken rules of one file, as sentences; `path` is relative to the checkout."""
    for node in ast.walk(ast.parse(source, path)):
        for name in imported_names(node):
            if name.startswith("urllib.request") and not path.startswith(DOWNLOADERS):
                yield f"{path} imports {name}: only safe_fetch downloads."
            if path == "app.py" and not is_allowed(name, APP_IMPORTS):
                yield f"{path} imports {name}: the app file knows bootstrap, server and ui."
            if path.startswith("pages/") and not is_allowed(name, PAGE_IMPORTS):
                yield f"{path} imports {name}: a page knows components.ui alone."
        match node:
            case ast.Attribute(value=ast.Name(id="Image"), attr="open") if not path.startswith(
                IMAGE_OPENERS
            ):
                yield f"{path} opens an image: only components/studio/images does."
            case ast.Attribute(value=ast.Name(id="st"), attr="fragment") if not path.startswith(
                FRAGMENT_MAKERS
            ):
                yield f"{path} uses st.fragment: if it fails, the page ends; call run_fragment."
            case ast.Attribute(
                value=ast.Name(id="st"),
                attr="file_uploader" | "camera_input" | "audio_input" | "chat_input" as name,
            ):
                yield f"{path} uses st.{name}: its route is closed; use picture_upload."
            case ast.Attribute(
                value=ast.Name(id="studio")
                | ast.Attribute(attr="studio")
                | ast.Call(
                    func=ast.Name(id="studio" | "open_studio")
                    | ast.Attribute(attr="studio" | "_open_studio")
                ),
                attr=name,
            ) if name in BEHIND_STUDIO and path.startswith(CALLERS_OF_STUDIO):
                yield f"{path} reaches for studio.{name}: that knows no owners."
            case ast.Attribute(attr="session_state") if path.startswith("pages/"):
                yield f"{path} reads session state: pages leave that to components/ui."
            case ast.Attribute(attr="cache_resource" | "cache_data" as name):
                yield f"{path} uses {name}: any visitor can clear Streamlit's caches."
            case ast.keyword(arg=str(name)) if name.startswith("unsafe_allow"):
                yield f"{path} passes {name}: markup is never drawn from text."


def imported_names(node: ast.AST) -> Iterator[str]:
    """Full names of what an import statement brings in."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name: str, allowed: set[str]) -> bool:
    return name.split(".")[0] in sys.stdlib_module_names or any(
        f"{name}.".startswith(f"{package}.") for package in allowed
    )


def all_sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    yield from (ROOT / "pages").glob("*.py")
    yield from (ROOT / "components").rglob("*.py")


def test_every_file_keeps_the_source_rules() -> None:
    found = [
        sentence
        for path in all_sources()
        for sentence in violations(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.py", "from components.studio.studio import Studio"),
        ("pages/gallery.py", "import requests"),
        ("pages/gallery.py", "import pages.generate"),
        ("pages/gallery.py", "from components import bootstrap"),
        ("pages/gallery.py", "import streamlit as st\nst.session_state['x'] = 1"),
        ("components/bootstrap.py", "@st.cache_resource\ndef app(): ..."),
        ("components/ui/messages.py", "st.markdown(text, unsafe_allow_html=True)"),
        ("components/ui/layout.py", "import streamlit as st\nst.fragment(draw)()"),
        ("components/ui/layout.py", "import streamlit as st\nst.file_uploader('Picture')"),
        ("components/server/images.py", "open_studio().repository.image(image_id)"),
        ("components/ui/cards.py", "studio.worker.queue()"),
        ("components/ui/cards.py", "session.studio().image_store.read(image_id)"),
        ("components/studio/export.py", "from PIL import Image\nImage.open('x')"),
        ("components/studio/studio.py", "from urllib.request import urlopen"),
        ("components/studio/studio.py", "def late():\n    import urllib.request"),
    ],
)
def test_violation_is_found(path: str, source: str) -> None:
    assert list(violations(path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.py", "from components.bootstrap import open_studio"),
        ("pages/gallery.py", "import streamlit\nfrom components.ui.gallery import gallery"),
        ("components/studio/images/decode.py", "from PIL import Image\nImage.open('x')"),
        ("components/sandbox/rendering.py", "from PIL import Image\nImage.open('x')"),
        ("components/ui/messages.py", "from urllib.parse import urlsplit"),
        ("components/ui/cards.py", "studio.gallery.star(user_id, ids, starred=True)"),
    ],
)
def test_allowed_code_passes(path: str, source: str) -> None:
    assert list(violations(path, source)) == []
