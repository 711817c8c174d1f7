"""Joins the widgets' scripts into two files: a page needs some 75, each a request of its own.

The scripts stay modules on disk. They keep to a few forms of `import` and `export`, so that no
bundler is needed; any other form stops the start.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Final

FIRST: Final = "studio.js"
"""What every page needs."""
LATER: Final = "edit.js"
"""What only pairs, trees and steps need; it imports the other file."""
_LATER_FOLDERS: Final = ("drift_chart", "edit_tree", "image_compare", "step_strip")

# Whole lines only: what looks like a comment within a line may be a text.
_COMMENTS = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
# A module runs when it is first used, as one that is imported does.
_HEAD: Final = """const made = {};
const modules = {};
export const use = (name) => (made[name] ??= modules[name]());
"""


def bundle_scripts(sources: Mapping[str, str]) -> dict[str, bytes]:
    """The files `FIRST` and `LATER`, from all scripts by their paths.

    Both export `use`, which gives a module's exports by its path. Raises ValueError for a form of
    `import` or `export` that is not known here.
    """
    of_all_pages = [
        path for path in sources if not any(f"/{name}/" in path for name in _LATER_FOLDERS)
    ]
    reached = scripts_needed_by(sources, of_all_pages)
    first = [_HEAD, *(_definition(path, sources[path]) for path in sources if path in reached)]
    rest = [_definition(path, text) for path, text in sources.items() if path not in reached]
    head = f'import {{ modules, use }} from "./{FIRST}";\nexport {{ use }};\n'
    return {
        FIRST: "\n".join([*first, "export { modules };\n"]).encode(),
        LATER: "\n".join([head, *rest]).encode(),
    }


def strip_comments(text: str) -> str:
    """A script or style sheet without the comments that stand on lines of their own."""
    return _COMMENTS.sub("", text)


def definition_of(path: str) -> str:
    """What the bundle that holds this script says once, and the other does not."""
    return f'modules["{path}"] = '


def scripts_needed_by(sources: Mapping[str, str], paths: Iterable[str]) -> set[str]:
    """These scripts, with all that they import."""
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        if (path := waiting.pop()) not in found:
            found.add(path)
            waiting += [_resolve(path, match[2]) for match in _IMPORT.finditer(sources[path])]
    return found


def _definition(path: str, source: str) -> str:
    """A script as a function that runs it and returns what it exports."""
    text = strip_comments(source)
    names = _EXPORT.findall(text)
    if _DEFAULT.search(text):
        names.append("default: ownDefault")

    def imported(match: re.Match[str]) -> str:
        used = f'use("{_resolve(path, match[2])}");'
        return f"const {{{match[1].replace(' as ', ': ')}}} = {used}" if match[1] else used

    text = _DEFAULT.sub("const ownDefault = ", _EXPORT.sub("", _IMPORT.sub(imported, text)))
    if (other := _OTHER.search(text)) is not None:
        raise ValueError(f"{path}: bundle_scripts.py does not know the form {other[0]!r}")
    return f"{definition_of(path)}() => {{\n{text}return {{ {', '.join(names)} }};\n}};"


def _resolve(path: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
