"""Which trouble an error of the service stands for."""

from __future__ import annotations

from components.kie import (
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
)
from components.studio.tasks.models import Obstacle, Trouble

_TROUBLES: dict[type[KontextError], Trouble] = {
    PromptRefused: Trouble.POLICY,
    KeyRejected: Trouble.KEY,
    OutOfCredit: Trouble.CREDIT,
    InvalidRequest: Trouble.INVALID,
    FeatureOff: Trouble.FEATURE_OFF,
    RateLimited: Trouble.BUSY,
    Maintenance: Trouble.MAINTENANCE,
    NeverSent: Trouble.UNREACHABLE,
    OutcomeUnknown: Trouble.NO_ANSWER,
}


def obstacle_of(error: KontextError) -> Obstacle:
    """What stands in the way after this error, with the service's own code and words."""
    trouble = _TROUBLES.get(type(error), Trouble.SERVICE_FAILED)
    return Obstacle(trouble, error.code, error.message)
