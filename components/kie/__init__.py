"""The service's API, typed: the only room that speaks to it, and it knows no other room."""

from components.kie.client import KontextClient
from components.kie.errors import (
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
from components.kie.models import (
    MAX_PROMPT_CHARACTERS,
    MAX_PROMPT_TOKENS,
    GenerationRequest,
    Model,
    OutputFormat,
    safety_range,
)
from components.kie.output_sizes import ASPECT_RATIOS, SIZES
from components.kie.task_status import Progress, TaskReport
from components.kie.uploads import UploadedFile
from components.kie.validation import is_web_address
from components.kie.webhooks import MAX_CALLBACK_BYTES, CallbackHint, verify_callback

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
