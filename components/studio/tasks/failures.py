"""Which trouble an error of the service stands for."""

from __future__ import annotations

from components.kie import (
    AuthenticationError,
    ConnectError,
    ContentPolicyError,
    FeatureDisabledError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    UnknownOutcomeError,
    ValidationError,
)
from components.studio.tasks.models import Failure, FailureReason

_REASON_BY_ERROR: dict[type[KieError], FailureReason] = {
    ContentPolicyError: FailureReason.CONTENT_POLICY,
    AuthenticationError: FailureReason.AUTH,
    InsufficientCreditsError: FailureReason.CREDITS,
    ValidationError: FailureReason.INVALID,
    FeatureDisabledError: FailureReason.FEATURE_OFF,
    RateLimitError: FailureReason.RATE_LIMITED,
    MaintenanceError: FailureReason.MAINTENANCE,
    ConnectError: FailureReason.UNREACHABLE,
    UnknownOutcomeError: FailureReason.NO_RESPONSE,
}


def failure_from_error(error: KieError) -> Failure:
    """What stands in the way after this error, with the service's own code and words."""
    trouble = _REASON_BY_ERROR.get(type(error), FailureReason.SERVICE_FAILED)
    return Failure(trouble, error.code, error.message)
