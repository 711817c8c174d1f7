"""What a user has spent, as far as the database knows.

The provider names no price and does not say whether failures are charged
(docs/kie-api.md, Codes). So expected prices are added up, and possible charges apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import stored_word, tasks
from components.studio.tasks.models import FailureReason, TaskState

DOLLARS_PER_CREDIT = Decimal("0.005")  # docs/kie-api.md, Codes


@dataclass(frozen=True)
class ChargeGroup:
    """Tasks with the same state, failure reason and price in credits."""

    state: TaskState
    failure_reason: FailureReason | None
    was_sent: bool
    price: Decimal
    count: int


@dataclass(frozen=True)
class Spending:
    """Credits at the expected prices, and how many images they paid for."""

    credits: Decimal = Decimal(0)
    images: int = 0
    unconfirmed_credits: Decimal = Decimal(0)
    """Of tasks that ended without an image or are unconfirmed: they may have been charged."""
    unconfirmed_tasks: int = 0


def summarize(charges: Iterable[ChargeGroup]) -> Spending:
    """Add up the charges; running tasks are not counted."""
    total = Spending()
    for charge in charges:
        price = charge.price * charge.count
        if charge.state is TaskState.DONE:
            total = replace(
                total,
                credits=total.credits + price,
                images=total.images + charge.count,
            )
        elif _may_be_charged(charge):
            total = replace(
                total,
                unconfirmed_credits=total.unconfirmed_credits + price,
                unconfirmed_tasks=total.unconfirmed_tasks + charge.count,
            )
    return total


def spending_for_user(database: Database, user_id: str, *, since: float = 0.0) -> Spending:
    """A user's spending since a moment in epoch seconds. Raises DatabaseError."""
    # An imported task has no `sent_at`, yet somebody sent it.
    was_sent = tasks.c.sent_at.is_not(None) | tasks.c.provider_id.is_not(None)
    # A failure is stored as a JSON list that begins with its reason: only the reason groups.
    reason = sa.func.substr(tasks.c.failure, 1, _MAX_REASON_CHARACTERS)
    group = (tasks.c.state, reason.label("reason"), was_sent.label("was_sent"), tasks.c.price)
    with database.read_transaction() as connection:
        rows = connection.execute(
            sa.select(*group, sa.func.count().label("group_size"))
            .where(tasks.c.user_id == user_id, tasks.c.created_at >= since)
            .group_by(*group)
        )
        return summarize(
            ChargeGroup(
                stored_word(TaskState, row.state),
                _reason_from_column(row.reason),
                bool(row.was_sent),
                Decimal(row.price),
                row.group_size,
            )
            for row in rows
        )


_MAX_REASON_CHARACTERS = 40
_STATES_WITHOUT_IMAGE = {
    TaskState.FAILED,
    TaskState.REFUSED,
    TaskState.UNCONFIRMED,
    TaskState.STILL_RUNNING,
}
_NOT_CHARGED = {
    FailureReason.AUTH,
    FailureReason.CREDITS,
    FailureReason.INVALID,
    FailureReason.RATE_LIMITED,
    FailureReason.MAINTENANCE,
    FailureReason.UNREACHABLE,
    FailureReason.CERTIFICATE,
    FailureReason.UPLOAD,
    FailureReason.UPLOAD_REFUSED,
    FailureReason.SOURCE_MISSING,
    FailureReason.WITHDRAWN,
}


def _may_be_charged(charge: ChargeGroup) -> bool:
    return (
        charge.state in _STATES_WITHOUT_IMAGE
        and charge.was_sent
        and charge.failure_reason not in _NOT_CHARGED
    )


def _reason_from_column(failure: str | None) -> FailureReason | None:
    """The reason at the start of a failure's JSON, such as `["policy", 400, "…"]`."""
    return None if failure is None else stored_word(FailureReason, failure.split('"')[1])
