"""Decides what an answer means: the data of a clear yes, or the one error the reader can act on.

A create without a clear answer is OutcomeUnknown; any other call just may be repeated.
Codes and their texts: contract.md §1 and §4.
"""

import time
from enum import Enum, auto
from typing import Final

from components.kie.errors import (
    AuthenticationError,
    ConnectError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    ServerError,
    TaskNotFoundError,
    UnavailableError,
    UnknownOutcomeError,
    ValidationError,
)
from components.kie.parsing import (
    parse_envelope,
    parse_message,
    parse_object,
    parse_retry_after,
    parse_task_id,
)
from components.kie.transport import HttpResponse, TransportError

# Statuses that say it all in a JSON body without a code. Not 403, 404 or 5xx: gateways use them.
_UNAMBIGUOUS_STATUSES: Final = {401, 402, 429, 455}
# Any other code is no clear no: a gateway in front may have put it into an envelope of its own
# (502, 504, 520), and the service behind it may have taken the create.
_DOCUMENTED_CODES: Final = {400, 401, 402, 404, 408, 422, 429, 455, 500, 501, 505}

# What a message may call a field by, lower case: most specific first, as most mention the prompt.
_FIELD_NAMES: Final = (
    (("aspectratio", "aspect ratio"), "aspect_ratio", "Aspect ratio"),
    (("outputformat", "output format"), "output_format", "Output format"),
    (
        ("safetytolerance", "safety tolerance", "security tolerance"),
        "safety_tolerance",
        "Safety tolerance",
    ),
    (("watermark",), "watermark", "Watermark"),
    (("callback",), "callback_url", "Callback URL"),
    (("inputimage", "input image"), "input_image", "Picture URL"),
    (("prompt",), "prompt", "Prompt"),
    (("model",), "model", "Model"),
)


class Endpoint(Enum):
    """The calls, as far as their answers differ in meaning."""

    CREATE = auto()
    QUERY = auto()
    CREDITS = auto()
    DOWNLOAD_URL = auto()
    UPLOAD = auto()


def parse_response(
    response: HttpResponse | TransportError, endpoint: Endpoint, *, hide: str
) -> object:
    """The `data` of a success: 2xx and code 200. Raises the family for anything else.

    Whether the field the caller came for is there, the caller must see: `unclear` if not.
    """
    if isinstance(response, TransportError):
        reason = parse_message(response.reason, hide=hide)
        raise (
            ConnectError(reason)
            if response.never_opened
            else ambiguous_response_error(endpoint, reason)
        )
    envelope = parse_envelope(response.body)
    if envelope is None:
        if response.status == 429:
            raise _rate_limit_error("", 429, response)
        raise ambiguous_response_error(
            endpoint, f"HTTP {response.status} without a JSON envelope", code=response.status
        )
    code = envelope.code
    if code is None and response.status in _UNAMBIGUOUS_STATUSES:
        code = response.status
    message = parse_message(envelope.message, hide=hide)
    if code == 200 and 200 <= response.status < 300:
        return envelope.data
    if code is None or code < 400:
        raise ambiguous_response_error(
            endpoint, f"HTTP {response.status}, code {code}: {message}", code=response.status
        )
    if code == 429:
        raise _rate_limit_error(message, code, response)
    raise _error_for_code(endpoint, code, message)


def task_id_from_create(response: HttpResponse | TransportError) -> str | None:
    """The task id that the answer to a create names, whatever else it says."""
    envelope = parse_envelope(response.body) if isinstance(response, HttpResponse) else None
    data = parse_object(envelope.data) if envelope is not None else None
    return None if data is None else parse_task_id(data.get("taskId"))


def ambiguous_response_error(
    endpoint: Endpoint, message: str, *, code: int | None = None
) -> KieError:
    """The error for an answer that is neither yes nor no."""
    kind = UnknownOutcomeError if endpoint is Endpoint.CREATE else UnavailableError
    return kind(message, code=code)


def _error_for_code(endpoint: Endpoint, code: int, message: str) -> KieError:
    """The error for a clear no."""
    said = message.lower()
    match code:
        case 401:
            return AuthenticationError(message, code=code)
        case 402:
            return InsufficientCreditsError(message, code=code)
        case 455:
            return MaintenanceError(message, code=code)
        case 505:
            return FeatureDisabledError(message, code=code)
        case _ if code not in _DOCUMENTED_CODES:
            return ambiguous_response_error(endpoint, message, code=code)
        case 500 if "credit" in said and "insufficient" in said:
            return InsufficientCreditsError(message, code=code)
        case 500 if endpoint is Endpoint.CREATE and "tolerance" in said and "range" in said:
            return ValidationError(
                "safety_tolerance",
                "Safety tolerance is outside what the service allows: "
                "choose 0 to 2 for an edit, 0 to 6 for a new picture.",
                code=code,
            )
        case 400 | 404 | 422:
            return _error_for_client_code(endpoint, code, message)
        case _:
            return ServerError(message, code=code)


def _error_for_client_code(endpoint: Endpoint, code: int, message: str) -> KieError:
    """The error for 400, 404 and 422, whose meaning depends on the call."""
    match endpoint:
        case Endpoint.CREATE if code == 400:
            return ContentPolicyError(message, code=code)
        case Endpoint.CREATE:
            return _validation_error(code, message)
        case Endpoint.QUERY if code != 400:
            return TaskNotFoundError(message, code=code)
        case Endpoint.DOWNLOAD_URL:
            sentence = f"The service made no such picture ({message}): use the link of a result."
            return ValidationError("url", sentence, code=code)
        case Endpoint.UPLOAD:
            sentence = f"The service refused the picture ({message}): choose another one."
            return ValidationError("file", sentence, code=code)
        case _:
            return ServerError(message, code=code)


def _validation_error(code: int, message: str) -> ValidationError:
    said = message.lower()
    for names, field, label in _FIELD_NAMES:
        if any(name in said for name in names):
            sentence = f"{label} was refused by the service ({message}): change it."
            return ValidationError(field, sentence, code=code)
    sentence = f"The service refused the request ({message}): check every field."
    return ValidationError("request", sentence, code=code)


def _rate_limit_error(message: str, code: int, response: HttpResponse) -> RateLimitError:
    wait = parse_retry_after(response.headers, now=time.time())
    return RateLimitError(message, code=code, retry_after_seconds=wait)
