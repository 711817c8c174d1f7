"""What a picture's file says of its own making, and how that is written as JSON.

What is read was written by strangers: every value passes the checks of a request or is dropped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from components.kie import MAX_PROMPT_CHARACTERS, GenerationRequest, InvalidRequest
from components.studio.version import VERSION

APP: Final = f"Kontext Studio {VERSION}"
MAX_JSON_BYTES: Final = 256 * 1024
MAX_RECORDS: Final = 8
"""How many records of one file are looked at; a file of ours holds one."""

MAX_LINEAGE: Final = 100
"""How much of a lineage is kept: the prompts of the nearest pictures."""

_MOST_APP_CHARACTERS: Final = 100
_YEAR_2100: Final = 4_102_444_800.0  # epoch seconds
_LINEAGE_CUTS: Final = (MAX_PROMPT_CHARACTERS, 500, 100)  # characters of each earlier prompt
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

# Inside JSON these stand only in texts. Written so, no prompt is markup or forbidden in XML 1.0.
_HARMLESS: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\ufffe\uffff"}


class MetadataUnsupported(ValueError):
    """A file that no metadata can be put into: another kind, or damaged."""


@dataclass(frozen=True, kw_only=True)
class GenerationMetadata:
    """How a picture came about. Times are epoch seconds.

    Holds neither the designer nor a price nor an address: the file goes to strangers.
    """

    request: GenerationRequest
    """The prompt and its settings; read from a file, what was unusable has its default."""
    image_id: str | None = None
    source_id: str | None = None
    """The picture that was edited, or None when it was made from words alone."""
    lineage: tuple[str, ...] = ()
    """The prompts of the pictures it goes back to, the first one's first, its own left out."""
    created_at: float | None = None
    finished_at: float | None = None
    app: str = APP

    @property
    def is_edit(self) -> bool:
        """Whether a picture was changed and not made from words alone."""
        return self.source_id is not None


def to_json(metadata: GenerationMetadata, *, max_bytes: int = MAX_JSON_BYTES) -> str:
    """JSON of at most `max_bytes` in UTF-8, without a sign that means anything in XML.

    A lineage that is too long loses the ends of its prompts, then its oldest prompts. Raises
    MetadataUnsupported when the rest alone does not fit.
    """
    lineage = metadata.lineage[-MAX_LINEAGE:]
    for cut in _LINEAGE_CUTS:
        steps = [prompt[:cut] for prompt in lineage]
        text = _written(metadata, steps)
        if len(text.encode()) <= max_bytes:
            return text
    while steps:
        steps = steps[(len(steps) + 1) // 2 :]
        text = _written(metadata, steps)
        if len(text.encode()) <= max_bytes:
            return text
    raise MetadataUnsupported("no room for the metadata")


def from_json(text: str) -> GenerationMetadata | None:
    """What a file says, as far as it can be used; None when it names no prompt. Never raises."""
    if len(text) > MAX_JSON_BYTES:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    source_id = _id(said.get("source_id"))
    request = _request(said, is_edit=source_id is not None)
    if request is None:
        return None
    lineage = said.get("lineage")
    steps = lineage[-MAX_LINEAGE:] if isinstance(lineage, list) else []
    return GenerationMetadata(
        request=request,
        image_id=_id(said.get("picture_id")),
        source_id=source_id,
        lineage=tuple(filter(None, map(_clean, steps))),
        created_at=_epoch(said.get("asked_at")),
        finished_at=_epoch(said.get("finished_at")),
        app=" ".join(_clean(said.get("app")).split())[:_MOST_APP_CHARACTERS],
    )


def iso_time(epoch_seconds: float | None) -> str | None:
    """A time in UTC to the millisecond, such as `2026-11-22T21:51:46.250Z`."""
    if epoch_seconds is None:
        return None
    exact = datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="milliseconds")
    return exact.replace("+00:00", "Z")


def _written(metadata: GenerationMetadata, lineage: list[str]) -> str:
    request = metadata.request
    said = {
        "app": metadata.app,
        "prompt": request.prompt,
        **{name: getattr(request, name) for name in _SETTINGS},
        "picture_id": metadata.image_id,
        "source_id": metadata.source_id,
        "lineage": lineage,
        "asked_at": iso_time(metadata.created_at),
        "finished_at": iso_time(metadata.finished_at),
    }
    return json.dumps(said, ensure_ascii=False).translate(_HARMLESS)


def _request(said: dict[str, Any], *, is_edit: bool) -> GenerationRequest | None:
    try:
        request = GenerationRequest(prompt=_clean(said.get("prompt")))
    except InvalidRequest:
        return None
    for name in _SETTINGS:
        setting: dict[str, Any] = {name: said.get(name)}
        with suppress(InvalidRequest):  # one odd setting must not cost the others
            request = replace(request, **setting)
    try:
        if is_edit:
            request.check_as_edit()
    except InvalidRequest:
        return replace(request, safety_tolerance=GenerationRequest.safety_tolerance)
    return request


def _clean(value: object) -> str:
    """Text without control characters and broken halves, at most as long as a prompt may be."""
    if not isinstance(value, str):
        return ""
    return "".join(
        character
        for character in value[:MAX_PROMPT_CHARACTERS]
        if character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cs"}
    )


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _epoch(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        epoch_seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return epoch_seconds if 0 <= epoch_seconds < _YEAR_2100 else None
