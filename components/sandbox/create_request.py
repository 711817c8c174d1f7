"""The JSON body of a create, parsed and validated (docs/kie-api.md, Create)."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from components.sandbox.envelope import ApiError
from components.sandbox.sizes import RATIOS

PRO = "flux-kontext-pro"
MAX = "flux-kontext-max"
_DISALLOWED = re.compile(
    r"\b(gore|gory|nude|nudes|nudity|naked|porn|pornographic|beheading|beheaded|dismembered"
    r"|mutilated)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class CreateRequest:
    """A create that passed every check."""

    prompt: str
    model: str
    aspect_ratio: str | None
    output_format: str
    input_image: str | None
    callback_url: str | None
    param_json: str

    @property
    def is_disallowed(self) -> bool:
        """Whether the prompt names something that the service would reject."""
        return _DISALLOWED.search(self.prompt) is not None


def prompt_of(body: Any) -> str:
    """The prompt in a body that is not yet checked; empty when there is none."""
    prompt = body.get("prompt") if isinstance(body, dict) else None
    return prompt if isinstance(prompt, str) else ""


def parse_create_request(body: Any) -> CreateRequest:
    """Check a create's decoded JSON body; absent, null and "" all mean the default.

    Raises ApiError: 422 naming the field, or 500 for a safety out of range.
    """
    if not isinstance(body, dict):
        raise ApiError(422, "The request body must be a JSON object")
    fields = {name: value for name, value in body.items() if value is not None and value != ""}
    prompt = prompt_of(fields)
    if not prompt.strip():
        raise ApiError(422, "prompt is required and must be text")
    for name in ("enableTranslation", "promptUpsampling", "uploadCn"):
        if not isinstance(fields.get(name, False), bool):
            raise ApiError(422, f"{name} must be true or false")
    if not isinstance(fields.get("watermark", ""), str):
        raise ApiError(422, "watermark must be text")
    create = CreateRequest(
        prompt=prompt,
        model=_choice(fields, "model", (PRO, MAX)) or PRO,
        aspect_ratio=_choice(fields, "aspectRatio", tuple(RATIOS)),
        output_format=_choice(fields, "outputFormat", ("jpeg", "png")) or "jpeg",
        input_image=_link(fields, "inputImage"),
        callback_url=_link(fields, "callBackUrl"),
        param_json=json.dumps(body),
    )
    _check_safety(fields.get("safetyTolerance", 2), editing=create.input_image is not None)
    return create


def _choice(fields: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = fields.get(name)
    if value is None or (isinstance(value, str) and value in allowed):
        return value
    raise ApiError(422, f"{name} must be one of {', '.join(allowed)}")


def _link(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None or (isinstance(value, str) and is_link(value)):
        return value
    raise ApiError(422, f"{name} must be a public http(s) URL")


def is_link(text: str) -> bool:
    """Whether the text is an http(s) URL with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _check_safety(value: Any, *, editing: bool) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # A whole number may be too long for the float that `isfinite` would make of it.
    if not number or (isinstance(value, float) and not math.isfinite(value)):
        raise ApiError(422, "safetyTolerance must be a whole number")
    if value != int(value) or not 0 <= value <= (2 if editing else 6):
        message = "The security tolerance level is out of range and should be 0-2 or 0-6"
        raise ApiError(500, message)
