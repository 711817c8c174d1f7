"""Checks of single fields, each ending in a sentence that names the field and says what to do.

Every check raises InvalidRequest; `name` is the attribute's name, `label` what a designer reads.
"""

import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from components.kie.errors import ValidationError

LINE_BREAKS_AND_TABS = "\t\n\r"
"""The control characters that people type on purpose."""

# Letters and symbols by category, yet they draw nothing: Hangul fillers, the blank Braille cell.
_BLANK_CHARACTERS = "\u115f\u1160\u3164\uffa0\u2800"
# Spaces, controls, formats, half surrogates, and marks that need a letter to sit on. Unassigned
# code points are left in: they may be emoji newer than this Python.
_INVISIBLE_CATEGORIES = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Mc", "Me"}
_MAX_URL_CHARACTERS = 2048


def validate_text(
    name: str, label: str, value: object, *, max_characters: int, allowed_controls: str = ""
) -> None:
    """Require visible text of at most `longest` characters that can be written as UTF-8."""
    if not isinstance(value, str):
        raise ValidationError(name, f"{label} must be text: type it again.")
    if len(value) > max_characters:
        raise ValidationError(
            name,
            f"{label} has {len(value):,} characters and may have at most {max_characters:,}: "
            "shorten it.",
        )
    for place, character in enumerate(value, start=1):
        category = unicodedata.category(character)
        if category == "Cs":
            raise ValidationError(
                name,
                f"{label} holds half of a broken character at position {place:,}: "
                "delete it and type it again.",
            )
        if category == "Cc" and character not in allowed_controls:
            raise ValidationError(
                name,
                f"{label} holds an invisible control character (U+{ord(character):04X}) "
                f"at position {place:,}: delete it.",
            )
    if not any(map(_is_visible, value)):
        raise ValidationError(name, f"{label} is empty: write at least one visible character.")


def validate_choice(name: str, label: str, value: object, allowed: Sequence[str]) -> str:
    """Require one of `allowed`, and return it as plain text."""
    if not isinstance(value, str) or str(value) not in allowed:
        raise ValidationError(name, f"{label} must be one of {', '.join(allowed)}: choose one.")
    return str(value)


def validate_bool(name: str, label: str, value: object) -> None:
    """Require True or False themselves, not something that is merely truthy."""
    if type(value) is not bool:
        raise ValidationError(name, f"{label} must be on or off: set it again.")


def validate_url(name: str, label: str, value: object) -> None:
    """Require an http(s) URL with a host, in printable characters without spaces."""
    if not isinstance(value, str) or not is_http_url(value):
        raise ValidationError(
            name,
            f"{label} must be a web address that begins with http:// or https:// "
            f"and has at most {_MAX_URL_CHARACTERS:,} characters: paste it again.",
        )


def is_http_url(value: str, *, max_characters: int = _MAX_URL_CHARACTERS) -> bool:
    """Whether this is an http(s) URL with a host, at most `longest` characters, no spaces."""
    if len(value) > max_characters or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:  # brackets that do not close, a port that is no number
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


def _is_visible(character: str) -> bool:
    return (
        unicodedata.category(character) not in _INVISIBLE_CATEGORIES
        and character not in _BLANK_CHARACTERS
    )
