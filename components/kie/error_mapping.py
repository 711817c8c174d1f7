"""Maps a response to the data of a success or to the error that fits.

An unclear response to a create is an UnknownOutcomeError. Any other call can be repeated, so an
unclear response to it is an UnavailableError. See docs/kie-api.md, Ground rules and Codes.
"""

import time
from enum import Enum, auto
from typing import Final

from components.kie.errors import (
    AuthenticationError,
    CertificateError,
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
    parse_cut_envelope,
    parse_envelope,
    parse_message,
    parse_object,
    parse_retry_after,
    parse_task_id,
)
from components.kie.transport import HttpResponse, TransportError

# HTTP statuses that stand in for a missing code in a JSON body.
# Gateways also send 403, 404 and 5xx, so these prove nothing.
_UNAMBIGUOUS_STATUSES: Final = {401, 402, 429, 455}
# An upload that is too large or of the wrong kind is refused each time.
_REFUSED_FILE_STATUSES: Final = {413, 415}
# Any other code is unclear. A gateway may send an envelope with 502, 504 or 520 although the
# provider accepted the create.
_DOCUMENTED_CODES: Final = {400, 401, 402, 404, 408, 422, 429, 455, 500, 501, 505}

# Lower-case names of a field in messages, then the field and its label.
# Most specific first, as many messages also mention the prompt.
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
    """The calls whose responses have different meanings."""

    CREATE = auto()
    QUERY = auto()
    CREDITS = auto()
    DOWNLOAD_URL = auto()
    UPLOAD = auto()


def parse_response(
    response: HttpResponse | TransportError, endpoint: Endpoint, *, secret: str
) -> object:
    """Return the `data` of a success: HTTP 2xx and code 200. `secret` is masked in messages.

    Raises a KieError for anything else. The caller checks whether the expected field is there,
    and raises `ambiguous_response_error` if not.
    """
    if isinstance(response, TransportError):
        reason = parse_message(response.reason, secret=secret)
        if response.connection_established is False:
            raise (CertificateError if response.bad_certificate else ConnectError)(reason)
        raise ambiguous_response_error(endpoint, reason)
    # The rest of the answer may name a task: an error would allow that a create is sent again.
    if response.is_cut and b"taskId" in response.body:
        raise ambiguous_response_error(endpoint, "the answer is too long", code=response.status)
    envelope = (parse_cut_envelope if response.is_cut else parse_envelope)(response.body)
    if envelope is None:
        if response.status == 429:
            raise _rate_limit_error("", 429, response)
        if endpoint is Endpoint.UPLOAD and response.status in _REFUSED_FILE_STATUSES:
            raise _refused_file_error(f"HTTP {response.status}", response.status)
        raise ambiguous_response_error(
            endpoint, f"HTTP {response.status} without a JSON envelope", code=response.status
        )
    code = envelope.code
    if code is None and response.status in _UNAMBIGUOUS_STATUSES:
        code = response.status
    message = parse_message(envelope.message, secret=secret)
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
    """Return the task id in the response to a create, whatever its code; None without one."""
    envelope = parse_envelope(response.body) if isinstance(response, HttpResponse) else None
    data = parse_object(envelope.data) if envelope is not None else None
    return None if data is None else parse_task_id(data.get("taskId"))


def ambiguous_response_error(
    endpoint: Endpoint, message: str, *, code: int | None = None
) -> KieError:
    """Return the error for a response that shows neither success nor failure."""
    error_class = UnknownOutcomeError if endpoint is Endpoint.CREATE else UnavailableError
    return error_class(message, code=code)


def _error_for_code(endpoint: Endpoint, code: int, message: str) -> KieError:
    """Return the error for a code of 400 or more."""
    text = message.lower()
    match code:
        case 401:
            return AuthenticationError(message, code=code)
        case 402:
            return InsufficientCreditsError(message, code=code)
        case 455:
            return MaintenanceError(message, code=code)
        case 505:
            return FeatureDisabledError(message, code=code)
        case _ if endpoint is Endpoint.UPLOAD and code in _REFUSED_FILE_STATUSES:
            return _refused_file_error(message, code)
        case _ if code not in _DOCUMENTED_CODES:
            return ambiguous_response_error(endpoint, message, code=code)
        case 500 if "credit" in text and "insufficient" in text:
            return InsufficientCreditsError(message, code=code)
        case 500 if endpoint is Endpoint.CREATE and "tolerance" in text and "range" in text:
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
    """Return the error for 400, 404 or 422. Their meaning depends on the endpoint."""
    match endpoint:
        case Endpoint.CREATE if code == 400:
            return ContentPolicyError(message, code=code)
        case Endpoint.CREATE:
            return _validation_error(code, message)
        case Endpoint.QUERY if code != 400:
            return TaskNotFoundError(message, code=code)
        case Endpoint.DOWNLOAD_URL:
            user_message = (
                f"The service made no such picture ({message}): use the link of a result."
            )
            return ValidationError("url", user_message, code=code)
        case Endpoint.UPLOAD:
            return _refused_file_error(message, code)
        case _:
            return ServerError(message, code=code)


def _refused_file_error(message: str, code: int) -> ValidationError:
    advice = "it is too large, choose a smaller one" if code == 413 else "choose another one"
    user_message = f"The service refused the picture ({message}): {advice}."
    return ValidationError("file", user_message, code=code)


def _validation_error(code: int, message: str) -> ValidationError:
    text = message.lower()
    for names, field, label in _FIELD_NAMES:
        if any(name in text for name in names):
            user_message = f"{label} was refused by the service ({message}): change it."
            return ValidationError(field, user_message, code=code)
    user_message = f"The service refused the request ({message}): check every field."
    return ValidationError("request", user_message, code=code)


def _rate_limit_error(message: str, code: int, response: HttpResponse) -> RateLimitError:
    retry_after_seconds = parse_retry_after(response.headers, now=time.time())
    return RateLimitError(message, code=code, retry_after_seconds=retry_after_seconds)
