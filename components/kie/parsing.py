"""Parsers for all values in kie.ai's responses: envelopes, times, numbers, URLs and texts.

A parser of a single value never raises: it returns None for an unusable value.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Final

from components.kie.validation import is_http_url

_MAX_MESSAGE_CHARACTERS: Final = 500
_MAX_TASK_ID_CHARACTERS: Final = 200
_MAX_NUMBER_CHARACTERS: Final = 200  # longer ones are slow to parse and never valid
_MAX_URL_CHARACTERS: Final = 8192  # signed URLs are long
_MAX_RETRY_AFTER_SECONDS: Final = 7 * 24 * 3600.0
_MIN_TIMESTAMP_MS: Final = 100_000_000_000  # 1973 as milliseconds, the year 5138 as seconds
_MAX_TIMESTAMP_MS: Final = 100_000_000_000_000  # the year 5138


@dataclass(frozen=True)
class Envelope:
    """The `{"code", "msg", "data"}` of every response (docs/kie-api.md, Ground rules).

    `code` is None if the body has no whole number there.
    """

    code: int | None
    message: object
    data: object


def parse_json(body: bytes) -> object:
    """Return the value of a JSON text. Raises ValueError for anything else, even deep nesting."""
    try:
        value: object = json.loads(body, parse_constant=_reject_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def parse_envelope(body: bytes) -> Envelope | None:
    """Return the envelope of a response; None for HTML, cut or empty text, and other JSON."""
    try:
        value = parse_json(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return Envelope(parse_int(value.get("code")), value.get("msg"), value.get("data"))


def parse_cut_envelope(body: bytes) -> Envelope | None:
    """Return the `code` and `msg` of an envelope whose end is missing; None without a code.

    Only values that stand in the text as a whole are read. `data` is always None.
    """
    text = body.decode(errors="replace").lstrip()
    if not text.startswith("{"):
        return None
    found: dict[str, object] = {}
    decoder = json.JSONDecoder()
    position = 1
    try:
        while text[position - 1] in "{,":
            key, position = decoder.raw_decode(text, _skip_spaces(text, position))
            position = _skip_spaces(text, position)
            if text[position] != ":" or not isinstance(key, str):
                break
            value, position = decoder.raw_decode(text, _skip_spaces(text, position + 1))
            position = _skip_spaces(text, position) + 1
            if text[position - 1] in ",}":  # otherwise a number may be cut
                found[key] = value
    except (ValueError, IndexError, RecursionError):
        pass  # here the text ends
    code = parse_int(found.get("code"))
    return None if code is None else Envelope(code, found.get("msg"), None)


def _skip_spaces(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position


def parse_message(value: object, *, secret: str) -> str:
    """Return a text as one printable line of at most 500 characters, with `secret` masked.

    Anything but text becomes an empty text.
    """
    if not isinstance(value, str):
        return ""
    masked = value.replace(secret, "[key]") if secret else value
    printable = "".join(char if char.isprintable() else " " for char in masked)
    line = " ".join(printable.split())
    return (
        line if len(line) <= _MAX_MESSAGE_CHARACTERS else f"{line[: _MAX_MESSAGE_CHARACTERS - 1]}…"
    )


def parse_int(value: object) -> int | None:
    """Return an integer, also from text ("429") or a whole float; None for a bool."""
    number = parse_decimal(value)
    if number is None or number != number.to_integral_value():
        return None
    return int(number)


def parse_decimal(value: object) -> Decimal | None:
    """Return a number between -10**18 and 10**18, also from text; None for a bool or NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _MAX_NUMBER_CHARACTERS:
        return None
    try:
        number = Decimal(value) if isinstance(value, int) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 18 else None


def parse_timestamp_ms(value: object) -> int | None:
    """Return epoch milliseconds, from milliseconds, seconds or ISO 8601 (docs/kie-api.md, Query).

    A time without a zone is read as UTC.
    """
    number = parse_decimal(value)
    if number is not None:
        timestamp_ms = number if number >= _MIN_TIMESTAMP_MS else number * 1000
        return int(timestamp_ms) if 0 < timestamp_ms < _MAX_TIMESTAMP_MS else None
    if not isinstance(value, str):
        return None
    try:
        date = datetime.fromisoformat(value.strip())
        aware_date = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        milliseconds = round(aware_date.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return milliseconds if milliseconds > 0 else None


def parse_url(value: object) -> str | None:
    """Return an http(s) URL of at most 8192 characters; None for anything else."""
    if not isinstance(value, str) or not is_http_url(
        value.strip(), max_characters=_MAX_URL_CHARACTERS
    ):
        return None
    return value.strip()


def parse_task_id(value: object) -> str | None:
    """Return a task id: printable text of 1–200 characters, as documented samples differ."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TASK_ID_CHARACTERS:
        return None
    return value if value.isprintable() else None


def parse_object(value: object) -> Mapping[str, object] | None:
    """Return a JSON object, also from JSON text; None for anything else."""
    if isinstance(value, str):
        try:
            value = parse_json(value.encode(errors="surrogatepass"))
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def parse_retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the wait of a `Retry-After` header, 0 s to a week; `now` is in unix seconds.

    The header holds seconds or a date. None if it is missing or unreadable.
    """
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _MAX_RETRY_AFTER_SECONDS)


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is not valid JSON")
