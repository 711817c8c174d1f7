"""The one place that reads what the service wrote: its envelope, times, numbers, links and words.

Readers of single values return None for what is not usable, and never raise.
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
_MAX_NUMBER_CHARACTERS: Final = 200  # a longer one takes long to read, and means nothing
_MAX_URL_CHARACTERS: Final = 8192  # signed links are long
_MAX_RETRY_AFTER_SECONDS: Final = 3600.0
_MIN_TIMESTAMP_MS: Final = 100_000_000_000  # 1973 as milliseconds, the year 5138 as seconds
_MAX_TIMESTAMP_MS: Final = 100_000_000_000_000  # the year 5138


@dataclass(frozen=True)
class Envelope:
    """`{"code", "msg", "data"}`, as every answer comes (contract.md §1).

    `code` is None where the body names none that is a whole number.
    """

    code: int | None
    message: object
    data: object


def parse_json(body: bytes) -> object:
    """The value of a JSON text; raises ValueError for anything else, however deep or odd."""
    try:
        value: object = json.loads(body, parse_constant=_reject_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def parse_envelope(body: bytes) -> Envelope | None:
    """The envelope of an answer; None for HTML, cut or empty text, and JSON of another shape."""
    try:
        value = parse_json(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return Envelope(parse_int(value.get("code")), value.get("msg"), value.get("data"))


def parse_message(value: object, *, hide: str) -> str:
    """The service's words: one printable line of at most 500 characters, the key `hide` masked."""
    if not isinstance(value, str):
        return ""
    shown = value.replace(hide, "[key]") if hide else value
    printable = "".join(letter if letter.isprintable() else " " for letter in shown)
    line = " ".join(printable.split())
    return (
        line if len(line) <= _MAX_MESSAGE_CHARACTERS else f"{line[: _MAX_MESSAGE_CHARACTERS - 1]}…"
    )


def parse_int(value: object) -> int | None:
    """An integer, also as text ("429") or as a float without a fraction; True is none."""
    number = parse_decimal(value)
    if number is None or number != number.to_integral_value():
        return None
    return int(number)


def parse_decimal(value: object) -> Decimal | None:
    """A number below a billion billion either way, also as text; True and NaN are none."""
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
    """Epoch milliseconds, from milliseconds, seconds or ISO-8601 (contract.md §3).

    A time without a zone is read as UTC.
    """
    number = parse_decimal(value)
    if number is not None:
        moment = number if number >= _MIN_TIMESTAMP_MS else number * 1000
        return int(moment) if 0 < moment < _MAX_TIMESTAMP_MS else None
    if not isinstance(value, str):
        return None
    try:
        date = datetime.fromisoformat(value.strip())
        zoned = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        milliseconds = round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return milliseconds if milliseconds > 0 else None


def parse_url(value: object) -> str | None:
    """An http(s) URL; anything else is treated as absent."""
    if not isinstance(value, str) or not is_http_url(
        value.strip(), max_characters=_MAX_URL_CHARACTERS
    ):
        return None
    return value.strip()


def parse_task_id(value: object) -> str | None:
    """A task id: any printable text of 1–200 characters, as samples differ in shape."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TASK_ID_CHARACTERS:
        return None
    return value if value.isprintable() else None


def parse_object(value: object) -> Mapping[str, object] | None:
    """An object, also as JSON text."""
    if isinstance(value, str):
        try:
            value = parse_json(value.encode(errors="surrogatepass"))
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def parse_retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """What `Retry-After` asks for, 0–3600 s, as seconds or a date; `now` in unix seconds."""
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
    raise ValueError(f"{name} is no JSON")
