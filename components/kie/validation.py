"""Validation of single fields.

`field` is the name of the attribute, `label` its name on the screen. Every `validate_*` function
raises ValidationError, whose message names the label and says what to do.
"""

import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from components.kie.errors import ValidationError

LINE_BREAKS_AND_TABS = "\t\n\r"
"""The control characters that a prompt may contain."""

# Letters and symbols by category, but invisible: Hangul fillers and the blank Braille cell.
_BLANK_CHARACTERS = "\u115f\u1160\u3164\uffa0\u2800"
# Spaces, controls, formats, surrogates and combining marks. Unassigned code points count as
# visible: they may be emoji newer than this Python.
_INVISIBLE_CATEGORIES = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Mc", "Me"}
_MAX_URL_CHARACTERS = 2048


def validate_text(
    field: str, label: str, value: object, *, max_characters: int, allowed_controls: str = ""
) -> None:
    """Require visible text that UTF-8 can encode, of at most `max_characters` characters."""
    if not isinstance(value, str):
        raise ValidationError(field, f"{label} must be text: type it again.")
    if len(value) > max_characters:
        raise ValidationError(
            field,
            f"{label} has {len(value):,} characters and may have at most {max_characters:,}: "
            "shorten it.",
        )
    for position, character in enumerate(value, start=1):
        category = unicodedata.category(character)
        if category == "Cs":
            raise ValidationError(
                field,
                f"{label} holds half of a broken character at position {position:,}: "
                "delete it and type it again.",
            )
        if category == "Cc" and character not in allowed_controls:
            raise ValidationError(
                field,
                f"{label} holds an invisible control character (U+{ord(character):04X}) "
                f"at position {position:,}: delete it.",
            )
    if not any(map(_is_visible, value)):
        raise ValidationError(field, f"{label} is empty: write at least one visible character.")


def validate_choice(field: str, label: str, value: object, allowed: Sequence[str]) -> str:
    """Require one of `allowed`, and return it as a plain `str`."""
    if not isinstance(value, str) or str(value) not in allowed:
        raise ValidationError(field, f"{label} must be one of {', '.join(allowed)}: choose one.")
    return str(value)


def validate_bool(field: str, label: str, value: object) -> None:
    """Require True or False; other truthy or falsy values are errors."""
    if type(value) is not bool:
        raise ValidationError(field, f"{label} must be on or off: set it again.")


def validate_url(field: str, label: str, value: object) -> None:
    """Require an http(s) URL with a host, of at most 2048 characters, without spaces."""
    if not isinstance(value, str) or not is_http_url(value):
        raise ValidationError(
            field,
            f"{label} must be a web address that begins with http:// or https:// "
            f"and has at most {_MAX_URL_CHARACTERS:,} characters: paste it again.",
        )


def is_http_url(value: str, *, max_characters: int = _MAX_URL_CHARACTERS) -> bool:
    """Whether `value` is an http(s) URL with a host, at most `max_characters` long.

    Spaces and unprintable characters are not allowed.
    """
    if len(value) > max_characters or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:  # unbalanced brackets, or a port that is not a number
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


def _is_visible(character: str) -> bool:
    return (
        unicodedata.category(character) not in _INVISIBLE_CATEGORIES
        and character not in _BLANK_CHARACTERS
    )
