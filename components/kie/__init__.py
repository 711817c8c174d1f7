"""Typed client of kie.ai's Flux Kontext API. It imports no other package of this project."""

from components.kie.client import KieClient
from components.kie.errors import (
    AuthenticationError,
    CertificateError,
    ConnectError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    InvalidWebhookError,
    KieError,
    MaintenanceError,
    RateLimitError,
    ServerError,
    TaskNotFoundError,
    UnavailableError,
    UnknownOutcomeError,
    ValidationError,
)
from components.kie.models import (
    ASPECT_RATIOS,
    MAX_PROMPT_CHARACTERS,
    MAX_PROMPT_TOKENS,
    OUTPUT_SIZES,
    GenerationRequest,
    Model,
    OutputFormat,
    ProviderState,
    TaskStatus,
    safety_range,
)
from components.kie.uploads import UploadedFile
from components.kie.validation import is_http_url
from components.kie.webhooks import MAX_WEBHOOK_BYTES, WebhookEvent, verify_webhook

__all__ = [
    "ASPECT_RATIOS",
    "MAX_PROMPT_CHARACTERS",
    "MAX_PROMPT_TOKENS",
    "MAX_WEBHOOK_BYTES",
    "OUTPUT_SIZES",
    "AuthenticationError",
    "CertificateError",
    "ConnectError",
    "ContentPolicyError",
    "FeatureDisabledError",
    "GenerationRequest",
    "InsufficientCreditsError",
    "InvalidWebhookError",
    "KieClient",
    "KieError",
    "MaintenanceError",
    "Model",
    "OutputFormat",
    "ProviderState",
    "RateLimitError",
    "ServerError",
    "TaskNotFoundError",
    "TaskStatus",
    "UnavailableError",
    "UnknownOutcomeError",
    "UploadedFile",
    "ValidationError",
    "WebhookEvent",
    "is_http_url",
    "safety_range",
    "verify_webhook",
]
