"""The house rules of README, "Rooms": who may import whom, and what only one room may do."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Room:
    """The files of a pattern, and what they may import beside the standard library."""

    files: str
    may: frozenset[str]


def room(files: str, *may: str) -> Room:
    return Room(files, frozenset(may))


# The first pattern that fits a file is its room; a single file stands before its folder.
ROOMS = (
    room("app.py", "streamlit", "components.bootstrap", "components.server", "components.ui"),
    room("pages/*", "streamlit", "components.studio", "components.ui"),
    room(
        "components/bootstrap.py",
        *("streamlit", "components.kontext", "components.sandbox", "components.server"),
        *("components.studio", "components.ui"),
    ),
    room(
        "components/ui/session.py",
        *("streamlit", "components.bootstrap", "components.studio", "components.ui"),
    ),
    room("components/ui/*", "streamlit", "components.studio", "components.ui"),
    # The service's word about a task comes in here, so its signature is read here.
    room(
        "components/server/callbacks.py",
        *("starlette", "components.kontext", "components.server", "components.studio"),
    ),
    room(
        "components/server/metrics.py",
        *("starlette", "prometheus_client", "components.server", "components.studio"),
    ),
    room("components/server/*", "starlette", "components.server", "components.studio"),
    room(
        "components/studio/fetch/*",
        *("requests", "components.kontext", "components.studio"),
    ),
    room(
        "components/studio/intake/*",
        *("PIL", "pillow_heif", "components.kontext", "components.studio"),
    ),
    room(
        "components/studio/ledger/*",
        *("sqlalchemy", "components.kontext", "components.studio"),
    ),
    room("components/studio/*", "components.kontext", "components.studio"),
    room("components/kontext/*", "requests", "urllib3", "components.kontext"),
    room("components/sandbox/*", "PIL", "starlette", "uvicorn", "components.sandbox"),
    room("components/__init__.py"),
)
SPEAKERS = ("components/kontext/*", "components/studio/fetch/*", "components/sandbox/*")
WIRES = {"http.client", "urllib.request", "ftplib", "telnetlib"}
OPENERS = ("components/studio/intake/*", "components/sandbox/*")


def objections(file: str, source: str) -> Iterator[str]:
    """What the house has against a file, in sentences; `file` is relative to the checkout."""
    room = next((room for room in ROOMS if fnmatch(file, room.files)), None)
    if room is None:
        yield f"{file} stands in no room: give it one in tests/test_rooms.py."
        return
    tree = ast.parse(source, file)
    for line, name in imported(tree, file):
        if not is_allowed(name, room):
            known = ", ".join(sorted(room.may)) or "nothing"
            yield f"{file}:{line} imports {name}; {room.files} may import {known}."
        if name in WIRES and not any(fnmatch(file, speaker) for speaker in SPEAKERS):
            yield f"{file}:{line} imports {name}; only the guarded fetch opens links."
    for node in ast.walk(tree):
        yield from misdeeds(node, file)


def imported(tree: ast.AST, file: str) -> Iterator[tuple[int, str]]:
    """Line and full name of each import, `from components import server` among them."""
    package = file.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            splits = module in ("components", "http", "urllib", "")
            for alias in node.names if splits else ():
                yield node.lineno, f"{module}.{alias.name}".strip(".")
            if not splits:
                yield node.lineno, module


def is_allowed(name: str, room: Room) -> bool:
    top = name.split(".")[0]
    if top in sys.stdlib_module_names or top == "_typeshed":  # the types of the library itself
        return True
    mine = ".".join(name.split(".")[:2]) if top == "components" else top
    return mine in room.may


def misdeeds(node: ast.AST, file: str) -> Iterator[str]:
    """What a single expression does that its room may not."""
    match node:
        case (
            ast.Attribute(value=ast.Name(id="Image"), attr="open")
            | ast.Attribute(value=ast.Attribute(attr="Image"), attr="open")
        ) if not any(fnmatch(file, opener) for opener in OPENERS):
            yield f"{file}:{node.lineno} opens a picture; only components/studio/intake/* does."
        case ast.ImportFrom(module="PIL.Image", names=names) if any(
            alias.name == "open" for alias in names
        ):
            yield f"{file}:{node.lineno} hides Image.open behind another name."
        case ast.Attribute(attr="session_state") if file.startswith("pages/"):
            yield f"{file}:{node.lineno} reads session state; pages leave that to components/ui."
        case ast.keyword(arg=str(name)) if name.startswith("unsafe_allow"):
            yield f"{file}:{node.value.lineno} passes {name}: nothing may be drawn as markup."
        case _:
            return


def every_source() -> list[Path]:
    folders = [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    return [ROOT / "app.py", *sorted(folders)]


def test_every_module_keeps_to_its_room() -> None:
    found = [
        sentence
        for path in every_source()
        for sentence in objections(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("pages/gallery.py", "import requests"),
        ("pages/gallery.py", "import pages.generate"),
        ("pages/gallery.py", "import streamlit as st\nst.session_state['x'] = 1"),
        ("pages/gallery.py", "from components.kontext import Model"),
        ("pages/gallery.py", "from components import bootstrap"),
        ("components/ui/feed.py", "from components.kontext import Model"),
        ("components/ui/feed.py", "from components.bootstrap import open_studio"),
        ("components/ui/feed.py", "def late():\n    from components import sandbox"),
        ("components/ui/feed.py", "from ..server import routes"),
        ("components/ui/feed.py", "st.markdown(text, unsafe_allow_html=True)"),
        ("components/ui/session.py", "import components.server"),
        ("components/server/files.py", "import components.ui.words"),
        ("components/server/files.py", "from components.kontext import KontextClient"),
        ("components/studio/tasks/task.py", "import streamlit"),
        ("components/studio/tasks/task.py", "import requests"),
        ("components/studio/tasks/task.py", "import urllib.request"),
        ("components/studio/tasks/task.py", "from urllib import request"),
        ("components/studio/studio.py", "import sqlalchemy"),
        ("components/studio/shelf.py", "from PIL import Image\nImage.open('x')"),
        ("components/studio/shelf.py", "import PIL.Image\nPIL.Image.open('x')"),
        ("components/studio/shelf.py", "from PIL.Image import open as look"),
        ("components/kontext/client.py", "from components.studio import tasks"),
        ("components/kontext/client.py", "from ..studio import tasks"),
        ("components/sandbox/app.py", "from components.kontext import wire"),
        ("components/attic.py", ""),
    ],
)
def test_a_breach_is_seen_and_named(file: str, source: str) -> None:
    found = list(objections(file, source))

    assert found
    assert all(sentence.startswith(file) and sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("pages/gallery.py", "import streamlit\nfrom components.ui import gallery"),
        ("components/ui/feed.py", "from urllib.parse import urlsplit"),
        ("components/ui/session.py", "from components.bootstrap import open_studio"),
        ("components/studio/intake/gif.py", "from PIL import Image\nImage.open('x')"),
        ("components/studio/fetch/wire.py", "import requests"),
        ("components/studio/tasks/task.py", "from . import ledger\nfrom .schema import tasks"),
        ("components/kontext/client.py", "import requests\nfrom . import wire"),
        ("components/sandbox/renderer/sky.py", "from ..store import Store\nfrom PIL import Image"),
    ],
)
def test_what_the_table_allows_is_let_be(file: str, source: str) -> None:
    assert list(objections(file, source)) == []
