"""Answers from a folder: real pairs of a source and its edit, returned when the source is seen.

`NAME_source.EXT` goes with every `NAME_*edit.EXT`; words in the name choose between several edits:
`room_source.webp`, `room_dog_edit.webp`, `room_boy_edit.webp`.
"""

import re
from pathlib import Path

from PIL import Image

from components.sandbox.recognition import find, fingerprint

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


class AnswerFolder:
    """The pairs of one folder, read when the sandbox starts."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder or a picture in it cannot be read."""
        self._sources: list[tuple[bytes, str]] = []
        self._edits: dict[str, Path] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in _SUFFIXES and path.stem.endswith("_source"):
                name = path.stem.removesuffix("_source")
                self._sources.append((fingerprint(_open(path)), name))
            elif path.suffix.lower() in _SUFFIXES and path.stem.endswith("_edit"):
                self._edits[path.stem.removesuffix("_edit")] = path

    def find(self, picture: Image.Image, instruction: str) -> Image.Image | None:
        """Return the edit whose source is most like the picture, RGB; None for an unknown one."""
        found = find(picture, self._sources)
        if found is None:
            return None
        source, words = found[0], set(re.findall(r"\w+", instruction.lower()))
        edits = [name for name in self._edits if name == source or name.startswith(f"{source}_")]
        extra = {name: set(name.removeprefix(source).split("_")) for name in edits}
        best = max(edits, key=lambda name: len(extra[name] & words), default=None)
        return None if best is None else _open(self._edits[best])


def _open(path: Path) -> Image.Image:
    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        return picture.convert("RGB")
