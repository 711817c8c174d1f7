"""How an image was generated, as a value and as JSON.

What is read comes from strangers' files: each value must pass request validation or is dropped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from components.kie import MAX_PROMPT_CHARACTERS, GenerationRequest, ValidationError
from components.version import VERSION

APP: Final = f"Kontext Studio {VERSION}"
MAX_JSON_BYTES: Final = 256 * 1024

MAX_LINEAGE: Final = 100
"""How many prompts of a lineage are kept: those of the nearest ancestors."""

_MAX_APP_CHARACTERS: Final = 100
_YEAR_2100: Final = 4_102_444_800.0  # epoch seconds
_LINEAGE_PROMPT_LIMITS: Final = (MAX_PROMPT_CHARACTERS, 500, 100)  # characters, tried in turn
_ID: Final = re.compile(r"[0-9a-f]{32}")
_SETTINGS: Final = (
    "model",
    "aspect_ratio",
    "output_format",
    "safety_tolerance",
    "translate",
    "enhance",
    "watermark",
    "store_in_china",
)

# In JSON these occur only inside strings. Escaped, the JSON is also valid text in XML 1.0.
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\ufffe\uffff"}


class MetadataUnsupported(ValueError):
    """A file that cannot hold metadata: another format, or damaged."""


@dataclass(frozen=True, kw_only=True)
class GenerationMetadata:
    """How an image was generated. Times are epoch seconds.

    Holds no user, price or URL, because the file may go to strangers.
    """

    request: GenerationRequest
    """The prompt and its settings. When read from a file, invalid settings have their default."""
    image_id: str | None = None
    source_id: str | None = None
    """The image that was edited, or None if it was generated from text alone."""
    lineage: tuple[str, ...] = ()
    """The prompts of its ancestors, oldest first, without its own."""
    created_at: float | None = None
    finished_at: float | None = None
    changed_fraction: float | None = None
    """Of a kept version: how much of the source the edit changed, 0 to 1. The rest is its own."""
    map_settings: str = ""
    """Of a kept version: the settings of the change map, as JSON."""
    app: str = APP

    @property
    def is_edit(self) -> bool:
        """Whether an image was edited, not generated from text alone."""
        return self.source_id is not None


def to_json(metadata: GenerationMetadata, *, max_bytes: int = MAX_JSON_BYTES) -> str:
    """JSON of at most `max_bytes` in UTF-8, without characters that are special in XML.

    If the lineage is too long, its prompts are shortened, then the oldest are dropped. Raises
    MetadataUnsupported if the rest alone does not fit.
    """
    lineage = metadata.lineage[-MAX_LINEAGE:]
    for limit in _LINEAGE_PROMPT_LIMITS:
        prompts = [prompt[:limit] for prompt in lineage]
        text = _dump(metadata, prompts)
        if len(text.encode()) <= max_bytes:
            return text
    while prompts:
        prompts = prompts[(len(prompts) + 1) // 2 :]
        text = _dump(metadata, prompts)
        if len(text.encode()) <= max_bytes:
            return text
    raise MetadataUnsupported("no room for the metadata")


def from_json(text: str) -> GenerationMetadata | None:
    """Read what is valid. None without a valid prompt. Never raises."""
    if len(text) > MAX_JSON_BYTES:
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    source_id = _read_id(values.get("source_id"))
    request = _read_request(values, is_edit=source_id is not None)
    if request is None:
        return None
    lineage = values.get("lineage")
    prompts = lineage[-MAX_LINEAGE:] if isinstance(lineage, list) else []
    return GenerationMetadata(
        request=request,
        image_id=_read_id(values.get("picture_id")),
        source_id=source_id,
        lineage=tuple(filter(None, map(_read_text, prompts))),
        created_at=_read_time(values.get("asked_at")),
        finished_at=_read_time(values.get("finished_at")),
        app=" ".join(_read_text(values.get("app")).split())[:_MAX_APP_CHARACTERS],
    )


def iso_time(epoch_seconds: float | None) -> str | None:
    """A time in UTC to the millisecond, such as `2026-11-22T21:51:46.250Z`."""
    if epoch_seconds is None:
        return None
    exact = datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="milliseconds")
    return exact.replace("+00:00", "Z")


def _dump(metadata: GenerationMetadata, lineage: list[str]) -> str:
    request = metadata.request
    values: dict[str, Any] = {
        "app": metadata.app,
        "prompt": request.prompt,
        **{name: getattr(request, name) for name in _SETTINGS},
        "picture_id": metadata.image_id,
        "source_id": metadata.source_id,
        "lineage": lineage,
        "asked_at": iso_time(metadata.created_at),
        "finished_at": iso_time(metadata.finished_at),
    }
    if metadata.changed_fraction is not None:
        values["source_pixels_kept"] = {
            "changed_fraction": round(metadata.changed_fraction, 6),
            "change_map": metadata.map_settings,
        }
    return json.dumps(values, ensure_ascii=False).translate(_ESCAPES)


def _read_request(values: dict[str, Any], *, is_edit: bool) -> GenerationRequest | None:
    try:
        request = GenerationRequest(prompt=_read_text(values.get("prompt")))
    except ValidationError:
        return None
    for name in _SETTINGS:
        setting: dict[str, Any] = {name: values.get(name)}
        with suppress(ValidationError):  # one invalid setting must not cost the others
            request = replace(request, **setting)
    try:
        if is_edit:
            request.validate_for_edit()
    except ValidationError:
        return replace(request, safety_tolerance=GenerationRequest.safety_tolerance)
    return request


def _read_text(value: object) -> str:
    """Text without control characters and lone surrogates, at most as long as a prompt."""
    if not isinstance(value, str):
        return ""
    return "".join(
        character
        for character in value[:MAX_PROMPT_CHARACTERS]
        if character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cs"}
    )


def _read_id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _read_time(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        epoch_seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return epoch_seconds if 0 <= epoch_seconds < _YEAR_2100 else None
