"""The names that files bear outside: readable, unique, and harmless on any system."""

from __future__ import annotations

import re
import unicodedata

from components.studio.db.models import ImageRecord

LONGEST_WORDS = 48
_EXTENSIONS = {"jpeg": "jpg"}


def download_name(record: ImageRecord, *, first: str = "kontext") -> str:
    """A file name made of the first words of the prompt and the id, such as
    `kontext-a-red-fox-3f9a1c20.png`; `first` is what it begins with."""
    words = slug(record.label)
    extension = _EXTENSIONS.get(record.format, record.format)
    return "-".join(part for part in (first, words, record.id[:8]) if part) + f".{extension}"


def slug(text: str) -> str:
    """Letters and digits of any script, joined by hyphens; at most 48 characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", plain)
    return "-".join(words)[:LONGEST_WORDS].strip("-")
