"""The names that files bear outside: readable, unique, and harmless on any system."""

from __future__ import annotations

import re
import unicodedata

from components.studio.db.models import PictureRecord

MAX_SLUG_CHARACTERS = 48
_EXTENSIONS = {"jpeg": "jpg"}


def download_name(record: PictureRecord, *, prefix: str = "kontext") -> str:
    """A file name made of the first words of the prompt and the id, such as
    `kontext-a-red-fox-3f9a1c20.png`; `prefix` is what it begins with."""
    words = slugify(record.label)
    extension = _EXTENSIONS.get(record.format, record.format)
    return "-".join(part for part in (prefix, words, record.id[:8]) if part) + f".{extension}"


def slugify(text: str) -> str:
    """Letters and digits of any script, joined by hyphens; at most 48 characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", plain)
    return "-".join(words)[:MAX_SLUG_CHARACTERS].strip("-")
