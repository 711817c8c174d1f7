"""The service's API, typed: the only room that speaks to it, and it knows no other room."""

from components.kontext.callback import MAX_CALLBACK_BYTES, CallbackHint, verify_callback
from components.kontext.checks import is_web_address
from components.kontext.client import KontextClient
from components.kontext.errors import (
    CallbackRejected,
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
from components.kontext.report import Progress, TaskReport
from components.kontext.request import (
    MAX_PROMPT_CHARACTERS,
    MAX_PROMPT_TOKENS,
    GenerationRequest,
    Model,
    OutputFormat,
    safety_range,
)
from components.kontext.sizes import ASPECT_RATIOS, SIZES
from components.kontext.uploads import UploadedFile

__all__ = [
    "ASPECT_RATIOS",
    "MAX_CALLBACK_BYTES",
    "MAX_PROMPT_CHARACTERS",
    "MAX_PROMPT_TOKENS",
    "SIZES",
    "CallbackHint",
    "CallbackRejected",
    "FeatureOff",
    "GenerationRequest",
    "InvalidRequest",
    "KeyRejected",
    "KontextClient",
    "KontextError",
    "Maintenance",
    "Model",
    "NeverSent",
    "OutOfCredit",
    "OutcomeUnknown",
    "OutputFormat",
    "Progress",
    "PromptRefused",
    "RateLimited",
    "ServiceFailed",
    "ServiceUnavailable",
    "TaskNotFound",
    "TaskReport",
    "UploadedFile",
    "is_web_address",
    "safety_range",
    "verify_callback",
]
