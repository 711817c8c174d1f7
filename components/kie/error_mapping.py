"""Decides what an answer means: the data of a clear yes, or the one error the reader can act on.

A create without a clear answer is OutcomeUnknown; any other call just may be repeated.
Codes and their texts: contract.md §1 and §4.
"""

import time
from enum import Enum, auto
from typing import Final

from components.kie.errors import (
    FeatureOff,
    InvalidRequest,
    KeyRejected,
    KontextError,
    Maintenance,
    NeverSent,
    OutcomeUnknown,
    OutOfCredit,
    PromptRefused,
    RateLimited,
    ServiceFailed,
    ServiceUnavailable,
    TaskNotFound,
)
from components.kie.parsing import mapping, read_envelope, retry_after_seconds, task_id, words
from components.kie.transport import NoReply, Reply

# Statuses that say it all in a JSON body without a code. Not 403, 404 or 5xx: gateways use them.
_TELLING_STATUSES: Final = {401, 402, 429, 455}
# Any other code is no clear no: a gateway in front may have put it into an envelope of its own
# (502, 504, 520), and the service behind it may have taken the create.
_DOCUMENTED: Final = {400, 401, 402, 404, 408, 422, 429, 455, 500, 501, 505}

# What a message may call a field by, lower case: most specific first, as most mention the prompt.
_FIELDS: Final = (
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


class Call(Enum):
    """The calls, as far as their answers differ in meaning."""

    CREATE = auto()
    QUERY = auto()
    CREDITS = auto()
    DOWNLOAD_URL = auto()
    UPLOAD = auto()


def data_of(answer: Reply | NoReply, call: Call, *, hide: str) -> object:
    """The `data` of a success: 2xx and code 200. Raises the family for anything else.

    Whether the field the caller came for is there, the caller must see: `unclear` if not.
    """
    if isinstance(answer, NoReply):
        reason = words(answer.reason, hide=hide)
        raise NeverSent(reason) if answer.never_opened else unclear(call, reason)
    envelope = read_envelope(answer.body)
    if envelope is None:
        if answer.status == 429:
            raise _rate_limited("", 429, answer)
        raise unclear(call, f"HTTP {answer.status} without a JSON envelope", code=answer.status)
    code = envelope.code
    if code is None and answer.status in _TELLING_STATUSES:
        code = answer.status
    message = words(envelope.message, hide=hide)
    if code == 200 and 200 <= answer.status < 300:
        return envelope.data
    if code is None or code < 400:
        raise unclear(call, f"HTTP {answer.status}, code {code}: {message}", code=answer.status)
    if code == 429:
        raise _rate_limited(message, code, answer)
    raise _refusal(call, code, message)


def created_id(answer: Reply | NoReply) -> str | None:
    """The task id that the answer to a create names, whatever else it says."""
    envelope = read_envelope(answer.body) if isinstance(answer, Reply) else None
    data = mapping(envelope.data) if envelope is not None else None
    return None if data is None else task_id(data.get("taskId"))


def unclear(call: Call, message: str, *, code: int | None = None) -> KontextError:
    """The error for an answer that is neither yes nor no."""
    kind = OutcomeUnknown if call is Call.CREATE else ServiceUnavailable
    return kind(message, code=code)


def _refusal(call: Call, code: int, message: str) -> KontextError:
    """The error for a clear no."""
    said = message.lower()
    match code:
        case 401:
            return KeyRejected(message, code=code)
        case 402:
            return OutOfCredit(message, code=code)
        case 455:
            return Maintenance(message, code=code)
        case 505:
            return FeatureOff(message, code=code)
        case _ if code not in _DOCUMENTED:
            return unclear(call, message, code=code)
        case 500 if "credit" in said and "insufficient" in said:
            return OutOfCredit(message, code=code)
        case 500 if call is Call.CREATE and "tolerance" in said and "range" in said:
            return InvalidRequest(
                "safety_tolerance",
                "Safety tolerance is outside what the service allows: "
                "choose 0 to 2 for an edit, 0 to 6 for a new picture.",
                code=code,
            )
        case 400 | 404 | 422:
            return _rejected(call, code, message)
        case _:
            return ServiceFailed(message, code=code)


def _rejected(call: Call, code: int, message: str) -> KontextError:
    """The error for 400, 404 and 422, whose meaning depends on the call."""
    match call:
        case Call.CREATE if code == 400:
            return PromptRefused(message, code=code)
        case Call.CREATE:
            return _invalid_field(code, message)
        case Call.QUERY if code != 400:
            return TaskNotFound(message, code=code)
        case Call.DOWNLOAD_URL:
            sentence = f"The service made no such picture ({message}): use the link of a result."
            return InvalidRequest("url", sentence, code=code)
        case Call.UPLOAD:
            sentence = f"The service refused the picture ({message}): choose another one."
            return InvalidRequest("file", sentence, code=code)
        case _:
            return ServiceFailed(message, code=code)


def _invalid_field(code: int, message: str) -> InvalidRequest:
    said = message.lower()
    for names, field, label in _FIELDS:
        if any(name in said for name in names):
            sentence = f"{label} was refused by the service ({message}): change it."
            return InvalidRequest(field, sentence, code=code)
    sentence = f"The service refused the request ({message}): check every field."
    return InvalidRequest("request", sentence, code=code)


def _rate_limited(message: str, code: int, reply: Reply) -> RateLimited:
    wait = retry_after_seconds(reply.headers, now=time.time())
    return RateLimited(message, code=code, retry_after_seconds=wait)
